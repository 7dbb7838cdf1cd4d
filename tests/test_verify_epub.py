"""The reader of finished EPUBs: what it passes, what it refuses, and what it never calls passed."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from pipeline import toolchain
from pipeline.checks import CheckResult, CheckState
from pipeline.diagnostics import Diagnostic, Findings
from pipeline.render.epub import write_epub
from pipeline.templating import Templates
from pipeline.verify import epub_book
from pipeline.verify.epub import check_epub
from pipeline.workspace import templates_folder
from tests.documents import IMPRINT, RICH

EPOCH = 1795435200
FAULTS = Path(__file__).parent / "faults"
OWN_CHECKS = ("EPUB archive", "EPUB links", "EPUB notes", "EPUB text", "EPUB pages")


@pytest.fixture(scope="module")
def rich() -> bytes:
    findings = Findings()
    data = write_epub(RICH, (), Templates(templates_folder(), None, str, {}), EPOCH, findings)
    assert findings.all() == ()
    return data


@pytest.fixture
def no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "java", lambda: None)


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Mapping[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else None)
    return path


def checked(path: Path, timeout: float = 300) -> tuple[dict[str, CheckResult], tuple[Diagnostic, ...]]:
    findings = Findings()
    results = check_epub(path, findings, timeout=timeout)
    return {result.name: result for result in results}, findings.all()


def states(results: Mapping[str, CheckResult]) -> dict[str, CheckState]:
    return {name: result.state for name, result in results.items()}


# ---------------------------------------------------------------- a good book


@pytest.mark.artefact
def test_a_rich_book_passes_everything(rich: bytes, tmp_path: Path) -> None:
    path = tmp_path / "rich.epub"
    path.write_bytes(rich)
    results, found = checked(path)
    assert found == ()
    assert list(results) == [*OWN_CHECKS, "EPUBCheck 5.3.0"]
    assert set(states(results).values()) == {CheckState.PASSED}
    assert results["EPUBCheck 5.3.0"].detail == "0 errors, 0 warnings"
    assert results["EPUB notes"].detail == "6 notes called, 6 printed, 6 ways back"


@pytest.mark.artefact
def test_a_bare_book_passes_epubcheck_too(tmp_path: Path) -> None:
    imprint = replace(
        IMPRINT, lang="ar", subtitle="", kicker="", creators=(), publisher="", publisher_place="", series="",
        series_number="", doi="", isbn_epub="", report_number="", rights="", license="", abstract="",
        keywords=(),
    )  # fmt: skip
    bare = replace(RICH, imprint=imprint, contents=(), figures=(), tables=(), cover="")
    path = tmp_path / "bare.epub"
    templates = Templates(templates_folder(), None, str, {})
    path.write_bytes(write_epub(bare, (), templates, EPOCH, Findings()))
    results, found = checked(path)
    assert found == ()
    assert results["EPUBCheck 5.3.0"].state is CheckState.PASSED


@pytest.mark.artefact
def test_messages_of_epubcheck_become_findings_with_its_code_and_place(rich: bytes, tmp_path: Path) -> None:
    files = contents(rich)
    page = files["EPUB/sec-colophon.xhtml"]
    files["EPUB/sec-colophon.xhtml"] = page.replace(b"<p>Set.</p>", b"<p><div>Set.</div></p>")
    results, found = checked(packed(files, tmp_path / "bad.epub"))
    assert states(results)["EPUBCheck 5.3.0"] is CheckState.FAILED
    assert results["EPUBCheck 5.3.0"].detail == "1 errors, 0 warnings"
    assert [(f.rule.code, f.foreign, f.span.path) for f in found] == [
        ("EPUB001", "RSC-005", "bad.epub/EPUB/sec-colophon.xhtml")
    ]
    assert found[0].span.line == page[: page.index(b"<p>Set")].count(b"\n") + 1
    assert len(found[0].message) <= 302


# ---------------------------------------------------------------- EPUBCheck that is not well


def _stand_in(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / name
    shutil.copy(FAULTS / name, program)
    program.chmod(0o755)
    monkeypatch.setattr(toolchain, "java", lambda: program)


@pytest.mark.process
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("java-breaks-off", "broke off with exit code 134: java.lang.OutOfMemoryError: Java heap space"),
        ("java-half-answer", "gave half an answer"),
        ("java-no-answer", "gave no answer"),
        ("java-contradicts-itself", "contradicts itself"),
        ("java-miscounts", "gave half an answer (ValueError: 3 of ERROR counted, another number told)"),
    ],
)
def test_a_checker_that_breaks_off_has_not_passed_the_book(
    name: str, reason: str, rich: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stand_in(name, tmp_path, monkeypatch)
    path = tmp_path / "rich.epub"
    path.write_bytes(rich)
    results, found = checked(path)
    assert results["EPUBCheck"].state is CheckState.NOT_RUN
    assert results["EPUBCheck"].detail.startswith(reason)
    assert [finding.rule.code for finding in found] == ["TOOL011"]


@pytest.mark.process
def test_a_checker_that_hangs_is_ended_with_all_it_started(
    rich: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child"
    monkeypatch.setenv("JAVA_HANGS_CHILD", str(child))
    _stand_in("java-hangs", tmp_path, monkeypatch)
    path = tmp_path / "rich.epub"
    path.write_bytes(rich)
    results, found = checked(path, timeout=2)
    assert results["EPUBCheck"] == CheckResult("EPUBCheck", CheckState.NOT_RUN, "did not end within 2 seconds")
    assert [finding.rule.code for finding in found] == ["TOOL011"]
    assert _is_gone(int(child.read_text()))


def _is_gone(process: int) -> bool:
    for _ in range(100):
        try:
            os.kill(process, 0)
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":  # ended; whoever adopted it has not looked yet
            return True
        time.sleep(0.05)
    return False


def test_a_program_that_cannot_be_started_is_no_traceback(
    rich: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, "java", lambda: tmp_path / "nothing")
    path = tmp_path / "rich.epub"
    path.write_bytes(rich)
    results, found = checked(path)
    assert results["EPUBCheck"].state is CheckState.NOT_RUN
    assert results["EPUBCheck"].detail.startswith("cannot be started")
    assert [finding.rule.code for finding in found] == ["TOOL011"]


@pytest.mark.parametrize(
    ("missing", "reason"),
    [("java", "no Java is installed"), ("epubcheck_jar", 'the package "epubcheck" is not installed')],
)
def test_a_missing_tool_is_not_run_and_no_fault_of_the_book(
    missing: str, reason: str, rich: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, missing, lambda: None)
    path = tmp_path / "rich.epub"
    path.write_bytes(rich)
    results, found = checked(path)
    assert results["EPUBCheck"] == CheckResult("EPUBCheck", CheckState.NOT_RUN, reason)
    assert found == ()
    assert [results[name].state for name in OWN_CHECKS] == [CheckState.PASSED] * 5


def test_warnings_are_told_at_each_place_and_do_not_fail_the_book(
    rich: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stand_in("java-warns", tmp_path, monkeypatch)
    path = tmp_path / "rich.epub"
    path.write_bytes(rich)
    results, found = checked(path)
    assert results["EPUBCheck 5.3.0"] == CheckResult("EPUBCheck 5.3.0", CheckState.PASSED, "0 errors, 2 warnings")
    assert [(f.rule.code, f.foreign, str(f.span), f.message) for f in found] == [
        ("EPUB002", "CSS-999", "rich.epub/EPUB/epub.css:3:7", "Something odd."),
        ("EPUB002", "CSS-999", "rich.epub/EPUB/nav.xhtml", "Something odd."),
    ]


# ---------------------------------------------------------------- what our own eyes see


def _in(page: str, old: str, new: str) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        name = f"EPUB/{page}"
        assert old.encode() in files[name]
        files[name] = files[name].replace(old.encode(), new.encode(), 1)

    return change


def _without(name: str) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        del files[name]

    return change


_NOTE_CALL = (
    '<sup><a class="noteref" role="doc-noteref" id="noteref-cell" href="#note-cell" epub:type="noteref">5</a></sup>'
)


@pytest.mark.usefixtures("no_java")
@pytest.mark.parametrize(
    ("change", "check", "codes"),
    [
        (_in("sec-findings.xhtml", "#tbl-counts", "#tbl-gone"), "EPUB links", ["EPUB005"]),
        (_in("sec-findings.xhtml", "sec-tables.xhtml#", "gone.xhtml#"), "EPUB links", ["EPUB005"]),
        (_in("sec-findings.xhtml", "assets/fig-totals", "assets/gone"), "EPUB links", ["EPUB005"]),
        (_in("nav.xhtml", "sec-annex.xhtml#sec-annex-more", "sec-annex.xhtml#x"), "EPUB links", ["EPUB005"]),
        (_in("nav.xhtml", "sec-annex.xhtml#sec-annex-more", "epub.css"), "EPUB links", ["EPUB005"]),
        (_in("sec-tables.xhtml", _NOTE_CALL, ""), "EPUB notes", ["EPUB005", "EPUB006"]),
        (_in("sec-tables.xhtml", _NOTE_CALL, _NOTE_CALL * 2), "EPUB notes", ["EPUB006"]),
        (_in("sec-tables.xhtml", 'role="doc-footnote"', ""), "EPUB notes", ["EPUB006"]),
        (_in("sec-tables.xhtml", 'href="#noteref-cell"', 'href="#sec-tables"'), "EPUB notes", ["EPUB006"]),
        (_in("sec-tables.xhtml", 'role="doc-backlink"', ""), "EPUB notes", ["EPUB006"]),
        (_in("sec-colophon.xhtml", "<p>Set.</p>", "<p>Set."), "EPUB archive", ["EPUB004"]),
        (_without("EPUB/assets/dot.png"), "EPUB archive", ["EPUB004", "EPUB005"]),
        (
            _in("package.opf", '<itemref idref="page-9"/>', '<itemref idref="x"/>'),
            "EPUB archive",
            ["EPUB004"],
        ),
    ],
)
def test_faults_of_a_book_are_seen(
    change: Callable[[dict[str, bytes]], None], check: str, codes: list[str], rich: bytes, tmp_path: Path
) -> None:
    files = contents(rich)
    change(files)
    results, found = checked(packed(files, tmp_path / "bad.epub"))
    assert results[check].state is CheckState.FAILED
    assert sorted({finding.rule.code for finding in found} & set(codes)) == codes


@pytest.mark.usefixtures("no_java")
@pytest.mark.parametrize(
    "text",
    [
        "as Table ?? shows",
        "as (??) shows",
        "text[^note]",
        "text [@key, p. 4]",
        "text [-@key]",
        "a {{ field }}",
        "a {% if %}",
        "(**key2019?**)",
        "(<strong>key2019?</strong>)",
        "(see; <strong>key2019?</strong>)",
        "words]{.class}",
        '<img src="assets/dot.png" alt="as Figure ??"/>',
    ],
)
def test_markup_left_in_the_text_is_seen(text: str, rich: bytes, tmp_path: Path) -> None:
    files = contents(rich)
    _in("sec-colophon.xhtml", "Set.", text)(files)
    results, found = checked(packed(files, tmp_path / "bad.epub"))
    assert results["EPUB text"].state is CheckState.FAILED
    assert [(f.rule.code, f.span.path) for f in found] == [("EPUB007", "bad.epub/EPUB/sec-colophon.xhtml")]


@pytest.mark.usefixtures("no_java")
@pytest.mark.parametrize(
    "text",
    [
        "What?? he said.",
        "Really?!",
        "<strong>Why?</strong>",
        "(<strong>What now?</strong>)",
        "an address, a@example.org",
        "[1] and [a]",
        "<code>{{ x }} [^1]</code>",
        "<code>a <b>??</b> b</code>",
        "{a}",
    ],
)
def test_ordinary_text_is_no_residue(text: str, rich: bytes, tmp_path: Path) -> None:
    files = contents(rich)
    _in("sec-colophon.xhtml", "Set.", text)(files)
    results, found = checked(packed(files, tmp_path / "good.epub"))
    assert found == ()
    assert results["EPUB text"].state is CheckState.PASSED


def _paged(files: dict[str, bytes]) -> None:
    """Two pages in the colophon, marked and listed."""
    mark = '<span epub:type="pagebreak" role="doc-pagebreak" id="page-{0}" aria-label="{0}"></span>'
    _in("sec-colophon.xhtml", "<p>Set.</p>", f"{mark.format(1)}<p>Set.</p>{mark.format(2)}<p>Bound.</p>")(files)
    lines = "".join(f'<li><a href="sec-colophon.xhtml#page-{n}">{n}</a></li>' for n in (1, 2))
    _in("nav.xhtml", "</body>", f'<nav epub:type="page-list"><ol>{lines}</ol></nav></body>')(files)


@pytest.mark.usefixtures("no_java")
@pytest.mark.parametrize(
    ("change", "messages"),
    [
        (lambda _: None, []),
        (
            _in("nav.xhtml", '<li><a href="sec-colophon.xhtml#page-2">2</a></li>', ""),
            ["2 pages are marked and 1 listed"],
        ),
        (_in("nav.xhtml", '#page-2">2<', '#page-2">II<'), ['line 2 of the page list is "II", the marker "2"']),
        (_in("nav.xhtml", '#page-2">2<', '#page-1">2<'), ['line 2 of the page list is "2", the marker "2"']),
        (_in("sec-colophon.xhtml", 'aria-label="1"', 'aria-label="3"'), [
            'line 1 of the page list is "1", the marker "3"']),
    ],
)  # fmt: skip
def test_the_page_list_and_the_markers_are_the_same_pages(
    change: Callable[[dict[str, bytes]], None], messages: list[str], rich: bytes, tmp_path: Path
) -> None:
    files = contents(rich)
    _paged(files)
    change(files)
    results, found = checked(packed(files, tmp_path / "paged.epub"))
    assert [finding.message for finding in found if finding.rule.code == "EPUB009"] == messages
    assert results["EPUB pages"].state is (CheckState.FAILED if messages else CheckState.PASSED)


# ---------------------------------------------------------------- archives that must not be opened


def _assert_refused(path: Path, words: str) -> None:
    results, found = checked(path)
    assert states(results) == {
        "EPUB archive": CheckState.FAILED,
        **dict.fromkeys((*OWN_CHECKS[1:], "EPUBCheck"), CheckState.NOT_RUN),
    }
    assert [finding.rule.code for finding in found] == ["EPUB003"]
    assert words in found[0].message


@pytest.mark.parametrize(
    "name",
    ["../outside.xhtml", "EPUB/../../outside", "/etc/outside", "C:/outside", "..\\outside", "EPUB\\..\\x"],
)
def test_names_that_point_out_of_the_archive_are_refused(name: str, rich: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    _assert_refused(packed({**contents(rich), name: b"x"}, folder / "bad.epub"), "points out of the archive")
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "bad.epub"]


def test_two_entries_of_one_name_are_refused(rich: bytes, tmp_path: Path) -> None:
    path = packed(contents(rich), tmp_path / "bad.epub")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("EPUB/nav.xhtml", b"<x/>")
    _assert_refused(path, "is there twice")


def test_links_to_files_are_refused(rich: bytes, tmp_path: Path) -> None:
    path = packed(contents(rich), tmp_path / "bad.epub")
    link = zipfile.ZipInfo("EPUB/link")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/hostname")
    _assert_refused(path, "is a link")


def test_entries_larger_than_the_bound_are_refused_before_they_are_unpacked(
    rich: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed({**contents(rich), "EPUB/bomb": bytes(5_000_000)}, tmp_path / "bad.epub")
    assert path.stat().st_size < 200_000
    monkeypatch.setattr(epub_book, "_LARGEST_ENTRY", 4_000_000)
    _assert_refused(path, 'the entry "EPUB/bomb" has 5000000 bytes')


def test_a_book_larger_than_the_bound_is_refused(rich: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epub_book, "_LARGEST_BOOK", 10_000)
    _assert_refused(packed(contents(rich), tmp_path / "bad.epub"), "larger than any book")


def test_an_entry_that_is_packed_too_densely_is_refused(rich: bytes, tmp_path: Path) -> None:
    """A bomb: nine megabytes of nothing in nine kilobytes."""
    path = packed({**contents(rich), "EPUB/bomb": bytes(9_000_000)}, tmp_path / "bad.epub")
    assert path.stat().st_size < 200_000
    _assert_refused(path, 'the entry "EPUB/bomb" has 9000000 bytes, packed into ')


@pytest.mark.artefact
def test_a_text_larger_than_any_is_refused_before_it_is_parsed(rich: bytes, tmp_path: Path) -> None:
    files = contents(rich)
    words = " ".join(str(number * number) for number in range(2_500_000)).encode()
    files["EPUB/sec-colophon.xhtml"] = files["EPUB/sec-colophon.xhtml"].replace(
        b"<p>Set.</p>", b"<p>" + words + b"</p>"
    )
    results, found = checked(packed(files, tmp_path / "bad.epub"))
    assert "EPUB003" in [finding.rule.code for finding in found]
    assert "more than any book has" in found[0].message
    assert results["EPUB archive"].state is CheckState.FAILED


@pytest.mark.process
def test_hostile_books_take_no_memory(rich: bytes, tmp_path: Path) -> None:
    """A child of little memory reads a bomb, a huge text and entities that grow, and tells each of them."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    page = contents(rich)["EPUB/sec-colophon.xhtml"].decode()
    laughs = page.replace("<!DOCTYPE html>", f'<!DOCTYPE html [<!ENTITY e0 "ha">{entities}]>').replace("Set.", "&e11;")
    books = {
        "bomb": {**contents(rich), **{f"EPUB/{n}": bytes(100_000_000) for n in range(5)}},
        "laughs": {**contents(rich), "EPUB/sec-colophon.xhtml": laughs.encode()},
    }
    for name, files in books.items():
        packed(files, tmp_path / f"{name}.epub")
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from pipeline import toolchain; from pipeline.diagnostics import Findings\n"
        "from pipeline.verify.epub import check_epub\n"
        "toolchain.java = lambda: None\n"
        "resource.setrlimit(resource.RLIMIT_AS, (600 * 2**20, 600 * 2**20))\n"
        "for path in sys.argv[1:]:\n"
        "    findings = Findings()\n"
        "    check_epub(Path(path), findings)\n"
        "    print(Path(path).stem, [f.rule.code for f in findings.all()])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *(str(tmp_path / f"{name}.epub") for name in books)],
        cwd=Path(__file__).resolve().parents[1], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["bomb ['EPUB003']", "laughs ['EPUB004']"]


_ENCRYPTED = """<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"
 xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="{algorithm}"/>
 <enc:CipherData><enc:CipherReference URI="EPUB/sec-colophon.xhtml"/></enc:CipherData></enc:EncryptedData>
 </encryption>"""


def test_a_book_under_rights_management_is_called_so(rich: bytes, tmp_path: Path) -> None:
    files = contents(rich)
    files["META-INF/encryption.xml"] = _ENCRYPTED.format(
        algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc"
    ).encode()
    files["META-INF/license.lcpl"] = b"{}"
    files["EPUB/sec-colophon.xhtml"] = bytes(range(256)) * 20
    results, found = checked(packed(files, tmp_path / "bad.epub"))
    assert [(f.rule.code, f.message) for f in found] == [
        ("EPUB008", '1 files of the book are encrypted, with the terms in "META-INF/license.lcpl"')
    ]
    assert results["EPUB links"].state is CheckState.NOT_RUN


@pytest.mark.usefixtures("no_java")
def test_obfuscated_fonts_are_no_protection(rich: bytes, tmp_path: Path) -> None:
    files = contents(rich)
    files["META-INF/encryption.xml"] = _ENCRYPTED.format(algorithm="http://www.idpf.org/2008/embedding").encode()
    _, found = checked(packed(files, tmp_path / "good.epub"))
    assert found == ()


@pytest.mark.process
def test_too_many_entries_are_refused(rich: bytes, tmp_path: Path) -> None:
    many = {f"EPUB/{number}": b"" for number in range(10_001)}
    _assert_refused(packed({**contents(rich), **many}, tmp_path / "bad.epub"), "more than 10000")


def test_a_damaged_archive_is_refused(rich: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.epub"
    at = rich.index(b"EPUB/sec-annex.xhtml") + 60
    path.write_bytes(rich[:at] + bytes(20) + rich[at + 20 :])
    results, found = checked(path)
    assert results["EPUB archive"].state is CheckState.FAILED
    assert [finding.rule.code for finding in found] == ["EPUB003"]
    assert results["EPUBCheck"].state is CheckState.NOT_RUN


@pytest.mark.usefixtures("no_java")
def test_bytes_that_changed_on_the_way_are_never_a_traceback(rich: bytes, tmp_path: Path) -> None:
    dice = Random(20261123)
    path = tmp_path / "bad.epub"
    refused = 0
    for _ in range(60):
        data = bytearray(rich)
        for _ in range(dice.randint(1, 8)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        path.write_bytes(data[: dice.choice([len(data), len(data), dice.randrange(len(data))])])
        results, _ = checked(path)
        refused += results["EPUB archive"].state is CheckState.FAILED
    assert refused > 50


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_archive_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.epub"
    path.write_bytes(data)
    _assert_refused(path, "no readable archive")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    _assert_refused(tmp_path / "nothing.epub", "no readable archive")


def test_an_archive_without_a_book_is_refused(tmp_path: Path) -> None:
    results, found = checked(packed({"mimetype": b"application/epub+zip"}, tmp_path / "bad.epub"))
    assert [finding.rule.code for finding in found] == ["EPUB004"]
    assert results["EPUB links"].state is CheckState.NOT_RUN


@pytest.mark.usefixtures("no_java")
def test_external_entities_are_not_fetched(rich: bytes, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("as Table ?? shows")  # would be told as residue, were it read
    files = contents(rich)
    page = files["EPUB/sec-colophon.xhtml"].decode()
    page = page.replace("<!DOCTYPE html>", f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}">]>')
    files["EPUB/sec-colophon.xhtml"] = page.replace("Set.", "&x;").encode()
    _, found = checked(packed(files, tmp_path / "bad.epub"))
    assert found == ()
