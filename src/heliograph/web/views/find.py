"""The find box: instruments, signals by their number, strategies, pages."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from heliograph.market.models import Series
from heliograph.signals.models import Signal, Strategy
from heliograph.signals.queries import Hidden, seen
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.views.asked import text, whole_number

MOST = 20
PAGES = (
    ("Overview", "overview"),
    ("Signals", "signals"),
    ("Why not?", "why-not"),
    ("Instruments", "instruments"),
    ("Strategies", "strategies"),
    ("Monitoring", "monitoring"),
    ("Incidents", "incidents"),
    ("Silences", "silences"),
    ("Measures", "monitoring-measures"),
    ("Recommendations", "monitoring-advice"),
    ("Work", "work-home"),
    ("Replays", "replays"),
    ("About Heliograph", "about"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing of that name; `kind` is the heading above it, `beside` what tells it from its like."""

    kind: str
    name: str
    beside: str
    address: str


@require_safe
@needs("viewer")
def find_page(request: HttpRequest) -> HttpResponse:
    """What was found; if it is one thing alone, that itself."""
    asked = text(request, "q") or ""
    found = find(asked, number=whole_number(request, "q"), hidden=hidden(request)) if asked else []
    if len(found) == 1:
        return redirect(found[0].address)
    return render(request, "web/pages/find.html", {"asked": asked, "found": found, "most": MOST})


def find(asked: str, *, number: int | None = None, hidden: Hidden = ()) -> list[Found]:
    """Everything whose name holds the text, at most MOST of each kind. Three statements at most."""
    return [*_signal(number, hidden), *_instruments(asked), *_strategies(asked, hidden), *_pages(asked)]


def _signal(number: int | None, hidden: Hidden) -> list[Found]:
    if number is None:
        return []
    rows = Signal.objects.filter(seen(hidden, "version__strategy"), pk=number).select_related(
        "instrument", "version__strategy"
    )
    return [
        Found("Signals", f"Signal {row.pk}", _told(row), reverse("signal", args=[row.pk])) for row in rows
    ]


def _told(row: Signal) -> str:
    bar = f"{row.bar_time:%-d %b %Y %H:%M} UTC"
    return f"{row.side} {row.instrument.symbol}, {row.version.strategy.name}, bar {bar}"


def _instruments(asked: str) -> list[Found]:
    rows = (
        Series.objects.filter(instrument__symbol__icontains=asked, bars__gt=0)
        .order_by("instrument__symbol", "instrument__venue__name")
        .values_list("instrument_id", "instrument__symbol", "instrument__venue__name")
        .distinct()[:MOST]
    )
    return [Found("Instruments", name, venue, reverse("instrument", args=[pk])) for pk, name, venue in rows]


def _strategies(asked: str, hidden: Hidden) -> list[Found]:
    rows = Strategy.objects.filter(seen(hidden, "pk"), name__icontains=asked, versions__isnull=False)
    names = rows.order_by("name").values_list("name", flat=True).distinct()[:MOST]
    return [Found("Strategies", name, "", reverse("strategy", args=[name])) for name in names]


def _pages(asked: str) -> list[Found]:
    return [Found("Pages", name, "", reverse(page)) for name, page in PAGES if asked.lower() in name.lower()]
