"""A report as a page of its own: one file without scripts, fonts or pictures from elsewhere."""

from pathlib import Path

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from heliograph.reports.forms.drawing import TOKENS, Paper
from heliograph.reports.forms.written import Plain, period_words, sections_of

HERE = Path(__file__).parent


def as_html(report: Plain) -> bytes:
    """The whole document; its style stands in it."""
    style = "".join((HERE / name).read_text() for name in ("tokens.css", "page.css", "report.css"))
    context = body(report) | {"style": mark_safe(style)}
    return render_to_string("reports/document.html", context).encode()


def body(report: Plain) -> dict[str, object]:
    """What the body of the document is filled with; pages of the product show the same."""
    return {
        "report": report,
        "period_words": period_words(report),
        "sections": sections_of(report, Paper(TOKENS)),
    }
