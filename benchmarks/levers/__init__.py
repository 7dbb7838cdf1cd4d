"""What each thing that makes the press fast brings: the press with it and without it, in turns."""
