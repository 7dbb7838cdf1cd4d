"""Read a finished file back: nothing is claimed about an artefact that was not seen in it."""
