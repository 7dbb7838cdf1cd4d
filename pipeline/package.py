"""Finished files leave the press: written whole or not at all, with their checksums and where they come from.

The folder that is handed on holds the editions, the data of the report, a landing page, a manifest and checksums.
The same sources give the same bytes: nothing in it tells when or where it was made, only from what.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.datasets import Dataset, Shown
from pipeline.diagnostics import Findings, has_errors
from pipeline.document import Creator, Imprint
from pipeline.templating import Templates
from pipeline.toolchain import Tool

MANIFEST_VERSION = 1
LANDING_PAGE = "dist/index.html.j2"
MANIFEST, CHECKSUMS, INDEX = "manifest.json", "SHA256SUMS", "index.html"
CSV = "text/csv"  # RFC 4180, 3
_ASIDE = ".proofpress-"


@dataclass(frozen=True, slots=True)
class Release:
    """A finished edition that is handed on.

    Attributes:
        path: where it stands now; its suffix is kept.
        edition: what readers call it, "PDF" or "EPUB".
        media_type: its IANA media type.
        pages: how many pages it has; 0 where it has none.
        isbn: the ISBN of this edition, or "".
    """

    path: Path
    edition: str
    media_type: str
    pages: int
    isbn: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """An edition as the landing page and the manifest list it."""

    name: str
    edition: str
    media_type: str
    pages: int
    isbn: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of data as the landing page and the manifest list it; `title` is its name without the folder."""

    name: str
    title: str
    size: int
    sha256: str
    shown: tuple[Shown, ...]


# ---------------------------------------------------------------- writing


def publish(path: Path, data: bytes) -> None:
    """Put a file in its place in one step: a reader sees the old file or the new one, never a half.

    It is written beside its place under a name of its own and renamed when it is whole and on the disk.
    Two runs may publish the same file at once; the later one wins. Nothing is left behind when the
    writing fails or is interrupted.

    Args:
        path: where the file is to stand; its folder is made when it is missing.
        data: the bytes of the file.

    Raises:
        OSError: when the disk is full or the folder may not be written to; the old file stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.parent / f"{_ASIDE}{secrets.token_hex(8)}.part"
    try:
        # 0o666 is what an ordinary new file gets, less what the umask takes away; tempfile would give 0o600.
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def publish_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder in its place as a whole: no file of an earlier folder stays, no half of the new one shows.

    Args:
        folder: where the folder is to stand; what stands there is replaced.
        files: the files by name; "data/x.csv" stands in a folder of its own.

    Raises:
        OSError: when it cannot be written; the old folder stays as it was.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.parent / f"{_ASIDE}{secrets.token_hex(8)}.part"
    old = folder.parent / f"{_ASIDE}{secrets.token_hex(8)}.old"
    try:
        aside.mkdir()
        for name, data in files.items():
            publish(aside / name, data)
        while True:
            with suppress(FileNotFoundError):
                folder.rename(old)
            try:
                aside.rename(folder)
                break
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
                shutil.rmtree(old, ignore_errors=True)  # another run came between: its folder goes next
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


# ---------------------------------------------------------------- the folder that is handed on


def distribute(
    imprint: Imprint,
    releases: tuple[Release, ...],
    datasets: tuple[Dataset, ...],
    templates: Templates,
    folder: Path,
    tools: tuple[Tool, ...],
    commit: str,
    epoch: int,
    findings: Findings,
) -> tuple[Path, ...]:
    """Write the folder that is handed on.

    Args:
        imprint: the facts about the publication.
        releases: the finished editions.
        datasets: the data behind their figures and tables.
        templates: where the landing page's template is looked for.
        folder: the folder to write; what stood in it is replaced.
        tools: the tools that decided what the editions look like.
        commit: the source commit, "+" behind it when files were changed since, or "".
        epoch: seconds since 1970 that stamp the editions.
        findings: where faults of the report's own template go; nothing is written then.

    Returns:
        the files that were written, editions first; none when the landing page could not be made.

    Raises:
        OSError: when the folder cannot be written; what stood there stays.
        StageFailedError: when the press's own template fails.
        ValueError: when two editions would have the same name.
    """
    files: dict[str, bytes] = {}
    downloads: list[Download] = []
    stem = f"{_safe(imprint.slug)}-{_safe(imprint.version)}"
    for release in releases:
        name = f"{stem}{release.path.suffix}"
        if name in files:
            raise ValueError(f"two editions would be called {name}")
        data = files[name] = release.path.read_bytes()
        downloads.append(
            Download(
                name=name,
                edition=release.edition,
                media_type=release.media_type,
                pages=release.pages,
                isbn=release.isbn,
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
            )
        )
    data_files = _data_files(datasets, f"{stem}-data")
    files |= {file.name: dataset.data for file, dataset in zip(data_files, datasets, strict=True)}
    own = Findings()
    page = templates.render(
        LANDING_PAGE,
        own,
        imprint=imprint,
        year=imprint.date[:4],
        authors=_in_words(imprint.creators),
        downloads=tuple(downloads),
        data_files=data_files,
        license_url=license_url(imprint.license),
        json_ld=_json_ld(imprint, downloads),
    )
    findings.extend(own.all())
    if has_errors(own.all()):
        return ()
    files[INDEX] = page.encode()
    files[MANIFEST] = _manifest(imprint, downloads, data_files, files[INDEX], tools, commit, epoch)
    files[CHECKSUMS] = "".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())
    ).encode()
    publish_folder(folder, files)
    return tuple(folder / name for name in files)


def _safe(word: str) -> str:
    """A word as part of a file name that needs no quoting anywhere."""
    return re.sub(r"[^\w.+-]+", "-", word).strip("-.") or "report"


def _data_files(datasets: tuple[Dataset, ...], folder: str) -> tuple[DataFile, ...]:
    """The data files under names of their own, also where capitals and small letters are the same."""
    taken: set[str] = set()
    files: list[DataFile] = []
    for dataset in datasets:
        path = Path(dataset.name)
        parts = [*map(_safe, path.parent.parts), _safe(path.stem)]
        number = 1
        while (title := "/".join(parts) + (f"-{number}" if number > 1 else "") + ".csv").casefold() in taken:
            number += 1
        taken.add(title.casefold())
        sha256 = hashlib.sha256(dataset.data).hexdigest()
        files.append(DataFile(f"{folder}/{title}", title, len(dataset.data), sha256, dataset.shown))
    return tuple(files)


def _manifest(
    imprint: Imprint,
    downloads: list[Download],
    data_files: tuple[DataFile, ...],
    index: bytes,
    tools: tuple[Tool, ...],
    commit: str,
    epoch: int,
) -> bytes:
    landing = {
        "name": INDEX,
        "media_type": "text/html",
        "size": len(index),
        "sha256": hashlib.sha256(index).hexdigest(),
        "pages": None,
    }
    manifest = {
        "format": MANIFEST_VERSION,
        "report": {
            "slug": imprint.slug,
            "title": imprint.title,
            "subtitle": imprint.subtitle,
            "version": imprint.version,
            "date": imprint.date,
            "lang": imprint.lang,
            "license": imprint.license,
            "identifiers": _identifiers(imprint),
        },
        "source": {
            "commit": commit.removesuffix("+"),
            "modified": commit.endswith("+"),
            "source_date_epoch": epoch,
        },
        "tools": {tool.name: tool.version for tool in tools},
        "files": [
            {
                "name": download.name,
                "media_type": download.media_type,
                "size": download.size,
                "sha256": download.sha256,
                "pages": download.pages or None,
            }
            for download in downloads
        ]
        + [
            {
                "name": file.name,
                "media_type": CSV,
                "size": file.size,
                "sha256": file.sha256,
                "pages": None,
                "behind": [{"id": item.id, "label": item.label, "caption": item.caption} for item in file.shown],
            }
            for file in data_files
        ]
        + [landing],
    }
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()


def _identifiers(imprint: Imprint) -> dict[str, str]:
    known = {
        "doi": imprint.doi,
        "isbn_pdf": imprint.isbn_pdf,
        "isbn_epub": imprint.isbn_epub,
        "issn": imprint.issn,
        "report_number": imprint.report_number,
    }
    return {name: value for name, value in known.items() if value}


def license_url(identifier: str) -> str:
    """The address of a Creative Commons licence named by its SPDX identifier, or ""."""
    if identifier == "CC0-1.0":
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    found = re.fullmatch(r"CC-(BY(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)", identifier)
    return f"https://creativecommons.org/licenses/{found[1].lower()}/{found[2]}/" if found else ""


def _in_words(creators: tuple[Creator, ...]) -> str:
    names = [creator.name for creator in creators]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def _json_ld(imprint: Imprint, downloads: list[Download]) -> str:
    """The publication for search engines, as schema.org has it (https://schema.org/Report).

    Persons and bodies are not told apart in a report's settings; only a person has an ORCID.
    """
    creators = [
        {
            "@type": "Person" if creator.orcid else "Organization",
            "name": creator.name,
            **({"@id": f"https://orcid.org/{creator.orcid}"} if creator.orcid else {}),
        }
        for creator in imprint.creators
    ]
    value: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Report",
        "name": imprint.title,
        "alternativeHeadline": imprint.subtitle,
        "author": creators,
        "publisher": {"@type": "Organization", "name": imprint.publisher},
        "datePublished": imprint.date,
        "version": imprint.version,
        "inLanguage": imprint.lang,
        "abstract": imprint.abstract,
        "keywords": list(imprint.keywords),
        "reportNumber": imprint.report_number,
        "license": license_url(imprint.license) or imprint.license,
        "identifier": f"https://doi.org/{imprint.doi}" if imprint.doi else "",
        "encoding": [
            {
                "@type": "MediaObject",
                "contentUrl": download.name,
                "encodingFormat": download.media_type,
                "contentSize": str(download.size),
                "sha256": download.sha256,
            }
            for download in downloads
        ],
    }
    told = {key: item for key, item in value.items() if item}
    # "</script>" in a title would end the element; as JSON the escaped form means the same.
    return json.dumps(told, ensure_ascii=False, indent=2).replace("<", "\\u003c").replace("&", "\\u0026")
