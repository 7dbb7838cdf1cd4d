"""The printer takes an order and gives a file back: one value in, one out, so that it can work in another process."""

from __future__ import annotations

from pipeline.diagnostics import Findings, StageFailedError, has_errors
from pipeline.render.forms import SCREEN_FORM
from pipeline.render.order import Delivery, Order
from pipeline.render.pagemap import page_map
from pipeline.render.pagination import keep_pages
from pipeline.render.pdf import print_pdf


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
