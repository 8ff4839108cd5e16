"""What the pages of signals from outside show: sources, alerts, and what became of each."""

from dataclasses import dataclass

from django.db.models import QuerySet

from heliograph.inbound.alerts import AlertItem, alert_rows, item_of
from heliograph.inbound.models import Alert
from heliograph.signals.queries import Hidden

State = Alert.State
# The glyph and the words of what became of an alert.
FATES = {
    State.WAITING: ("running", "waits for its candle"),
    State.SIGNAL: ("done", "signal"),
    State.HEEDED: ("done", "told to leave"),
    State.REFUSED: ("rejected", "refused"),
}
STATES = (("", "All"), (State.REFUSED, "Refused"), (State.WAITING, "Waiting"), (State.SIGNAL, "Signals"))


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert as a page shows it."""

    item: AlertItem

    @property
    def glyph(self) -> str:
        """The shape of its fate."""
        return FATES[State(self.item.state)][0]

    @property
    def word(self) -> str:
        """Its fate in words."""
        return FATES[State(self.item.state)][1]

    @property
    def wish(self) -> str:
        """What it asked for: `long BTC/USDT`; empty where it could not be read."""
        return " ".join(part for part in (self.item.action, self.item.side, self.item.symbol) if part)


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts; `before` is the number of one: those that are older."""

    source: str = ""
    state: str = ""
    before: int | None = None
    hidden: Hidden = ()

    def rows(self) -> QuerySet[Alert]:
        """The rows that are meant."""
        asked = {"version__inbound_source__name": self.source, "state": self.state, "pk__lt": self.before}
        named = {name: value for name, value in asked.items() if value}
        return alert_rows(hidden=self.hidden).filter(**named)


def alert_lines(filters: AlertFilter, *, limit: int) -> tuple[list[AlertLine], int | None]:
    """The newest alerts, and the number that older ones are asked for with. One statement."""
    found = list(filters.rows().order_by("-pk")[: limit + 1])
    older = found[limit - 1].pk if len(found) > limit else None
    return [AlertLine(item_of(row)) for row in found[:limit]], older
