"""What the page of monitoring says of incidents and recommendations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Q, When

from heliograph.kit.cache import cached
from heliograph.monitor.advice.models import Recommendation
from heliograph.monitor.advice.queries import visible_to
from heliograph.monitor.advice.told import ToldRecommendation, told_recommendation
from heliograph.monitor.alerts.models import Entry, Incident
from heliograph.monitor.alerts.queries import IncidentItem, Line, incidents, item_of
from heliograph.monitor.alerts.trends import Trends, trends
from heliograph.signals.queries import Hidden

GLYPHS = {"critical": "bad", "warning": "warning", "info": "running"}
WORST_FIRST = Case(*(When(severity=name, then=place) for place, name in enumerate(GLYPHS)))
OVER = (Incident.State.RESOLVED, Incident.State.ABSORBED)
# Newest lines of the time line of one that goes on.
LINES = 3
# The frame at the top of the overview has room for so many.
MOST_WRONG = 5


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An incident with the newest lines of its time line, newest first."""

    item: IncidentItem
    lines: tuple[Line, ...]

    @property
    def glyph(self) -> str:
        """The shape of its severity; of one that is over that of what is done."""
        return "done" if self.item.state in OVER else GLYPHS[self.item.severity]

    @property
    def word(self) -> str:
        """What it is: its severity while it goes on."""
        return (self.item.state if self.item.state in OVER else self.item.severity).capitalize()

    @property
    def is_over(self) -> bool:
        """True if it does not go on."""
        return self.item.state in OVER


def going(*, limit: int, lines: int = 0) -> list[IncidentLine]:
    """Those that go on, the worst first, with so many of their newest lines. Two statements."""
    found = incidents(states=Incident.GOING).order_by(WORST_FIRST, "-opened_at", "-pk")[:limit]
    return incident_lines([item_of(one) for one in found], lines=lines)


def wrong() -> dict[str, object]:
    """What leads the overview: the worst that go on, and how many more there are. Two statements at most."""
    found = going(limit=MOST_WRONG)
    number = Incident.objects.filter(state__in=Incident.GOING).count() if found else 0
    return {"wrong": found, "more_wrong": number - len(found)}


def over(*, limit: int) -> list[IncidentLine]:
    """Those that ended last. One statement."""
    found = incidents(states=[Incident.State.RESOLVED]).order_by("-resolved_at", "-pk")[:limit]
    return [IncidentLine(item_of(one), ()) for one in found]


def incident_lines(items: Sequence[IncidentItem], *, lines: int = 0) -> list[IncidentLine]:
    """Incidents with so many of their newest lines. One statement."""
    newest: dict[int, list[Line]] = {one.id: [] for one in items}
    rows = Entry.objects.filter(incident__in=list(newest)).order_by("-at", "-pk") if lines else ()
    for row in rows:
        if len(newest[row.incident_id]) < lines:
            newest[row.incident_id].append(Line(row.at, row.kind, row.words, row.who))
    return [IncidentLine(one, tuple(newest[one.id])) for one in items]


def incident_page(
    *, states: Sequence[str], severity: str | None, rule: str | None, before: int | None, limit: int
) -> tuple[list[IncidentLine], int | None]:
    """Newest first, and behind which one the next page begins; None on the last. Two statements."""
    found = incidents(states=states, severity=severity, rule=rule)
    anchor = (
        Incident.objects.filter(pk=before).values_list("opened_at", flat=True).first() if before else None
    )
    if anchor:
        found = found.filter(Q(opened_at__lt=anchor) | Q(opened_at=anchor, pk__lt=before))
    rows = [item_of(one) for one in found[: limit + 1]]
    shown = rows[:limit]
    return [IncidentLine(one, ()) for one in shown], shown[-1].id if len(rows) > limit else None


@cached(key="monitoring:alert-trends", ttl=30.0)
def alert_trends(*, at: datetime) -> Trends:
    """The last 30 days: noisiest rules, and how soon somebody answered. Five statements."""
    return trends(at=at)


def open_advice(
    *, hidden: Hidden, audiences: Sequence[str] | None, limit: int
) -> tuple[list[ToldRecommendation], int]:
    """The newest that are open, and how many there are. Two statements."""
    rows = visible_to(hidden=hidden, audiences=audiences).filter(state=Recommendation.State.OPEN)
    return [told_recommendation(one) for one in rows.order_by("-opened_at", "-pk")[:limit]], rows.count()


def done_advice(*, hidden: Hidden, audiences: Sequence[str] | None, limit: int) -> list[ToldRecommendation]:
    """What somebody did last, with whether it helped. One statement."""
    rows = visible_to(hidden=hidden, audiences=audiences).filter(state=Recommendation.State.DONE)
    return [told_recommendation(one) for one in rows.order_by("-answered_at", "-pk")[:limit]]


def advice_page(
    state: str, *, hidden: Hidden, audiences: Sequence[str] | None, before: int | None, limit: int
) -> tuple[list[ToldRecommendation], int | None]:
    """Those in one state, newest first by number, and behind which the next page begins. One statement."""
    rows = visible_to(hidden=hidden, audiences=audiences).filter(state=state)
    if before:
        rows = rows.filter(pk__lt=before)
    found = [told_recommendation(one) for one in rows.order_by("-pk")[: limit + 1]]
    return found[:limit], found[limit - 1].id if len(found) > limit else None
