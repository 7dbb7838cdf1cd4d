"""What the layout engine may read: the report's pictures, the press's fonts, styles. Nothing else in the world.

A report is printed on machines that hold other people's files and, sometimes, a network. Markup or a style
sheet that asks for anything that is not part of the report gets nothing, and the author is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from weasyprint.urls import URLFetcher, URLFetcherResponse

from pipeline.diagnostics import Findings, Severity, Span, StageFailedError, declare
from pipeline.document import Asset
from pipeline.render.drawings import in_press_type
from pipeline.templating import Templates

BASE_URL = "https://proofpress.invalid/"
"""Where the printed report pretends to be; `.invalid` never resolves (RFC 2606, section 2)."""

RESOURCE_REFUSED = declare(
    "WPR002",
    "resource-refused",
    Severity.ERROR,
    """
    The printed edition names a file or an address that is not part of the report.

    An edition is made of the report's own files, so that it looks the same on every machine and asks nobody for
    anything. Pictures are declared in figures.yaml or written in the text; fonts are the press's.

    Bad:   .box { background: url(https://example.org/paper.png) }
    Good:  ::: {#fig-map}
           :::
    """,
)

_MEDIA_TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".ttf": "font/ttf", ".png": "image/png"}


class ReportFetcher(URLFetcher):  # type: ignore[misc]
    """Serves the parts of the report from memory and from known files; refuses and reports the rest.

    Args:
        assets: the pictures that the markup names by `href`.
        fonts: the typefaces, by the name that style sheets use ("fonts/X.ttf").
        templates: where style sheets and what belongs to them ("css/…") are found.
        findings: told of every refusal.
        edition: the place that findings name.
    """

    def __init__(
        self,
        assets: tuple[Asset, ...],
        fonts: Mapping[str, Path],
        templates: Templates,
        findings: Findings,
        edition: Span,
    ) -> None:
        super().__init__(allowed_protocols=("data",))
        self._assets = {asset.href: asset for asset in assets}
        self._fonts = fonts
        self._templates = templates
        self._findings = findings
        self._edition = edition
        self.refused: set[str] = set()

    @contextmanager
    def heard_by(self, findings: Findings) -> Iterator[None]:
        """Tell other findings, meanwhile, of refusals."""
        before, self._findings = self._findings, findings
        try:
            yield
        finally:
            self._findings = before

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The bytes of a part of the report.

        Raises:
            ValueError: when the address is not a part of the report; the engine goes on without it.
        """
        if url.startswith("data:"):  # already here, inside a style sheet or a drawing
            return super().fetch(url, headers)
        if url.startswith(BASE_URL):
            found = self._part(unquote(urlsplit(url).path).lstrip("/"))
            if found is not None:
                body, media_type = found
                return URLFetcherResponse(url, body, {"Content-Type": media_type})
        shown = url.removeprefix(BASE_URL)
        self.refused.add(url)
        self._findings.add(
            RESOURCE_REFUSED.at(
                self._edition,
                f'"{shown}" is not part of the report',
                "declare the picture in figures.yaml, or take the address out of the style sheet",
            )
        )
        raise ValueError(f"{shown} is not part of the report")

    def _part(self, name: str) -> tuple[bytes, str] | None:
        if name in self._assets:
            asset = self._assets[name]
            drawing = asset.media_type == "image/svg+xml"
            return in_press_type(asset.data) if drawing else asset.data, asset.media_type
        if name in self._fonts:
            return self._fonts[name].read_bytes(), "font/ttf"
        path = PurePosixPath(name)
        if path.parts[:1] == ("css",) and ".." not in path.parts:
            try:
                file = self._templates.path(name)
            except StageFailedError:
                return None
            return file.read_bytes(), _MEDIA_TYPES.get(file.suffix, "application/octet-stream")
        return None
