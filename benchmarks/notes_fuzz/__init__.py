"""Random documents with notes of any length, printed and read back word by word."""
