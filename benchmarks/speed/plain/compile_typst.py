"""`typst compile`, which the Python package `typst` has as a function: source, PDF, folder of fonts."""

import sys

import typst

if __name__ == "__main__":
    source, result, fonts = sys.argv[1:]
    typst.compile(source, output=result, font_paths=[fonts], ignore_system_fonts=True)
