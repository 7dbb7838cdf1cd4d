"""A report's own templates: used when they are sound, named with file and line when not, and harmless."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jinja2
import pytest
from pydantic import BaseModel

from pipeline import templating
from pipeline.cache import Cache
from pipeline.diagnostics import Findings, StageFailedError
from pipeline.templating import Templates

SECRET = "root:x:0:0"


@dataclass(frozen=True, slots=True)
class Imprint:
    title: str
    file: Path


class Settings(BaseModel):
    title: str = "A & B"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The press's templates."""
    folder = tmp_path / "press"
    write(folder / "a.html.j2", "own a: {{ title }}{% include 'part.html.j2' %}")
    write(folder / "part.html.j2", " own part")
    write(folder / "text.md.j2", "{{ title }}")
    write(folder / "css" / "base.css", "own {}")
    return folder


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """The report's templates."""
    folder = tmp_path / "report" / "templates"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def templates(own: Path, report: Path, tmp_path: Path) -> Templates:
    return Templates(own, report, lambda path: path.relative_to(tmp_path).as_posix(), {"loud": str.upper})


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def rendered(templates: Templates, name: str = "a.html.j2", **context: object) -> tuple[str, list[str]]:
    findings = Findings()
    text = templates.render(name, findings, **{"title": "T", **context})
    return text, [f"{finding.span} {finding.rule.code} {finding.message}" for finding in findings.all()]


def test_without_replacements_the_press_speaks(templates: Templates) -> None:
    assert rendered(templates) == ("own a: T own part", [])


def test_a_replacement_is_used_and_may_include_the_press(templates: Templates, report: Path) -> None:
    write(report / "a.html.j2", "report a: {{ title | loud }}{% include 'part.html.j2' %}")
    assert rendered(templates, title="t") == ("report a: T own part", [])


def test_a_replacement_of_what_the_press_includes_is_used(templates: Templates, report: Path) -> None:
    write(report / "part.html.j2", " report part")
    assert rendered(templates) == ("own a: T report part", [])


def test_markup_is_escaped_in_html_and_left_in_markdown(templates: Templates) -> None:
    assert rendered(templates, title="<b> & *c*")[0] == "own a: &lt;b&gt; &amp; *c* own part"
    assert rendered(templates, "text.md.j2", title="<b> & *c*")[0] == "<b> & *c*"


@pytest.mark.parametrize(
    ("text", "line", "code", "said"),
    [
        ("one\n{{ titel }}", 2, "TPL001", "'titel' is undefined"),
        ("one\n\n{{ imprint.titel }}", 3, "TPL001", "Imprint has no attribute 'titel'"),
        ("{% if title %}\none", 2, "TPL001", "Unexpected end of template"),
        ("one\n{{ title", 2, "TPL001", "unexpected end of template, expected 'end of print statement'"),
        ("one\n{% nonsense %}", 2, "TPL001", "Encountered unknown tag 'nonsense'"),
        ("one\n{{ title | quiet }}", 2, "TPL001", "No filter named 'quiet'"),
        ("one\n{% include 'covr.html.j2' %}", 2, "TPL002", 'no template "covr.html.j2"'),
        ("one\n{{ 1 / 0 }}", 2, "TPL001", "division by zero"),
        ("one\n{% include '../../secret' %}", 2, "TPL002", 'no template "../../secret"'),
        ("one\n{% include '/etc/passwd' %}", 2, "TPL002", 'no template "/etc/passwd"'),
    ],
)
def test_a_fault_is_named_and_the_press_steps_in(
    templates: Templates, report: Path, text: str, line: int, code: str, said: str
) -> None:
    write(report / "a.html.j2", text)
    printed, found = rendered(templates, imprint=Imprint("T", Path()))
    assert printed == "own a: T own part"
    assert len(found) == 1
    place, _, message = found[0].partition(f" {code} ")
    assert place == f"report/templates/a.html.j2:{line}"
    assert message.startswith(said)


def test_a_fault_in_an_included_replacement_is_named_there(templates: Templates, report: Path) -> None:
    write(report / "part.html.j2", "\n\n{{ nothing }}")
    printed, found = rendered(templates)
    assert printed == "own a: T own part"
    assert found == ["report/templates/part.html.j2:3 TPL001 'nothing' is undefined"]


def test_a_replacement_that_is_no_text_is_a_fault(templates: Templates, report: Path) -> None:
    (report / "a.html.j2").write_bytes(b"\xff\xfe")
    printed, found = rendered(templates)
    assert printed.startswith("own a")
    assert len(found) == 1 and found[0].startswith("report/templates/a.html.j2 TPL001 ")


def test_a_fault_of_the_press_itself_ends_the_stage(templates: Templates, own: Path) -> None:
    write(own / "a.html.j2", "{{ nothing }}")
    with pytest.raises(StageFailedError) as failed:
        rendered(templates)
    assert str(failed.value.findings[0].span) == "press/a.html.j2:1"
    with pytest.raises(StageFailedError) as failed:
        rendered(templates, "none.html.j2")
    assert failed.value.findings[0].rule.code == "TPL002"


def test_a_template_that_was_mended_is_read_again(templates: Templates, report: Path) -> None:
    write(report / "a.html.j2", "{{ nothing }}")
    assert len(rendered(templates)[1]) == 1
    write(report / "a.html.j2", "mended at last")
    assert rendered(templates) == ("mended at last", [])


def test_a_template_is_compiled_once_for_all_runs_until_its_text_changes(
    templates: Templates, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    compile_it = jinja2.Environment.compile

    def noted(environment: jinja2.Environment, source: Any, name: str, *more: Any) -> Any:
        compiled.append(name)
        return compile_it(environment, source, name, *more)

    monkeypatch.setattr(jinja2.Environment, "compile", noted)
    kept = replace(templates, kept=Cache(tmp_path / "cache"))

    def in_another_run() -> list[str]:
        templating._environment.cache_clear()
        compiled.clear()
        assert rendered(kept) == ("own a: T" + (own / "part.html.j2").read_text("utf-8"), [])
        return compiled

    assert in_another_run() == ["a.html.j2", "part.html.j2"]
    assert in_another_run() == []
    write(own / "part.html.j2", " own part, mended")
    assert in_another_run() == ["part.html.j2"]
    (damaged,) = (path for path in (tmp_path / "cache").rglob("*") if path.is_file() and b"mended" in path.read_bytes())
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert in_another_run() == ["part.html.j2"]


@pytest.mark.parametrize("in_another_run", [False, True])
def test_a_filter_of_another_language_is_asked_even_of_a_constant(
    templates: Templates, own: Path, tmp_path: Path, in_another_run: bool
) -> None:
    write(own / "a.html.j2", "{{ 'Word' | loud }}")
    kept = replace(templates, kept=Cache(tmp_path / "cache"))
    assert rendered(kept) == ("WORD", [])
    if in_another_run:
        templating._environment.cache_clear()
    assert rendered(replace(kept, filters={"loud": str.lower})) == ("word", [])


def test_a_style_sheet_is_replaced_by_name(templates: Templates, own: Path, report: Path) -> None:
    assert templates.path("css/base.css") == own / "css" / "base.css"
    write(report / "css" / "base.css", "report {}")
    assert templates.path("css/base.css") == report / "css" / "base.css"
    with pytest.raises(StageFailedError, match=r"none\.css"):
        templates.path("css/none.css")


# ---------------------------------------------------------------- templates of others do no harm


@pytest.mark.parametrize(
    "text",
    [
        "{{ imprint.file.read_text() }}",
        "{{ (imprint.file.parent / 'passwd').read_text() }}",
        "{{ imprint.file.open().read() }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ imprint.__init__.__globals__ }}",
        "{{ settings.parse_file(imprint.file) }}",
        "{{ settings.model_dump() }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ title.format.__globals__ }}",
        "{{ '{0.__class__.__init__.__globals__}'.format(imprint) }}",
        "{% for n in range(100000000) %}x{% endfor %}",
    ],
)
def test_a_template_reads_what_it_is_given_and_nothing_else(
    templates: Templates, report: Path, tmp_path: Path, text: str
) -> None:
    secret = tmp_path / "passwd"
    secret.write_text(SECRET)
    write(report / "a.html.j2", text)
    printed, found = rendered(templates, imprint=Imprint("T", secret), settings=Settings())
    assert printed == "own a: T own part"
    assert len(found) == 1 and " TPL001 " in found[0]
    assert SECRET not in found[0]


def test_methods_of_texts_and_lists_are_there(templates: Templates, report: Path) -> None:
    macro = "{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(title.upper()) }}{{ d.items() | list }}"
    loop = "{{ ', '.join(l) }}{{ '{}!'.format(title) }}{% for x in l %}{{ loop.cycle('a', 'b') }}{% endfor %}"
    write(report / "a.html.j2", macro + loop)
    printed, found = rendered(templates, title="t", d={"k": 1}, l=["x", "y"])
    assert (printed, found) == ("<T>[(&#39;k&#39;, 1)]x, yt!ab", [])


@pytest.mark.parametrize("link", ["file", "folder"])
def test_a_link_out_of_the_report_is_refused(
    templates: Templates, own: Path, report: Path, tmp_path: Path, link: str
) -> None:
    outside = tmp_path / "outside"
    write(outside / "a.html.j2", SECRET)
    write(outside / "css" / "base.css", SECRET)
    if link == "folder":
        report.rmdir()
        report.symlink_to(outside)
    else:
        (report / "a.html.j2").symlink_to(outside / "a.html.j2")
        (report / "css").symlink_to(outside / "css")
    printed, found = rendered(templates)
    assert printed == "own a: T own part"
    assert len(found) == 1 and found[0].startswith("report/templates/a.html.j2 TPL001 ")
    assert "leads out of the report" in found[0]
    with pytest.raises(StageFailedError, match="leads out of the report"):
        templates.path("css/base.css")


def test_a_link_inside_the_report_is_followed(templates: Templates, report: Path) -> None:
    write(report.parent / "common" / "x.j2", "shared {{ title }}")
    (report / "a.html.j2").symlink_to("../common/x.j2")
    assert rendered(templates) == ("shared T", [])
