"""Publishing files and the folder that is handed on."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree, html

from pipeline.datasets import Dataset, Shown
from pipeline.diagnostics import Findings
from pipeline.document import Creator, Imprint
from pipeline.package import Release, distribute, license_url, publish, publish_folder
from pipeline.templating import Templates
from pipeline.toolchain import Tool

OWN = Path(__file__).resolve().parent.parent / "templates"
IMPRINT = Imprint(
    slug="demo",
    title="Counts & <Weights>",
    subtitle="A study",
    short_title="Counts",
    kicker="Report",
    lang="ru",
    date="2026-11-23",
    version="1.0.0",
    creators=(
        Creator("Ada Example", "Example, Ada", orcid="0000-0002-1825-0097"),
        Creator("Example Institute", "Example Institute"),
    ),
    publisher="Example Institute",
    publisher_place="Bishkek",
    publisher_url="https://example.org/",
    series="Papers",
    series_number="3",
    issn="2049-3630",
    doi="10.5555/12345678",
    isbn_pdf="9783161484100",
    isbn_epub="",
    report_number="EX-3",
    rights="© 2026 Example Institute",
    license="CC-BY-4.0",
    abstract='Краткое </script> & "кавычки".',
    keywords=("one", "two"),
)
DATA = (
    Dataset(
        "counts.csv",
        b"state,people\nKazakhstan,754\n",
        (Shown("fig-counts", "Рисунок 1", "Сколько <вернулось>"), Shown("tbl-counts", "Таблица 2", "Подсчёты")),
    ),
    Dataset("years/by state.csv", b"year,people\n2019,913\n", (Shown("tbl-years", "Таблица 3", "По годам"),)),
)


def pdf_and_epub(folder: Path) -> tuple[Release, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "demo.pdf").write_bytes(b"%PDF-1.7 " + b"x" * 1_200_000)
    (folder / "demo.epub").write_bytes(b"PK" + b"y" * 80_000)
    return (
        Release(folder / "demo.pdf", "PDF", "application/pdf", 64, "9783161484100"),
        Release(folder / "demo.epub", "EPUB", "application/epub+zip", 0),
    )


def handed_on(
    folder: Path, imprint: Imprint = IMPRINT, report: Path | None = None, data: tuple[Dataset, ...] = ()
) -> Path:
    findings = Findings()
    templates = Templates(OWN, report, str, {})
    tools = (Tool("weasyprint", "70.0"), Tool("lxml", "6.1.3"))
    releases = pdf_and_epub(folder / "made")
    distribute(imprint, releases, data, templates, folder / "dist", tools, "abc123def0+", 1_795_435_200, findings)
    assert findings.all() == ()
    return folder / "dist"


def page_of(dist: Path) -> html.HtmlElement:
    return html.document_fromstring((dist / "index.html").read_text(encoding="utf-8"))


def words(element: etree._Element) -> str:
    return " ".join(str(element.xpath("string()")).split())


# ---------------------------------------------------------------- publish


def test_a_file_is_published_whole_with_the_rights_of_an_ordinary_file(tmp_path: Path) -> None:
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    publish(tmp_path / "new" / "a.pdf", b"one")
    publish(tmp_path / "new" / "a.pdf", b"two")
    assert (tmp_path / "new" / "a.pdf").read_bytes() == b"two"
    assert os.listdir(tmp_path / "new") == ["a.pdf"]  # noqa: PTH208
    assert stat.S_IMODE((tmp_path / "new" / "a.pdf").stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt(), SystemExit(143)])
@pytest.mark.parametrize("step", ["pipeline.package.os.fsync", "pathlib.Path.replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, step: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    publish(tmp_path / "a.pdf", b"old")
    with monkeypatch.context() as patched:
        patched.setattr(step, fail)
        with pytest.raises(type(error)):
            publish(tmp_path / "a.pdf", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]
    assert (tmp_path / "a.pdf").read_bytes() == b"old"


def test_two_runs_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    contents = [bytes([65 + n]) * 500_000 for n in range(6)]
    threads = [threading.Thread(target=publish, args=(tmp_path / "a.pdf", data)) for data in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "a.pdf").read_bytes() in contents
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    publish_folder(tmp_path / "dist", {"a-1.pdf": b"1", "index.html": b"1"})
    publish_folder(tmp_path / "dist", {"a-2.pdf": b"2", "index.html": b"2"})
    assert {path.name: path.read_bytes() for path in (tmp_path / "dist").iterdir()} == {
        "a-2.pdf": b"2",
        "index.html": b"2",
    }
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


def test_a_folder_that_cannot_be_written_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_folder(tmp_path / "dist", {"a": b"old"})

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr("pipeline.package.os.fsync", fail)
        with pytest.raises(OSError, match="full"):
            publish_folder(tmp_path / "dist", {"a": b"new", "b": b"new"})
    assert (tmp_path / "dist" / "a").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


def test_an_interruption_between_the_two_renames_brings_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_folder(tmp_path / "dist", {"a": b"old"})
    rename = Path.rename

    def second_fails(self: Path, target: Path) -> Path:
        if self.name.endswith(".part"):
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", second_fails)
        with pytest.raises(KeyboardInterrupt):
            publish_folder(tmp_path / "dist", {"a": b"new"})
    assert (tmp_path / "dist" / "a").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


def test_two_runs_at_once_leave_one_whole_folder(tmp_path: Path) -> None:
    def run(letter: str) -> None:
        for _ in range(5):
            publish_folder(tmp_path / "dist", {name: letter.encode() for name in ("a", "b", "c")})

    threads = [threading.Thread(target=run, args=(letter,)) for letter in "xyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({path.read_bytes() for path in (tmp_path / "dist").iterdir()}) == 1
    assert {path.name for path in (tmp_path / "dist").iterdir()} == {"a", "b", "c"}
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]


# ---------------------------------------------------------------- the folder that is handed on


def test_the_folder_holds_editions_page_manifest_and_checksums(tmp_path: Path) -> None:
    dist = handed_on(tmp_path)
    assert sorted(path.name for path in dist.iterdir()) == [
        "SHA256SUMS",
        "demo-1.0.0.epub",
        "demo-1.0.0.pdf",
        "index.html",
        "manifest.json",
    ]
    assert (dist / "demo-1.0.0.pdf").read_bytes() == (tmp_path / "made" / "demo.pdf").read_bytes()


def test_the_checksums_are_those_of_every_other_file(tmp_path: Path) -> None:
    dist = handed_on(tmp_path, data=DATA)
    lines = (dist / "SHA256SUMS").read_text().splitlines()
    told = {name: code for code, name in (line.split("  ", 1) for line in lines)}
    files = {path.relative_to(dist).as_posix(): path for path in dist.rglob("*") if path.is_file()}
    true = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    del true["SHA256SUMS"]
    assert told == true
    assert len(told) == 2 + len(DATA) + 2


def test_the_manifest_tells_files_tools_source_and_identifiers(tmp_path: Path) -> None:
    dist = handed_on(tmp_path)
    manifest = json.loads((dist / "manifest.json").read_text(encoding="utf-8"))
    assert [(f["name"], f["media_type"], f["pages"]) for f in manifest["files"]] == [
        ("demo-1.0.0.pdf", "application/pdf", 64),
        ("demo-1.0.0.epub", "application/epub+zip", None),
        ("index.html", "text/html", None),
    ]
    for file in manifest["files"]:
        data = (dist / file["name"]).read_bytes()
        assert (file["size"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert manifest["tools"] == {"weasyprint": "70.0", "lxml": "6.1.3"}
    assert manifest["source"] == {"commit": "abc123def0", "modified": True, "source_date_epoch": 1_795_435_200}
    assert manifest["report"]["identifiers"] == {
        "doi": "10.5555/12345678",
        "isbn_pdf": "9783161484100",
        "issn": "2049-3630",
        "report_number": "EX-3",
    }


def test_the_same_editions_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = (handed_on(tmp_path / name, data=DATA) for name in ("one", "two"))
    files = [path.relative_to(one) for path in one.rglob("*") if path.is_file()]
    for name in files:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_the_data_stand_in_a_folder_of_their_own_as_they_were_read(tmp_path: Path) -> None:
    dist = handed_on(tmp_path, data=DATA)
    folder = dist / "demo-1.0.0-data"
    assert {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.csv")} == {
        "counts.csv": DATA[0].data,
        "years/by-state.csv": DATA[1].data,
    }


def test_the_manifest_tells_what_the_data_stand_behind(tmp_path: Path) -> None:
    dist = handed_on(tmp_path, data=DATA)
    manifest = json.loads((dist / "manifest.json").read_text(encoding="utf-8"))
    listed = {file["name"]: file for file in manifest["files"]}
    assert list(listed) == [
        "demo-1.0.0.pdf",
        "demo-1.0.0.epub",
        "demo-1.0.0-data/counts.csv",
        "demo-1.0.0-data/years/by-state.csv",
        "index.html",
    ]
    for name, file in listed.items():
        data = (dist / name).read_bytes()
        assert (file["size"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    counts = listed["demo-1.0.0-data/counts.csv"]
    assert (counts["media_type"], counts["pages"]) == ("text/csv", None)
    assert counts["behind"] == [
        {"id": "fig-counts", "label": "Рисунок 1", "caption": "Сколько <вернулось>"},
        {"id": "tbl-counts", "label": "Таблица 2", "caption": "Подсчёты"},
    ]
    assert [name for name, file in listed.items() if "behind" in file] == list(listed)[2:4]


def test_data_files_of_one_name_do_not_take_each_other_s_place(tmp_path: Path) -> None:
    """Also where names differ only in what a file name here may not hold, or, on some disks, in their capitals."""
    names = ("a.csv", "A.csv", "a b.csv", "a-b.csv", "../a.csv")
    data = tuple(Dataset(name, name.encode(), (Shown("tbl-a", "Table 1", "A"),)) for name in names)
    dist = handed_on(tmp_path, data=data)
    files = [path for path in (dist / "demo-1.0.0-data").rglob("*") if path.is_file()]
    assert sorted(path.read_bytes() for path in files) == sorted(name.encode() for name in names)
    assert len({path.relative_to(dist).as_posix().casefold() for path in files}) == len(names)
    assert {path.suffix for path in files} == {".csv"}


def test_a_new_version_leaves_no_file_of_the_old_one(tmp_path: Path) -> None:
    handed_on(tmp_path)
    dist = handed_on(tmp_path, replace(IMPRINT, version="1.1.0"))
    assert {path.suffix for path in dist.iterdir()} == {"", ".pdf", ".epub", ".html", ".json"}
    assert not list(dist.glob("*1.0.0*"))


def test_a_version_cannot_name_a_file_elsewhere(tmp_path: Path) -> None:
    dist = handed_on(tmp_path, replace(IMPRINT, version="../../1 beta"))
    assert (dist / "demo-1-beta.pdf").is_file()


def test_a_faulty_template_of_the_report_is_a_finding_and_writes_nothing(tmp_path: Path) -> None:
    own = tmp_path / "templates"
    (own / "dist").mkdir(parents=True)
    (own / "dist" / "index.html.j2").write_text("<p>\n{{ imprint.titel }}</p>")
    findings = Findings()
    written = distribute(
        IMPRINT, pdf_and_epub(tmp_path), (), Templates(OWN, own, str, {}), tmp_path / "dist", (), "", 0, findings
    )
    assert written == ()
    assert [(f.rule.code, f.span.line) for f in findings.all()] == [("TPL001", 2)]
    assert not (tmp_path / "dist").exists()


def test_a_report_may_replace_the_style_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "templates" / "css").mkdir(parents=True)
    (tmp_path / "templates" / "css" / "landing.css").write_text("body { color: teal }")
    dist = handed_on(tmp_path, report=tmp_path / "templates")
    assert words(page_of(dist).find(".//style")) == "body { color: teal }"


# ---------------------------------------------------------------- the landing page


def test_the_page_offers_each_edition_with_pages_and_size(tmp_path: Path) -> None:
    page = page_of(handed_on(tmp_path))
    items = page.xpath("//ul[@class='downloads']/li")
    assert [(item.find("a").get("href"), words(item)) for item in items] == [
        ("demo-1.0.0.pdf", "PDF 64 pages, 1.2 MB, ISBN 9783161484100"),
        ("demo-1.0.0.epub", "EPUB 80.0 kB"),
    ]


def test_the_page_offers_the_data_with_what_they_stand_behind(tmp_path: Path) -> None:
    dist = handed_on(tmp_path, data=DATA)
    page = page_of(dist)
    items = page.xpath("//section[h2[@id='data']]/ul/li")
    assert [(item.find("a").get("href"), words(item)) for item in items] == [
        (
            "demo-1.0.0-data/counts.csv",
            "counts.csv CSV, 28 Bytes Рисунок 1. Сколько <вернулось> Таблица 2. Подсчёты",
        ),
        ("demo-1.0.0-data/years/by-state.csv", "years/by-state.csv CSV, 21 Bytes Таблица 3. По годам"),
    ]
    assert all((dist / item.find("a").get("href")).is_file() for item in items)
    assert {paragraph.get("lang") for item in items for paragraph in item.iter("p")} == {"ru"}


def test_a_report_without_data_has_no_heading_for_them(tmp_path: Path) -> None:
    assert not page_of(handed_on(tmp_path)).xpath("//*[@id='data']")


def test_the_page_says_who_what_and_how_to_cite(tmp_path: Path) -> None:
    page = page_of(handed_on(tmp_path))
    assert words(page.find(".//h1")) == "Counts & <Weights>"
    assert words(page.find(".//title")) == "Counts & <Weights>"
    assert words(page.xpath("//p[@class='authors']")[0]) == "Ada Example, Example Institute"
    assert words(page.xpath("//p[@class='citation']")[0]) == (
        "Ada Example and Example Institute. Counts & <Weights>: A study. Papers 3. Version 1.0.0. "
        "Bishkek: Example Institute, 2026. https://doi.org/10.5555/12345678"
    )
    assert page.xpath("//a[@rel='license']/@href") == ["https://creativecommons.org/licenses/by/4.0/"]
    assert IMPRINT.abstract in words(page.find(".//main"))
    sums = (tmp_path / "dist" / "SHA256SUMS").read_text()
    codes = page.xpath("//dl[@class='sums']//code")
    assert len(codes) == 2
    for code in codes:
        assert words(code) in sums


def test_facts_that_are_not_given_leave_no_trace(tmp_path: Path) -> None:
    bare = replace(
        IMPRINT,
        **dict.fromkeys(
            ("subtitle", "kicker", "publisher_place", "publisher_url", "series", "series_number", "issn"), ""
        ),
        **dict.fromkeys(("doi", "isbn_pdf", "report_number", "rights", "license", "abstract"), ""),
        keywords=(),
        creators=(),
    )
    page = page_of(handed_on(tmp_path, bare))
    text = words(page.find(".//main"))
    assert words(page.xpath("//p[@class='citation']")[0]) == (
        "Counts & <Weights>. Version 1.0.0. Example Institute, 2026."
    )
    for word in ("DOI", "ISSN", "Rights", "Abstract", "Keywords", "None", "Report number"):
        assert word not in text


def test_the_page_is_whole_in_itself_and_runs_nothing(tmp_path: Path) -> None:
    page = page_of(handed_on(tmp_path))
    assert [script.get("type") for script in page.iter("script")] == ["application/ld+json"]
    assert not page.xpath("//link | //img | //iframe | //@src | //@onclick | //@style")
    assert "@import" not in words(page.find(".//style"))
    assert "url(" not in words(page.find(".//style"))


def test_the_publication_is_told_to_search_engines(tmp_path: Path) -> None:
    page = page_of(handed_on(tmp_path))
    value = json.loads(str(page.xpath("string(//script)")))
    assert (value["@type"], value["name"], value["abstract"]) == ("Report", IMPRINT.title, IMPRINT.abstract)
    assert [creator["@type"] for creator in value["author"]] == ["Person", "Organization"]
    assert [item["contentUrl"] for item in value["encoding"]] == ["demo-1.0.0.pdf", "demo-1.0.0.epub"]
    assert page.xpath("//meta[@name='citation_author']/@content") == ["Example, Ada", "Example Institute"]
    assert page.xpath("//meta[@name='citation_publication_date']/@content") == ["2026/11/23"]


def test_the_page_can_be_read_by_everyone(tmp_path: Path) -> None:
    """WCAG 2.2: 1.3.1 headings and landmarks, 3.1.1 and 3.1.2 languages, 1.4.4 zooming, 4.1.2 names."""
    page = page_of(handed_on(tmp_path, data=DATA))
    assert page.get("lang") == "en"
    assert {e.get("lang") for e in page.xpath("//h1/ancestor::header | //cite | //p[@lang]")} == {"ru"}
    assert [int(e.tag[1]) for e in page.iter("h1", "h2", "h3")] == [1, 2, 2, 2, 2, 2, 2]
    assert len(page.findall(".//main")) == 1
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert set(page.xpath("//section/@aria-labelledby")) <= set(ids)
    viewport = page.xpath("//meta[@name='viewport']/@content")[0]
    assert "user-scalable" not in viewport
    assert "maximum-scale" not in viewport
    assert all(words(link) for link in page.iter("a"))


def test_the_page_is_well_formed(tmp_path: Path) -> None:
    text = (handed_on(tmp_path, data=DATA) / "index.html").read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>\n")
    assert etree.fromstring(text.encode()).tag == "html"


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_the_colours_have_the_contrast_that_text_needs(scheme: int) -> None:
    css = (OWN / "css" / "landing.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{([^}]*)\}", css)
    assert len(blocks) == 2
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", blocks[scheme]))
    paper = luminance(colours["paper"])
    for name, least in (("ink", 7.0), ("quiet", 4.5), ("link", 4.5), ("line", 3.0)):
        light, dark = sorted((luminance(colours[name]), paper), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= least, name


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("CC-BY-NC-ND-3.0", "https://creativecommons.org/licenses/by-nc-nd/3.0/"),
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("MIT", ""),
        ("CC-BY-ND-SA-4.0", ""),
    ],
)
def test_creative_commons_licences_have_an_address(name: str, address: str) -> None:
    assert license_url(name) == address
