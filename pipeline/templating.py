"""Jinja2, and nothing else of the press knows it: templates in, text out, mistakes with file and line.

A report may replace any template or style sheet by one of the same name in its own `templates/` folder.
When such a replacement fails, the finding names its line and the press's own template is used in its
place, so that the rest of the run can still be checked; the error keeps the result from being published.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from pipeline.cache import Cache, key_of
from pipeline.diagnostics import Diagnostic, Findings, Severity, Span, StageFailedError, declare

TEMPLATE_FAULT = declare(
    "TPL001",
    "template-fault",
    Severity.ERROR,
    """
    A template cannot be used: its syntax is wrong, or it asks for something that does not exist.

    Undefined names are faults and never print as nothing, so that a renamed field is noticed.

    Bad:   {{ document.imprint.titel }}
    Good:  {{ document.imprint.title }}
    """,
)

OUTSIDE_TEMPLATES = declare(
    "TPL002",
    "template-missing",
    Severity.ERROR,
    """
    A template includes another that is neither in the report's `templates/` nor among the press's own.

    Bad:   {% include "print/covr.html.j2" %}
    Good:  {% include "print/cover.html.j2" %}
    """,
)


class OutsideReportError(Exception):
    """A template of the report is a link to a file that is not the report's."""


class _Loader(jinja2.FileSystemLoader):
    """Finds templates in folders; one that a symbolic link brings in from elsewhere is refused.

    Args:
        folders: where to look, in this order.
        report: the report's folder, when the first of them is inside it.
    """

    def __init__(self, folders: tuple[Path, ...], report: Path | None) -> None:
        super().__init__(folders)
        self._report = report

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, filename, is_current = super().get_source(environment, template)
        if self._report is not None and Path(filename).is_relative_to(self.searchpath[0]):
            _inside(Path(filename), self._report)
        return source, filename, is_current


def _inside(path: Path, report: Path) -> None:
    if not path.resolve().is_relative_to(report.resolve()):
        raise OutsideReportError(f'"{path.name}" is a link that leads out of the report\'s folder')


class _Environment(SandboxedEnvironment):
    """Jinja2 for templates that come with a report: they read what they are given and can do nothing else."""

    def is_safe_callable(self, obj: object) -> bool:
        """Whether a template may call something: methods of texts, lists and the like, and what Jinja offers."""
        owner = getattr(obj, "__self__", None)
        kind = owner if isinstance(owner, type) else type(owner)
        harmless = kind.__module__.split(".")[0] in ("builtins", "jinja2", "markupsafe")
        return harmless and super().is_safe_callable(obj)


class _Compiled(jinja2.BytecodeCache):
    """Keeps templates compiled, from run to run, by their text and by what compiles them."""

    def __init__(self, kept: Cache) -> None:
        self._kept = kept
        self._compiler = key_of(jinja2.__version__, Path(__file__).read_bytes())

    def load_bytecode(self, bucket: Bucket) -> None:
        code = self._kept.get(self._key_of(bucket))
        if code is not None:
            bucket.bytecode_from_string(code)  # which looks whether it is of this Python, and of this text

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept.put(self._key_of(bucket), bucket.bytecode_to_string())

    def _key_of(self, bucket: Bucket) -> str:
        return key_of("template", self._compiler, bucket.key, bucket.checksum, sys.version)


def _at_run_time(function: Callable[..., object]) -> Callable[..., object]:
    """A filter that is asked whenever a template is rendered; of a constant, Jinja would keep what it once gave."""

    @jinja2.pass_context
    def called(_: Context, *arguments: object, **options: object) -> object:
        return function(*arguments, **options)

    return called


@cache
def _environment(folders: tuple[Path, ...], report: Path | None, kept: Cache | None) -> jinja2.Environment:
    """Jinja2 for a search path; it keeps compiled templates and looks whether their files have changed."""
    environment = _Environment(
        loader=_Loader(folders, report),
        undefined=jinja2.StrictUndefined,
        autoescape=lambda name: name is None or ".md" not in name,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=None if kept is None else _Compiled(kept),
    )
    environment.filters["xhtml"] = Markup
    return environment


@dataclass(frozen=True, slots=True)
class Templates:
    """Where templates are looked for.

    Attributes:
        own: the press's templates.
        report: the report's replacements, or None.
        display: how a path is shown to the author (relative to where the command was started).
        filters: functions that templates may use beside Jinja's own.
        kept: keeps them compiled, when there is one.
    """

    own: Path
    report: Path | None
    display: Callable[[Path], str]
    filters: Mapping[str, Callable[..., object]]
    kept: Cache | None = None

    def render(self, name: str, findings: Findings, **context: object) -> str:
        """The text of a template.

        Raises:
            StageFailedError: when the press's own template fails, or there is none of the name.
        """
        if self.report is not None and (self.report / name).is_file():
            try:
                return self._text(name, (self.report, self.own), context)
            except StageFailedError as failed:
                findings.extend(failed.findings)
        elif self.report is not None:
            try:  # an own template may include one that the report replaces
                return self._text(name, (self.report, self.own), context)
            except StageFailedError as failed:
                if not any(self._is_of_report(finding) for finding in failed.findings):
                    raise
                findings.extend(failed.findings)
        return self._text(name, (self.own,), context)

    def path(self, name: str) -> Path:
        """The file of that name: the report's, else the press's.

        Raises:
            StageFailedError: when there is none.
        """
        for folder in (self.report, self.own):
            if folder is not None and (folder / name).is_file():
                if folder is self.report:
                    try:
                        _inside(folder / name, folder.parent)
                    except OutsideReportError as error:
                        place = Span(self.display(folder / name))
                        raise StageFailedError(TEMPLATE_FAULT.at(place, str(error), "copy the file")) from error
                return folder / name
        raise StageFailedError(OUTSIDE_TEMPLATES.at(Span(self.display(self.own)), f'no template "{name}"'))

    def files(self, name: str) -> tuple[Path, ...]:
        """All files of a folder of templates, the press's and the report's, in a fixed order."""
        folders = [folder / name for folder in (self.own, self.report) if folder is not None]
        return tuple(sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()))

    def _is_of_report(self, finding: Diagnostic) -> bool:
        return self.report is not None and finding.span.path.startswith(self.display(self.report))

    def _text(self, name: str, folders: tuple[Path, ...], context: Mapping[str, object]) -> str:
        report = self.report.parent if self.report in folders and self.report is not None else None
        environment = _environment(folders, report, self.kept)
        environment.filters.update({name: _at_run_time(function) for name, function in self.filters.items()})
        try:
            return environment.get_template(name).render(**context)
        except jinja2.TemplateSyntaxError as error:
            place = Span(self._shown(error.filename, name, folders), error.lineno)
            raise StageFailedError(TEMPLATE_FAULT.at(place, error.message or "syntax error")) from error
        except jinja2.TemplateNotFound as error:
            place = self._place_of(error, name, folders)
            finding = OUTSIDE_TEMPLATES.at(place, f'no template "{error.name}"')
            raise StageFailedError(finding) from error
        except Exception as error:  # a template may raise whatever its expressions raise
            place = self._place_of(error, name, folders)
            hint = "see the fields in pipeline/document.py" if isinstance(error, jinja2.UndefinedError) else ""
            message = re.sub(r"'[\w.]*?(\w+) object'", r"\1", str(error)) or type(error).__name__
            raise StageFailedError(TEMPLATE_FAULT.at(place, message, hint)) from error

    def _shown(self, filename: str | None, name: str, folders: tuple[Path, ...]) -> str:
        if filename and Path(filename).is_file():
            return self.display(Path(filename))
        return self.display(next((f / name for f in folders if (f / name).is_file()), folders[-1] / name))

    def _place_of(self, error: BaseException, name: str, folders: tuple[Path, ...]) -> Span:
        """The innermost template line on the way to the error (Jinja2 rewrites tracebacks to name them)."""
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if any(Path(frame.filename).is_relative_to(folder) for folder in folders)
        ]
        if frames:
            return Span(self.display(Path(frames[-1].filename)), frames[-1].lineno or 0)
        return Span(self._shown(None, name, folders))
