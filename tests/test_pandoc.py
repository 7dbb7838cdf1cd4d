"""The only caller of pandoc: answers in order, messages with places, and whatever can go wrong with a program."""

from __future__ import annotations

import json
import resource
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import nodes, pandoc, toolchain
from pipeline.diagnostics import StageFailedError
from pipeline.pandoc import Request, run
from tests.composing import write_report

pytestmark = pytest.mark.process

FAULTS = Path(__file__).resolve().parent / "faults"
MARKDOWN = "markdown"


def stand_in(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(toolchain, "pandoc", lambda: FAULTS / name)


def test_the_answers_stand_in_the_order_of_the_questions() -> None:
    words = [f"word{number}" for number in range(50)]
    replies = run(tuple(Request("read", word, MARKDOWN) for word in words))
    assert [json.loads(reply.result)["blocks"][0]["c"][0]["c"] for reply in replies] == words
    assert run(()) == ()


def test_the_version_is_a_number() -> None:
    assert pandoc.version().startswith("3.")


def test_a_message_has_its_place() -> None:
    texts = ("fine", "one\n\n::: box\ntwo\n", "[a]: /x\n\n[a]: /y\n\nb")
    fine, unclosed, twice = run(tuple(Request("read", text, MARKDOWN) for text in texts))
    assert fine.log == ()
    assert [(message.kind, message.line, message.column) for message in unclosed.log] == [("UnclosedDiv", 3, 1)]
    assert [message.kind for message in twice.log] == ["DuplicateLinkReference"]


def test_one_text_that_cannot_be_read_does_not_spoil_the_others() -> None:
    first, second, third = run(
        (Request("read", "a", MARKDOWN), Request("read", "b", "nonesuch"), Request("read", "c", MARKDOWN))
    )
    assert first.error == third.error == ""
    assert "nonesuch" in second.error and "stack traceback" not in second.error


def test_texts_arrive_as_they_are() -> None:
    text = "Ä 字 \U0001f600 «x» \u2028 & < > \\ \" ' \t end"
    (reply,) = run((Request("read", f"`{text}`", MARKDOWN),))
    assert json.loads(reply.result)["blocks"][0]["c"][0]["c"][1].split() == text.split()


TEXTS = st.text(st.sampled_from("ab0 {}[]\"\\\t'é字\u2028\U0001f600<&"), min_size=1, max_size=30).map(str.strip)


@given(st.lists(TEXTS.filter(bool), min_size=1, max_size=12))
@settings(max_examples=15, deadline=None)
def test_no_text_reaches_into_the_next(texts: list[str]) -> None:
    blocks = [{"t": "Para", "c": [{"t": "Str", "c": text}]} for text in texts]
    written = run(tuple(Request("write", nodes.document([block]), "html5") for block in blocks))
    read = run(tuple(Request("read", reply.result, "html") for reply in written))
    for text, reply in zip(texts, read, strict=True):
        assert nodes.words(nodes.blocks_of(reply.result)).split() == text.split()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pandoc-crashes", "stopped with status 251: pandoc: Heap exhausted;"),
        ("pandoc-half-answer", "stopped with status 0: no message"),
        ("pandoc-garbage", "stopped with status 0: no message"),
        ("pandoc-no-answer", "stopped with status 0: no message"),
        ("pandoc-breaks-off", "gave no answer to some of the texts: no message"),
        ("pandoc-no-text", "gave no answer to some of the texts: no message"),
        ("pandoc-miscounts", "gave no answer to some of the texts: no message"),
        ("pandoc-other-answer", "gave no answer to some of the texts: no message"),
        ("no-such-program", "cannot be started: No such file or directory"),
        ("../conftest.py", "cannot be started: Permission denied"),
    ],
)
def test_a_pandoc_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    stand_in(monkeypatch, name)
    big = "x" * 300_000  # more than a pipe holds
    with pytest.raises(StageFailedError) as failed:
        run((Request("read", big, MARKDOWN),))
    assert [(finding.rule.code, finding.message) for finding in failed.value.findings] == [("PDC002", said)]


def test_a_pandoc_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "pandoc-hangs")
    monkeypatch.setattr(pandoc, "SECONDS", 0.3)
    with pytest.raises(StageFailedError) as failed:
        run((Request("read", "x", MARKDOWN),))
    assert failed.value.findings[0].message == "no answer within 0.3 seconds"


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux bounds the memory of another process")
def test_a_text_that_needs_too_much_memory_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pandoc, "MEMORY", 60 << 20)
    with pytest.raises(StageFailedError) as failed:
        run((Request("read", "*a* " * 100_000, MARKDOWN),))
    (finding,) = failed.value.findings
    assert finding.rule.code == "PDC002"
    assert "stopped with status" in finding.message


@pytest.mark.parametrize("name", ["pandoc-crashes", "pandoc-half-answer", "pandoc-no-answer"])
def test_the_command_ends_with_the_finding_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    from click.testing import CliRunner

    from pipeline.cli import press

    write_report(tmp_path, {"sec-a": "Text."}, sources="")
    monkeypatch.chdir(tmp_path)
    stand_in(monkeypatch, name)
    result = CliRunner().invoke(press, ["build"], prog_name="proofpress")
    assert result.exit_code == 1
    assert "error PDC002 pandoc-failed" in result.stdout
    assert "Traceback" not in result.output
    assert not (tmp_path / "build" / "proofpress-crash.txt").exists()


def test_pandoc_does_not_read_what_the_user_has_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pandoc").mkdir()
    (tmp_path / "pandoc" / "init.lua").write_text('error("the user\'s own script runs")')
    (tmp_path / "pandoc" / "abbreviations").write_text("word.\n")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (reply,) = run((Request("read", "word. e.g. x", MARKDOWN),))
    inlines = json.loads(reply.result)["blocks"][0]["c"]
    assert [inline.get("c", " ") for inline in inlines] == ["word.", " ", "e.g.\u00a0x"]
