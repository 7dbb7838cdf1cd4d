"""Files of strangers: whatever they hold, the gate says one clear thing about them, with bounded memory."""

from __future__ import annotations

import json
import os
import zlib
from io import BytesIO
from pathlib import Path
from random import Random

import pikepdf
import pytest
from click.testing import CliRunner, Result
from lxml import etree
from pikepdf import Dictionary, Name, Pdf

from pipeline.checks import CheckState
from pipeline.cli import press
from pipeline.diagnostics import has_errors
from pipeline.verify.gate.apart import examine_apart
from pipeline.verify.gate.clauses import Standard
from pipeline.verify.gate.examine import examine
from pipeline.verify.gate.verapdf import check_with_verapdf
from pipeline.verify.gate.verifying import profile_of
from tests.gating import element, page, without
from tests.small_pdfs import small


def run(*arguments: str) -> Result:
    return CliRunner().invoke(press, list(arguments), prog_name="proofpress")


def stranger(path: Path, data: bytes, memory: int = 2**30) -> str:
    """What the gate says of a file that cannot be read."""
    path.write_bytes(data)
    examination = examine_apart(path, "stranger.pdf", memory=memory, patience=120)
    assert not examination.passed
    assert [finding.rule.code for finding in examination.findings] == ["PDF001"]
    return examination.findings[0].message


@pytest.mark.process
class TestStrangers:
    def test_a_good_file_says_the_same_as_in_the_process_of_the_caller(self, tmp_path: Path) -> None:
        path = tmp_path / "good.pdf"
        path.write_bytes(small())
        assert examine_apart(path, "good.pdf") == examine(path, "good.pdf")

    def test_no_pdf(self, tmp_path: Path) -> None:
        assert "cannot be opened" in stranger(tmp_path / "a.pdf", b"GIF89a")

    def test_nothing(self, tmp_path: Path) -> None:
        assert "cannot be opened" in stranger(tmp_path / "a.pdf", b"")

    def test_half_a_file(self, tmp_path: Path) -> None:
        assert "cannot be opened" in stranger(tmp_path / "a.pdf", small()[:900])

    def test_a_file_with_a_password(self, tmp_path: Path) -> None:
        out = BytesIO()
        with pikepdf.open(BytesIO(small())) as pdf:
            pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
        assert "password" in stranger(tmp_path / "a.pdf", out.getvalue())

    def test_a_page_of_more_bytes_than_the_memory_has(self, tmp_path: Path) -> None:
        def bomb(pdf: Pdf) -> None:
            pack = zlib.compressobj(1)
            data = b"".join(pack.compress(b"0 0 5 5 re f " * 100_000) for _ in range(540)) + pack.flush()
            stream = pdf.make_stream(b"")
            stream.write(data, filter=Name.FlateDecode)
            page(pdf).Contents = stream

        out = BytesIO()
        with pikepdf.open(BytesIO(small())) as pdf:
            bomb(pdf)
            pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
        assert len(out.getvalue()) < 10_000_000
        assert "MB of memory" in stranger(tmp_path / "a.pdf", out.getvalue(), 600 * 2**20)

    def test_a_file_that_takes_for_ever(self, tmp_path: Path) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(small())
        examination = examine_apart(path, "a.pdf", patience=0.01)
        assert "within 0 seconds" in examination.findings[0].message

    def test_a_structure_that_holds_itself(self, tmp_path: Path) -> None:
        def ring(pdf: Pdf) -> None:
            element(pdf, "P").K.append(element(pdf, "Document"))

        path = tmp_path / "a.pdf"
        path.write_bytes(small(ring))
        found = {item.number for item in examine(path, "a.pdf").judged if item.state is CheckState.FAILED}
        assert "14.7.2-1" in found

    def test_forms_that_hold_each_other(self, tmp_path: Path) -> None:
        def ring(pdf: Pdf) -> None:
            form = page(pdf).Resources.XObject.Fm1
            form.write(b"/Fm1 Do")
            form.Resources = Dictionary(XObject=Dictionary(Fm1=form))

        path = tmp_path / "a.pdf"
        path.write_bytes(small(ring))
        assert examine(path, "a.pdf").judged

    @pytest.mark.parametrize("seed", range(12))
    def test_a_file_with_holes_ends_in_findings(self, seed: int, tmp_path: Path) -> None:
        random = Random(seed)
        data = bytearray(small())
        for _ in range(40):
            data[random.randrange(len(data))] = random.randrange(256)
        path = tmp_path / "a.pdf"
        path.write_bytes(bytes(data))
        examination = examine_apart(path, "a.pdf", memory=2**30)
        assert has_errors(examination.findings)
        assert not examination.passed


@pytest.mark.process
class TestCommand:
    def test_a_good_file(self, tmp_path: Path) -> None:
        path = tmp_path / "good.pdf"
        path.write_bytes(small())
        result = run("verify", str(path))
        assert result.exit_code == 0, result.output
        for standard in ("PDF/UA-1", "PDF/A-3", "file"):
            assert f"passed   {standard}" in result.stdout
        assert "not run  veraPDF" in result.stdout

    def test_a_bad_one_among_good_ones(self, tmp_path: Path) -> None:
        good, bad = tmp_path / "good.pdf", tmp_path / "bad.pdf"
        good.write_bytes(small())
        bad.write_bytes(small(without(lambda pdf: element(pdf, "Figure"), "Alt")))
        result = run("verify", str(good), str(bad), "--format", "json")
        assert result.exit_code == 1
        said = json.loads(result.stdout)
        assert [(f["rule"], f["foreign"]) for f in said["findings"]] == [
            ("PDF106", "PDF/UA-1 7.3-1, Matterhorn 13-004")
        ]
        failed = [check["name"] for check in said["checks"] if check["state"] == "failed"]
        assert failed == ["PDF/UA-1 7.3-1 [13-004]: figures have words in their place"]
        assert said["summary"]["passed"] > 300

    def test_for_build_servers(self, tmp_path: Path) -> None:
        bad = tmp_path / "bad.pdf"
        bad.write_bytes(small(without(lambda pdf: element(pdf, "Figure"), "Alt")))
        result = run("verify", str(bad), "--format", "junit")
        suites = etree.fromstring(result.stdout.encode())
        file, findings = suites.findall("testsuite")
        failures = [case.get("name", "") for case in file.findall("testcase") if case.find("failure") is not None]
        skipped = [case.get("name", "") for case in file.findall("testcase") if case.find("skipped") is not None]
        assert [name.split(" [")[0] for name in failures] == ["PDF/UA-1 7.3-1"]
        assert skipped == ["veraPDF"]
        assert (file.get("failures"), file.get("skipped")) == ("1", "1")
        assert [case.get("name") for case in findings.findall("testcase")] == ["PDF106 pdf-alternative-missing"]

    def test_a_page_with_every_rule(self, tmp_path: Path) -> None:
        bad = tmp_path / "bad.pdf"
        bad.write_bytes(small(without(lambda pdf: element(pdf, "Figure"), "Alt")))
        page_path = tmp_path / "conformance.html"
        run("verify", str(bad), "--html", str(page_path))
        text = page_path.read_text("utf-8")
        assert text.count('<td class="failed">failed</td>') == 2  # the rule, and the standard
        assert '<td class="not-run">not run</td>' in text
        assert "13-004" in text and "Left to people" in text and "09-001" in text

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        result = run("verify", str(tmp_path / "none.pdf"))
        assert result.exit_code == 1
        assert "error PDF001" in result.stdout

    def test_against_what_is_asked(self, tmp_path: Path) -> None:
        path = tmp_path / "good.pdf"
        path.write_bytes(small())
        result = run("verify", str(path), "--as", "a1b")
        assert result.exit_code == 1
        assert "PDF/A-1 6.1.11-1" in result.stdout

    def test_an_unknown_standard(self) -> None:
        result = run("verify", "x.pdf", "--as", "ua7")
        assert result.exit_code == 2
        assert 'there is no standard "ua7"' in result.output


def test_standards_by_name() -> None:
    profile = profile_of("ua1, A3b")
    assert profile is not None
    assert profile.standards == {Standard.UA1, Standard.A3, Standard.FILE}
    assert not profile.level_a
    assert profile_of("") is None


# ---------------------------------------------------------------- veraPDF, by a stand-in


def program(folder: Path, answer: str, code: int = 0) -> Path:
    path = folder / "verapdf"
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\nexit {code}\n")
    path.chmod(0o755)
    return path


REPORT = """<report><jobs><job><validationReport profileName="x" isCompliant="{compliant}"><details>{rules}</details>
</validationReport></job></jobs></report>"""
RULE = """<rule specification="ISO 14289-1:2014" clause="{clause}" testNumber="{test}" status="failed" failedChecks="1">
<description>A rule is broken</description></rule>"""


@pytest.mark.process
@pytest.mark.skipif(os.name != "posix", reason="a shell is needed")
class TestVeraPdf:
    def asked(self, folder: Path, answer: str) -> tuple[CheckState, list[str]]:
        result, findings = check_with_verapdf(
            program(folder, answer), folder / "a.pdf", "a.pdf", frozenset((Standard.UA1, Standard.FILE))
        )
        return result.state, [f"{finding.rule.code} {finding.foreign}" for finding in findings]

    def test_it_agrees(self, tmp_path: Path) -> None:
        assert self.asked(tmp_path, REPORT.format(compliant="true", rules="")) == (CheckState.PASSED, [])

    def test_its_findings_have_our_codes_where_we_know_the_rule(self, tmp_path: Path) -> None:
        rules = RULE.format(clause="7.3", test=1) + RULE.format(clause="9.9", test=9)
        assert self.asked(tmp_path, REPORT.format(compliant="false", rules=rules)) == (
            CheckState.FAILED,
            ["PDF106 veraPDF ua1 7.3-1", "PDF310 veraPDF ua1 9.9-9"],
        )

    def test_a_verdict_without_reasons(self, tmp_path: Path) -> None:
        state, findings = self.asked(tmp_path, REPORT.format(compliant="false", rules=""))
        assert (state, findings) == (CheckState.FAILED, ["PDF310 "])

    @pytest.mark.parametrize("answer", ["", "half a <report", "<report/>"])
    def test_no_answer_is_no_pass(self, tmp_path: Path, answer: str) -> None:
        assert self.asked(tmp_path, answer)[0] is CheckState.NOT_RUN

    def test_no_program_is_no_pass(self, tmp_path: Path) -> None:
        result, _ = check_with_verapdf(None, tmp_path / "a.pdf", "a.pdf", frozenset((Standard.UA1,)))
        assert result.state is CheckState.NOT_RUN
