"""Citations: locators, short forms, styles, the bibliography, and what happens when a style fails."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest
import yaml
from lxml import etree

from pipeline import csl, nodes, pandoc, toolchain
from pipeline.cache import Cache
from pipeline.check import read_and_judge
from pipeline.citations import Cited, cite, parse_suffix, spaced
from pipeline.diagnostics import Findings, Span, StageFailedError
from pipeline.model import Locator
from pipeline.slots import Citation, Group, Sequel, Slot, sequel, slots_of
from pipeline.works import Work
from tests.composing import Composed, composed, parsed, text_of, words, workspace_of, write_report

pytestmark = pytest.mark.process

IBID = "chicago-notes-bibliography-subsequent-ibid-17th-edition"
CHICAGO = "chicago-notes-bibliography"
PLACE = Span("report.yaml", 9)

SOURCES = """\
- {id: abel2019, type: book, title: The alpha book, author: [{family: Abel, given: Anna}], issued: 2019}
- {id: abel2020, type: book, title: The second book, author: [{family: Abel, given: Anna}], issued: 2020}
- id: quoted
  type: report
  title: 'A "quoted" [sNaKe and Others]{.nocase} report on “inner ‘words’”'
  author: [{family: Abel, given: Anna}]
  issued: 2021
- {id: baker2020, type: book, title: The beta book, author: [{family: Baker, given: Ben}], issued: 2020}
- {id: law, type: legislation, title: Law on things, issued: 2011-05}
- {id: unused, type: book, title: Nobody cites this, publisher: Press, issued: 2001}
"""
WORKS = tuple(Work.model_validate(entry) for entry in yaml.load(SOURCES, Loader=yaml.BaseLoader))  # noqa: S506

LABELS = """<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text">
<info><title>Labels</title><id>labels</id><updated>2020-01-01T00:00:00+00:00</updated></info>
<citation><layout><group delimiter=" "><label variable="locator" form="long"/><text variable="locator"/></group>
</layout></citation></style>
"""


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def style(name: str) -> Path:
    path = csl.style_path(name, Path("/nowhere"))
    assert path is not None
    return path


def in_text(*groups: Group) -> tuple[Sequel, ...]:
    return tuple(sequel([Slot((group,), note=False, leads=False)]) for group in groups)


def in_notes(*groups: Group) -> tuple[Sequel, ...]:
    return tuple(sequel([Slot((group,) if group else (), note=True, leads=True)]) for group in groups)


def said(cited: Cited) -> list[str]:
    return [" + ".join(plain(group) for group in slot) for slot in cited.groups]


def plain(inlines: nodes.Nodes) -> str:
    notes = [inline for inline in inlines if inline["t"] == "Note"]
    return nodes.words(notes[0]["c"] if notes else inlines)


# ---------------------------------------------------------------- locators


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en-GB", {"page": "page 12", "paragraph": "paragraph 12", "chapter": "chapter 12", "section": "section 12",
                   "volume": "volume 12", "figure": "figure 12", "note": "note 12", "part": "part 12",
                   "line": "line 12", "verse": "verse 12", "version": "version 12", "number": "number 12",
                   "issue": "issue 12", "article-locator": "art. 12", "table": "tbl. 12"}),
        ("ru", {"page": "страница 12", "paragraph": "параграф 12", "chapter": "глава 12", "section": "раздел 12",
                "volume": "том 12", "figure": "рисунок 12", "note": "примечание 12", "line": "строка 12",
                "version": "версия 12"}),
        ("de", {"page": "Seite 12", "paragraph": "Absatz 12", "chapter": "Kapitel 12", "section": "Abschnitt 12",
                "volume": "Band 12", "version": "Version 12", "figure": "Abbildung 12"}),
        ("fr", {"page": "page 12", "paragraph": "paragraphe 12", "chapter": "chapitre 12", "verse": "verset 12",
                "version": "version 12", "volume": "volume 12"}),
        ("kk", {"page": "page 12", "chapter": "chapter 12"}),
    ],
)  # fmt: skip
def test_each_locator_is_understood_in_the_language_of_the_report(
    tmp_path: Path, cache: Cache, lang: str, told: Mapping[str, str]
) -> None:
    path = tmp_path / "labels.csl"
    path.write_text(LABELS, encoding="utf-8")
    names = get_args(Locator)
    slots = in_text(*((Citation("law", label=name, locator="12"),) for name in names))
    found = dict(zip(names, said(cite(slots, WORKS, path, lang, PLACE, cache)), strict=True))
    assert {name: found[name] for name in told} == dict(told)
    assert all(re.fullmatch(r"\D*\b12", text) for text in found.values()), found


def test_the_locators_are_those_of_the_model() -> None:
    assert frozenset(get_args(Locator)) == csl.LOCATORS


@pytest.mark.parametrize(
    ("lang", "written", "label", "place", "rest"),
    [
        ("en", ", p. 12", "page", "12", ""),
        ("en", " p. 12", "page", "12", ""),
        ("en", "p. 12", "page", "12", ""),
        ("en", ", pp. 12–14", "page", "12-14", ""),
        ("en", ", pp. 3, 5-7 and passim", "page", "3, 5-7", " and passim"),
        ("en", ", 12-14", "page", "12-14", ""),
        ("en", " 12", "page", "12", ""),
        ("en", ", p. 12, emphasis mine", "page", "12", ", emphasis mine"),
        ("en", ", p. 12.", "page", "12", "."),
        ("en", ", p. 12.3", "page", "12.3", ""),
        ("en", ", p. A12", "", "", ", p. A12"),
        ("en", ", pp. xiv–xvi", "page", "xiv-xvi", ""),
        ("en", ", p. IV", "page", "IV", ""),
        ("en", ", para. 4", "paragraph", "4", ""),
        ("en", ", ¶ 4", "paragraph", "4", ""),
        ("en", ", § 4(1)", "section", "4(1)", ""),
        ("en", ", chap. 2", "chapter", "2", ""),
        ("en", ", art. 5(1)", "article-locator", "5(1)", ""),
        ("en", ", note in passing", "", "", ", note in passing"),
        ("en", ", part of the truth", "", "", ", part of the truth"),
        ("en", ", v. important", "", "", ", v. important"),
        ("en", ", see there", "", "", ", see there"),
        ("en", ", 12 Mile Creek", "", "", ", 12 Mile Creek"),
        ("en", "", "", "", ""),
        ("ru", ", с. 12", "page", "12", ""),
        ("ru", ", p. 12", "page", "12", ""),
        ("ru", ", гл. 3", "chapter", "3", ""),
        ("ru", ", п. 4", "paragraph", "4", ""),
        ("de", ", S. 12", "page", "12", ""),
        ("de", ", Kap. 3", "chapter", "3", ""),
        ("de", ", Abs. 4 und öfter", "paragraph", "4", " und öfter"),
        ("fr", ", p. 12", "page", "12", ""),
        ("fr", ", chap. 3", "chapter", "3", ""),
        ("fr", ", paragr. 4", "paragraph", "4", ""),
    ],
)
def test_a_locator_in_the_text_is_told_from_words(lang: str, written: str, label: str, place: str, rest: str) -> None:
    terms = csl.locator_terms(csl.locale_for(lang))
    found = parse_suffix(nodes.text(written), terms)
    assert found == (label, place, nodes.text(rest) if rest else [])


def test_what_follows_a_locator_keeps_its_markup() -> None:
    emphasis = {"t": "Emph", "c": nodes.text("mine")}
    suffix = [*nodes.text(", p. 12, emphasis "), emphasis]
    label, place, rest = parse_suffix(suffix, csl.locator_terms("en-GB"))
    assert (label, place) == ("page", "12")
    assert rest == [{"t": "Str", "c": ","}, {"t": "Space"}, {"t": "Str", "c": "emphasis"}, {"t": "Space"}, emphasis]


def test_a_locator_inside_markup_is_left_as_words() -> None:
    suffix = [{"t": "Emph", "c": nodes.text("p. 12")}]
    assert parse_suffix(suffix, csl.locator_terms("en-GB")) == ("", "", suffix)


def test_a_suffix_in_a_notes_file_is_parted_by_a_comma() -> None:
    assert nodes.words(spaced(nodes.text("emphasis added"))) == ", emphasis added"
    assert nodes.words(spaced(nodes.text("; and more"))) == "; and more"


# ---------------------------------------------------------------- forms


def test_short_forms_and_ibid_take_plain_notes_into_account(cache: Cache) -> None:
    page = Citation("abel2019", label="page", locator="3")
    slots = in_notes(
        (page,),
        (page,),
        (Citation("abel2019", label="page", locator="4"),),
        (),
        (page,),
        (Citation("abel2020"), Citation("baker2020")),
        (Citation("abel2020"),),
        (Citation("abel2020", prefix=nodes.text("see also"), suffix=nodes.text(", emphasis mine")),),
    )
    assert said(cite(slots, WORKS, style(IBID), "en-GB", PLACE, cache)) == [
        "Anna Abel, The Alpha Book (2019), 3.",
        "Ibid.",
        "Ibid., 4.",
        "",
        "Abel, The Alpha Book, 3.",
        "Anna Abel, The Second Book (2020); Ben Baker, The Beta Book (2020).",
        "Abel, The Second Book.",
        "See also ibid., emphasis mine.",
    ]


def test_a_style_that_counts_back_names_the_number_of_the_note(cache: Cache) -> None:
    slots = in_notes((), (Citation("abel2019"),), (), (Citation("baker2020"),), (Citation("abel2019"),))
    told = said(cite(slots, WORKS, style("oscola"), "en-GB", PLACE, cache))
    assert told[4] == "Abel (n 2)."


def test_authors_in_the_text_and_authors_left_out(cache: Cache) -> None:
    groups: tuple[Group, ...] = (
        (Citation("baker2020", "AuthorInText", label="page", locator="12"),),
        (Citation("baker2020", "SuppressAuthor"),),
        (Citation("abel2019"), Citation("law", label="paragraph", locator="4")),
        (Citation("baker2020", prefix=nodes.text("see"), suffix=nodes.text(" and passim")),),
    )
    assert said(cite(in_text(*groups), WORKS, style("apa"), "en-GB", PLACE, cache)) == [
        "Baker (2020, p. 12)",
        "(2020)",
        "(Abel, 2019; Law on Things, 2011, ¶ 4)",
        "(see Baker, 2020 and passim)",
    ]


@pytest.fixture(scope="module")
def woven(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Composed]:
    """The same text in a note style and in an author-date style."""
    made = {}
    for name in (IBID, "apa"):
        root = tmp_path_factory.mktemp("woven")
        bibliography = "{groups: [{title: Law, types: [legislation]}, {title: Books, types: [book]}, {title: Rest}]}"
        made[name] = composed(
            write_report(
                root,
                {
                    "sec-a": "One [@abel2019, p. 3]. @baker2020 [p. 12] says. Two [@abel2020; @law, para. 4].[^n] "
                    "@quoted, and [see *esp.* @law, art. 5, *mine*; -@abel2019].[^m]"
                },
                sources=SOURCES,
                notes=(
                    '- {id: n, text: "As [@baker2020, p. 9] says; also @abel2019 [p. 2], and @law."}\n'
                    '- {id: m, cites: [{source: abel2019, locator: {chapter: "2"}, suffix: at length},'
                    "   {source: law, prefix: and}], text: Then words.}\n"
                ),
                settings=f"citations: {{style: {name}, bibliography: {bibliography}}}\n",
            )
        )
    return made


def test_citations_in_the_text_become_notes_in_a_note_style(woven: dict[str, Composed]) -> None:
    made = woven[IBID]
    assert [finding for finding in made.findings if finding.is_error] == []
    assert made.plain("sec-a") == ("One.1 Ben Baker2 says. Two.34 Anna Abel,5 and.67")
    assert [(made.marks()[key], text) for key, text in made.notes().items()] == [
        ("1", "Anna Abel, The Alpha Book (2019), 3."),
        ("2", "The Beta Book (2020), 12."),
        ("3", "Anna Abel, The Second Book (2020); Law on Things (2011), ¶ 4."),
        ("4", "As (Baker, The Beta Book, 9) says; also Abel, The Alpha Book, 2, and Law on Things."),
        ("5", "A ‘Quoted’ sNaKe and Others Report on ‘Inner “Words”’ (2021)."),
        ("6", "See esp. Law on Things, art. 5, mine; The Alpha Book."),
        ("7", "Abel, The Alpha Book, ch. 2, at length; and Law on Things. Then words."),
    ]


def test_citations_in_the_text_stay_in_the_text_in_an_author_date_style(woven: dict[str, Composed]) -> None:
    made = woven["apa"]
    assert [finding for finding in made.findings if finding.is_error] == []
    assert made.plain("sec-a").startswith(
        "One (Abel, 2019, p. 3). Baker (2020, p. 12) says. Two (Abel, 2020; Law on Things, 2011, ¶ 4).1 "
        "Abel (2021), and (see esp. Law on Things, 2011, art. 5, mine; 2019).2"
    )
    assert list(made.marks()) == ["note-n", "note-m"]
    assert made.notes()["note-n"].startswith(
        "As (Baker, 2020, p. 9) says; also Abel (2019, p. 2), and (Law on Things, 2011)."
    )


def siblings(head: etree._Element) -> list[etree._Element]:
    return list(next(head.itersiblings()))


@pytest.mark.parametrize("name", [IBID, "apa"])
def test_the_bibliography_has_every_work_cited_and_no_other(woven: dict[str, Composed], name: str) -> None:
    made = woven[name]
    html = parsed(made.chapter("press-bibliography").html)
    groups = [(text_of(head), [p.get("id") for p in siblings(head)]) for head in html.iter("h2")]
    assert groups == [
        ("Law", ["ref-law"]),
        ("Books", ["ref-abel2019", "ref-abel2020", "ref-baker2020"]),
        ("Rest", ["ref-quoted"]),
    ]
    text = words(made.chapter("press-bibliography").html)
    assert "Nobody cites this" not in text
    assert "———" not in text, "a dash would stand for the author of an entry in another group"


def test_a_bibliography_in_one_piece_keeps_the_dash_of_its_style(cache: Cache) -> None:
    slots = in_notes((Citation("abel2019"), Citation("abel2020")))
    whole = cite(slots, WORKS, style(IBID), "en-GB", PLACE, cache).entries
    assert [(key, nodes.words(json.loads(entry))[:4]) for key, entry in whole] == [
        ("abel2019", "Abel"),
        ("abel2020", "———."),
    ]


def test_a_numbered_bibliography_has_its_numbers_in_the_line(tmp_path: Path) -> None:
    body = "One [@abel2019; @law]. Two [@baker2020]."
    made = composed(write_report(tmp_path, {"sec-a": body}, sources=SOURCES, settings="citations: {style: ieee}\n"))
    assert made.plain("sec-a") == "One [1], [2]. Two [3]."
    entries = parsed(made.chapter("press-bibliography").html)[0]
    assert [text_of(entry).split()[0] for entry in entries] == ["[1]", "[2]", "[3]"]
    assert [entry.get("id") for entry in entries] == ["ref-abel2019", "ref-law", "ref-baker2020"]
    assert {element.tag for entry in entries for element in entry.iter()} <= {"p", "span", "em", "a"}


def test_nobody_is_named_who_was_not_cited(woven: dict[str, Composed]) -> None:
    for made in woven.values():
        everything = "".join(
            chapter.html + "".join(n.html for n in chapter.notes) for chapter in made.document.chapters
        )
        assert "?" not in everything
        assert "@" not in everything


# ---------------------------------------------------------------- languages and styles


@pytest.mark.parametrize(
    ("lang", "locale"),
    [("en", "en-GB"), ("en-US", "en-US"), ("en-AU", "en-GB"), ("ru", "ru-RU"), ("de-AT", "de-AT"), ("de-LI", "de-DE"),
     ("fr", "fr-FR"), ("pt-BR", "pt-BR"), ("uk", "uk-UA"), ("kk", "en-US"), ("ky", "en-US"), ("uz-Cyrl", "en-US"),
     ("tg", "en-US")],
)  # fmt: skip
def test_the_locale_of_a_language(lang: str, locale: str) -> None:
    assert csl.locale_for(lang) == locale


def test_a_title_in_another_language_keeps_its_small_letters(cache: Cache) -> None:
    work = Work.model_validate({"id": "x", "type": "book", "title": "Балдар жана үй-бүлө китеби", "language": "ky"})
    latin = Work.model_validate({"id": "y", "type": "book", "title": "Bolalar haqida kitob", "language": "uz"})
    cited = cite(in_notes((Citation("x"),), (Citation("y"),)), (work, latin), style(CHICAGO), "ky", PLACE, cache)
    assert said(cited) == ["Балдар жана үй-бүлө китеби (n.d.).", "Bolalar haqida kitob (n.d.)."]


def test_a_dependent_style_is_the_style_that_it_follows() -> None:
    found = csl.style_path("2d-materials", Path("/nowhere"))
    assert found == toolchain.citation_styles() / "institute-of-physics-numeric.csl"


def test_a_style_of_the_report_that_follows_another_never_asks_the_network(tmp_path: Path, cache: Cache) -> None:
    link = '<link href="{}" rel="independent-parent"/>'
    (tmp_path / "known.csl").write_text(
        LABELS.replace("<updated>", link.format("http://x.invalid/styles/apa") + "<updated>")
    )
    (tmp_path / "other.csl").write_text(LABELS.replace("<updated>", link.format("file:///etc/passwd") + "<updated>"))
    (tmp_path / "away.csl").symlink_to("/etc/passwd")
    assert csl.style_path("known.csl", tmp_path) == toolchain.citation_styles() / "apa.csl"
    assert csl.style_path("other.csl", tmp_path) is None
    assert csl.style_path("away.csl", tmp_path) is None
    assert csl.style_path("../../etc/passwd.csl", tmp_path) is None
    assert csl.style_path("../apa", tmp_path) is None
    # and when it comes to citeproc all the same, nothing is fetched
    slots = in_text((Citation("law", label="page", locator="1"),))
    assert said(cite(slots, WORKS, tmp_path / "other.csl", "en", PLACE, cache)) == ["page 1"]


@pytest.mark.parametrize(
    "text", ["<style", "no style at all", "", "\0", "<!DOCTYPE x [<!ENTITY a 'b'>]><style>&c;</style>"]
)
def test_a_style_that_cannot_be_read_is_a_finding(tmp_path: Path, cache: Cache, text: str) -> None:
    path = tmp_path / "own.csl"
    path.write_text(text)
    with pytest.raises(StageFailedError) as failed:
        cite(in_text((Citation("law"),)), WORKS, path, "en", PLACE, cache)
    assert [(finding.rule.code, finding.span) for finding in failed.value.findings] == [("CITE006", PLACE)]
    assert not csl.style_is_note(path)


def test_a_broken_style_does_not_end_the_composition(tmp_path: Path) -> None:
    report = write_report(
        tmp_path,
        {"sec-a": "One [@abel2019].[^n]"},
        notes="- {id: n, cites: [{source: abel2019}]}\n",
        settings="citations: {style: own.csl}\n",
        files={"own.csl": "<style>"},
    )
    made = composed(report)
    found = [finding for finding in made.findings if finding.rule.code == "CITE006"]
    assert [str(finding.span) for finding in found] == ["content/small/report.yaml:8:20"]
    assert made.plain("sec-a") == "One @abel2019.1"
    assert made.notes() == {"note-n": "@abel2019"}


def test_a_work_that_does_not_exist_is_left_to_the_rules(tmp_path: Path) -> None:
    report = write_report(
        tmp_path,
        {"sec-a": "One [@nobody]. Two [@nobody; @abel2019]. @nobody says.[^n]"},
        notes="- {id: n, cites: [{source: nobody}], text: 'Words [@nobody].'}\n",
    )
    made = composed(report)
    codes = [finding.rule.code for finding in made.findings if finding.is_error]
    assert set(codes) == {"CITE001"}
    assert "**" not in made.chapter("sec-a").html
    assert list(made.marks().values()) == ["1", "2", "3", "4"]
    assert made.notes()["note-cite-nobody-2"] == "Anna Abel, The Alpha Book (Press, 2019)."


def test_a_style_that_counts_back_needs_notes_counted_through(tmp_path: Path) -> None:
    for number, (numbering, name, codes) in enumerate(
        (("section", "oscola", ["CITE007"]), ("report", "oscola", []), ("section", CHICAGO, []))
    ):
        report = write_report(
            tmp_path / str(number),
            {"sec-a": "One."},
            sources="",
            settings=f"note-numbering: {numbering}\ncitations: {{style: {name}}}\n",
        )
        findings = Findings()
        read_and_judge(report, workspace_of(report, tmp_path), lambda _stage: None, findings)
        assert [(finding.rule.code, finding.span.line) for finding in findings.all()] == [(code, 8) for code in codes]


# ---------------------------------------------------------------- cache


def test_a_stretch_of_the_sequence_is_read_as_it_was_written() -> None:
    marked = Citation("law", "SuppressAuthor", nodes.text("see"), nodes.text("and more"), "page", "12-14")
    slots = (Slot(((marked, Citation("abel2019")), ()), note=True, leads=False), Slot((), note=True, leads=False))
    stretch = sequel(slots)
    assert (stretch.count, stretch.works) == (2, ("law", "abel2019"))
    assert slots_of((stretch, sequel(()), stretch)) == slots + slots


def test_the_same_sequence_is_set_once(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    slots = in_text((Citation("law"),), (Citation("abel2019"),))
    first = cite(slots, WORKS, style("apa"), "en", PLACE, cache)

    def never(requests: tuple[pandoc.Request, ...]) -> tuple[pandoc.Reply, ...]:
        raise AssertionError("pandoc was started")

    monkeypatch.setattr(pandoc, "run", never)
    assert cite(slots, WORKS, style("apa"), "en", PLACE, cache) == first
    divided_otherwise = (sequel(()), sequel(slots_of(slots[:1])), *slots[1:])
    assert cite(divided_otherwise, WORKS, style("apa"), "en", PLACE, cache) == first
    for changed in (
        {"sequence": slots[::-1]},
        {"works": tuple(work.model_copy(update={"title": "Other"}) for work in WORKS)},
        {"style": style(CHICAGO)},
        {"lang": "de"},
    ):
        arguments = {"sequence": slots, "works": WORKS, "style": style("apa"), "lang": "en"} | changed
        with pytest.raises(AssertionError, match="pandoc was started"):
            cite(place=PLACE, cache=cache, **arguments)  # type: ignore[arg-type]


def test_damaged_citations_are_set_again(cache: Cache) -> None:
    slots = in_text((Citation("law"),), (Citation("quoted"),))
    first = cite(slots, WORKS, style("apa"), "en", PLACE, cache)
    for path in cache.folder.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-2])
    assert cite(slots, WORKS, style("apa"), "en", PLACE, cache) == first
    assert cite(slots, WORKS, style("apa"), "en", PLACE, cache) == first


def test_a_report_without_citations_starts_nothing(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pandoc, "run", lambda requests: pytest.fail("pandoc was started"))
    cited = cite((sequel([Slot((), note=True, leads=False)]),), WORKS, style("apa"), "en", PLACE, cache)
    assert cited == Cited(("[]",), ())


def test_an_answer_with_another_number_of_citations_is_never_used(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = pandoc.Reply(nodes.document([nodes.paragraph(nodes.text("nothing"))]), (), "")
    monkeypatch.setattr(pandoc, "run", lambda requests: tuple(answer for _ in requests))
    with pytest.raises(StageFailedError) as failed:
        cite(in_text((Citation("law"),)), WORKS, style("apa"), "en", PLACE, cache)
    assert failed.value.findings[0].rule.code == "CITE006"
