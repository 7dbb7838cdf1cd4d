"""Say what is missing before a build starts, in words and with the command that installs it.

WeasyPrint loads Pango and its companions when it is imported, and on a machine without them that ends in a
traceback. This looks for the same libraries first, in some milliseconds and without importing WeasyPrint.

Exit codes: 0 all there, 3 something is missing.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys

# What to call each library, and the names under which systems keep it. HarfBuzz's subsetter is not among
# them: the press brings its own.
LIBRARIES = {
    "GObject": ("libgobject-2.0.so.0", "libgobject-2.0.0.dylib", "libgobject-2.0-0.dll", "gobject-2.0"),
    "Pango": ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll", "pango-1.0"),
    "PangoFT2": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0.dll", "pangoft2-1.0"),
    "HarfBuzz": ("libharfbuzz.so.0", "libharfbuzz.0.dylib", "libharfbuzz-0.dll", "harfbuzz"),
    "Fontconfig": ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig-1.dll", "fontconfig"),
}

REMEDY = """
  Debian, Ubuntu    sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0
  Fedora            sudo dnf install pango
  macOS             brew install pango
"""


def can_load(names: tuple[str, ...]) -> bool:
    """Tell whether a library can be loaded under one of its names.

    Args:
        names: File names to try; the last one is the bare name that `find_library` takes.

    Returns:
        True when one of them loads.
    """
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    found = ctypes.util.find_library(names[-1])
    if found is None:
        return False
    try:
        ctypes.CDLL(found)
    except OSError:
        return False
    return True


def main() -> int:
    """Look for every library, and say on standard error which are missing.

    Returns:
        The exit code: 0 or 3.
    """
    missing = [title for title, names in LIBRARIES.items() if not can_load(names)]
    if not missing:
        return 0
    print(
        f"proofpress: this machine lacks libraries that lay out text: {', '.join(missing)}.\n"
        f"They come with Pango, which pip cannot install:\n{REMEDY}",
        file=sys.stderr,
    )
    return 3


if __name__ == "__main__":
    sys.exit(main())
