"""Style sheets that the engine has read before it is known what they are for.

To read those of the press takes as long as to set a page. A process that waits for an order reads them meanwhile; the
first engine whose style sheets begin with them takes them, and what they declare of fonts, as its own.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from pipeline.render.fetch import BASE_URL, ReportFetcher


@dataclass(frozen=True, slots=True)
class ReadSheets:
    """Style sheets as the engine has them.

    Attributes:
        fonts: what they declare of fonts.
        read: the sheets, by their texts.
    """

    fonts: FontConfiguration
    read: dict[str, weasyprint.CSS]


_waiting: list[ReadSheets] = []  # one, or none


def read_ahead(texts: Sequence[str], fetcher: ReportFetcher) -> None:
    """Read style sheets; when the engine complains about one they are forgotten, so that it complains again.

    Args:
        texts: of the sheets, in the order in which they win.
        fetcher: the only way to any resource.
    """
    fonts, complaints = FontConfiguration(), _Complaints()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(complaints)
    try:
        read = {text: read_sheet(text, fetcher, fonts) for text in texts}
    except Exception:  # the engine tells it again when it is asked
        return
    finally:
        logger.removeHandler(complaints)
    if not complaints.heard:
        _waiting[:] = [ReadSheets(fonts, read)]


def taken(texts: Sequence[str]) -> ReadSheets:
    """The sheets that were read ahead, when these begin with them; they are nobody else's from then on."""
    if _waiting and list(texts[: len(_waiting[0].read)]) == list(_waiting[0].read):
        return _waiting.pop()
    return ReadSheets(FontConfiguration(), {})


def read_sheet(text: str, fetcher: ReportFetcher, fonts: FontConfiguration) -> weasyprint.CSS:
    """A style sheet as the engine has it."""
    return weasyprint.CSS(string=text, base_url=BASE_URL, url_fetcher=fetcher, font_config=fonts)


class _Complaints(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard = False

    def emit(self, record: logging.LogRecord) -> None:
        self.heard = True
