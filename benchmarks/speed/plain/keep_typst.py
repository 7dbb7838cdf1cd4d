"""Typst, kept loaded as `typst watch` keeps it: pandoc and Typst run for every line that is read."""

import subprocess
import sys

import typst

if __name__ == "__main__":
    source, result, fonts, *pandoc = sys.argv[1:]
    compiler = None
    while True:
        subprocess.run(pandoc, check=True)
        compiler = compiler or typst.Compiler(source, font_paths=[fonts], ignore_system_fonts=True)
        compiler.compile(output=result)
        print("waiting", flush=True)
        if not sys.stdin.readline():
            break
