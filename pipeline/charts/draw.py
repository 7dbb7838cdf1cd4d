"""Drawing: the specification with its data goes to the drawing process, an SVG comes back."""

from __future__ import annotations

import atexit
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

from pipeline.charts import drawing, faults, measure
from pipeline.charts.specification import ChartSource, Json, Specification, read_specification
from pipeline.diagnostics import Diagnostic, Findings
from pipeline.toolchain import ToolMissingError

VEGA_LITE = "6.1"
LARGEST_DRAWING = 5_000_000  # bytes
WORKER = Path(__file__).with_name("worker.py")
# The time zone decides what a date is called; nothing else of the environment reaches the drawing.
ENVIRONMENT = {"TZ": "UTC", "LANG": "C.UTF-8"}


def draw_chart(source: ChartSource, title: str, description: str, theme: Path, findings: Findings) -> bytes | None:
    """Draw a chart as SVG.

    The drawing has its labels as text, a title and a description for those who cannot see it, and no
    link to anything outside itself. The same source gives the same bytes.

    Args:
        source: the specification and the report's data.
        title: what the figure is called, plain text.
        description: the figure's alternative text; may be empty.
        theme: the file of the press's Vega-Lite configuration.
        findings: where faults go, at their place in the specification where that is known.

    Returns:
        the SVG as UTF-8, or None when it could not be drawn rightly.

    Raises:
        ToolMissingError: when the drawing library or a typeface is not installed.
    """
    specification = read_specification(source, findings)
    if specification is None:
        return None
    own = Findings()
    svg = _drawn(specification, theme, own)
    data = None
    if svg is not None:
        for fault in drawing.faults_of(svg, source, specification.span):
            own.add(fault)
        data = drawing.finished(svg, title, description, measure.PRINTED)
        if len(data) > LARGEST_DRAWING:
            message = f"the drawing has {len(data):,} bytes; the most is {LARGEST_DRAWING:,}"
            own.add(faults.TOO_LARGE.at(specification.span, message))
    found = own.all()
    findings.extend(found)
    return None if any(finding.is_error for finding in found) else data


def _drawn(specification: Specification, theme: Path, findings: Findings) -> str | None:
    value = dict(specification.value)
    style = json.loads(theme.read_text(encoding="utf-8"))
    config = _merged(style, value.pop("config", None))
    fonts: list[str] = []
    asked = {
        "spec": _with_measured_fonts(value, fonts),
        "config": _with_measured_fonts(config, fonts),
        "version": VEGA_LITE,
    }
    for font in dict.fromkeys(fonts):
        message = f'the press has no typeface "{font}"'
        findings.add(faults.FOREIGN_FONT.at(specification.span, message, "leave the font out"))
    reply = _worker().draw(asked)
    if reply is None:
        message = "the chart took too long, or more memory than there is"
        findings.add(faults.TOO_LARGE.at(specification.span, message, "draw fewer rows"))
        return None
    for fault in _told(reply, specification):
        findings.add(fault)
    return reply["drawing"] or None


def _merged(under: Json, over: Json) -> Json:
    """A configuration with another laid over it."""
    if isinstance(under, dict) and isinstance(over, dict):
        both = dict(under)
        for key, value in over.items():
            both[key] = _merged(under.get(key), value)
        return both
    return under if over is None else over


def _with_measured_fonts(value: Json, foreign: list[str], key: str = "") -> Json:
    """The same value with the typefaces that can be measured in place of those that are printed."""
    if isinstance(value, dict):
        return {
            name: item if name in ("values", "datasets") else _with_measured_fonts(item, foreign, name)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_with_measured_fonts(item, foreign, key) for item in value]
    if isinstance(value, str) and (key == "font" or key.endswith("Font")):
        family = value.split(",")[0].strip().strip("'\"")
        if family not in measure.FAMILIES:
            foreign.append(family)
        return measure.FAMILIES.get(family, measure.SANS)
    return value


def _told(reply: dict[str, str], specification: Specification) -> list[Diagnostic]:
    """What the library said, as findings. It says where in its own code, never where in the chart."""
    found = []
    if reply["fault"]:
        message = reply["fault"].removeprefix("Vega-Lite to SVG conversion failed:\n").split("\n    at ")[0]
        found.append(faults.CHART_FAILED.at(specification.span, f"Vega-Lite: {_short(message)}"))
    for line in reply["printed"].splitlines():
        stopped = re.match(r"(?:.*\] )?ERROR (.*)", line)
        warned = re.match(r"(?:.*\] )?WARN (.*)", line)
        if stopped:
            found.append(faults.CHART_FAILED.at(specification.span, f"Vega-Lite: {_short(stopped[1])}"))
        elif warned:
            found.append(faults.CHART_WARNING.at(specification.span, f"Vega-Lite: {_short(warned[1])}"))
    return found


def _short(message: str) -> str:
    message = " ".join(message.split()).removeprefix("Error: ")
    return message if len(message) <= 240 else message[:239] + "…"


class _Worker:
    """The drawing process; it is started with the first chart and again when a chart has ended it."""

    def __init__(self) -> None:
        self._fonts = tempfile.TemporaryDirectory(prefix="proofpress-")
        measure.write_measuring_fonts(Path(self._fonts.name))
        self._process: subprocess.Popen[str] | None = None
        atexit.register(self.close)

    def draw(self, asked: Mapping[str, Json]) -> dict[str, str] | None:
        """What the process answers; None when it ended without an answer."""
        process = self._process or self._start()
        self._process = process
        if process.stdin is None or process.stdout is None:
            raise ToolMissingError("the drawing process has no streams")
        try:
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        except BaseException:  # interrupted: its answer would be taken for that of the next chart
            self.close()
            raise
        if line:
            reply: dict[str, str] = json.loads(line)
            return reply
        status = process.wait()
        self._end()
        if status == 1:  # Python's own end: the import failed
            raise ToolMissingError('the Python package "vl-convert-python" cannot be used: run "make setup"')
        return None

    def _start(self) -> subprocess.Popen[str]:
        # A session of its own, so that Ctrl-C reaches the press and not both; close() ends the process.
        return subprocess.Popen(
            [sys.executable, "-I", str(WORKER), self._fonts.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env=ENVIRONMENT,
            start_new_session=True,
        )

    def close(self) -> None:
        """End the process and remove its fonts from the disk."""
        self._end()
        self._fonts.cleanup()
        _worker.cache_clear()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            with suppress(BrokenPipeError):  # what it did not read is of no use any more
                self._process.communicate()
            self._process = None


@cache
def _worker() -> _Worker:
    return _Worker()
