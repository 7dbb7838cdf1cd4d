"""The printer takes an order and gives a file back: one value in, one out, so that it can work in another process."""

from __future__ import annotations

from pathlib import Path

from pipeline.diagnostics import Findings, Span, StageFailedError, has_errors
from pipeline.render.fetch import ReportFetcher
from pipeline.render.forms import SCREEN_FORM
from pipeline.render.order import Delivery, Order
from pipeline.render.pagemap import page_map
from pipeline.render.pagination import keep_pages
from pipeline.render.pdf import OF_EVERY_FORM, print_pdf
from pipeline.render.read_ahead import read_ahead
from pipeline.templating import Templates
from pipeline.toolchain import fonts


def make_ready(templates: Path) -> None:
    """Do what can be done before an order is there.

    Args:
        templates: those of the press.
    """
    own = Templates(templates, None, str, {})
    texts = [own.path(f"css/{name}.css").read_text("utf-8") for name in OF_EVERY_FORM]
    read_ahead(texts, ReportFetcher((), fonts(), own, Findings(), Span("")))


def carry_out(order: Order) -> Delivery:
    """Print what was ordered; a PDF that cannot be made is a matter of the findings."""
    findings = Findings()
    document, design, templates, cache = order.document, order.design, order.templates, order.cache
    try:
        printed = print_pdf(
            document, design, templates, order.epoch, cache, findings, order.places.of, order.attached, order.form
        )
    except StageFailedError as failed:
        return Delivery((*findings.all(), *failed.findings))
    named = None
    if order.form == SCREEN_FORM:
        named = page_map(document.imprint, printed.labels, printed.page_starts)
        if not has_errors(findings.all()):
            keep_pages(named, document, design, templates, order.epoch, cache)
    return Delivery(findings.all(), printed.data, printed.pages, named)
