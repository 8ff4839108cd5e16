"""Looks at measures of one's choice, one after the other, and what became of them."""

from datetime import UTC, datetime, timedelta

from heliograph.monitor.alerts.evaluate import evaluate
from heliograph.monitor.alerts.measures import GAP
from heliograph.monitor.alerts.models import Incident
from heliograph.monitor.measure import known, unknown
from heliograph.monitor.probes import DEFINITIONS
from heliograph.notices.models import Notice

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BY_NAME = {one.name: one for one in (*DEFINITIONS, GAP)}
# Well, as rules see it.
WELL = {
    "database_up": 1,
    "redis_up": 1,
    "workers_alive": 2,
    "workers_unserved_queues": 0,
    "workers_lost": 0,
    "timetable_lag_seconds": 0,
    "queues_generate_age_seconds": 0,
    "invariants_unevaluated_versions": 0,
    "queues_parked_work": 0,
    "database_lock_wait_seconds": 0,
    "market_awaited_series": 0,
    "queues_messages": 0,
}


class Looks:
    """Takes a look every fifteen seconds; what is said of a measure holds until something else is said."""

    def __init__(self, at=NOON):
        self.at, self._values = at, dict(WELL)

    def look(self, times=1, every=15 * SECOND, **values):
        """The incidents that go on after so many looks."""
        self._values |= values
        for _ in range(times):
            self.at += every
            evaluate([_measure(*one) for one in self._values.items() if one[1] != "gone"], at=self.at)
        return going()

    def wait(self, *, minutes, **values):
        """Let time pass by seldom looks, of which no two are so far apart that the watch was interrupted."""
        return self.look(times=minutes, every=MINUTE, **values)


def _measure(name, value):
    definition = BY_NAME[name]
    labels = dict.fromkeys(definition.labels, "here")
    if isinstance(value, str):
        return unknown(definition, value, **labels)
    return known(definition, value, **labels)


def going():
    """The names of the rules of the incidents that go on."""
    return list(
        Incident.objects.filter(state__in=Incident.GOING).order_by("pk").values_list("rule_name", flat=True)
    )


def told():
    """What was told of incidents: topic and state."""
    return [
        (one.topic, one.payload["state"], one.payload["rule"])
        for one in Notice.objects.filter(topic__startswith="incident.").order_by("pk")
    ]


def lines(incident):
    """The kinds of the lines of its time line."""
    return list(incident.entries.order_by("at", "pk").values_list("kind", flat=True))
