"""How well all of it is, by the newest looks that were kept; where none is fresh it is measured here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from heliograph.kit.cache import cached
from heliograph.monitor.kept import AGES, EXPORTED, PATIENCE
from heliograph.monitor.latest import read_seen
from heliograph.monitor.measure import Definition, key_of
from heliograph.monitor.models import Sample
from heliograph.monitor.probes import PROBES
from heliograph.monitor.queries import Kept, Key, newest_looks
from heliograph.monitor.score import health_of
from heliograph.monitor.take import PART, SCORE
from heliograph.monitor.told import ToldHealth, ToldMeasure, told
from heliograph.web.reads import health

DEFINITIONS: Mapping[str, Definition] = {one.name: one for one in EXPORTED.definitions}
# An older look says nothing of now.
FRESH = timedelta(minutes=1)
EVERY = {one.name: probe.every for probe in PROBES for one in probe.measures}


@dataclass(frozen=True, slots=True)
class Looked:
    """The health, and when each measure of it was measured. `is_kept`: by workers, which then live."""

    health: ToldHealth
    ages: Mapping[Key, datetime]
    is_kept: bool

    def at(self, measure: ToldMeasure) -> datetime:
        """When that was measured."""
        return self.ages.get((measure.name, key_of(measure.labels)), self.health.at)


@dataclass(frozen=True, slots=True)
class Chip:
    """The score as the frame of every page shows it; None is unknown."""

    score: float | None
    glyph: str
    word: str


def looked(*, at: datetime) -> Looked:
    """From the newest looks. Two statements."""
    look = Sample.objects.order_by("-at").values_list("at", flat=True).first()
    if look is None or at - look > FRESH:
        return Looked(health.measured(), {}, is_kept=False)
    seen = read_seen(AGES, DEFINITIONS, at=at)
    found = told(health_of([one for _, one in seen]), at=look, notes=False)
    return Looked(found, {one.key: when for when, one in seen}, is_kept=True)


def newest_of(name: str, labels: Mapping[str, str], *, at: datetime) -> Kept | None:
    """What the newest look at one measure found; None where that is long ago. One statement."""
    age = max(timedelta(seconds=2 * EVERY.get(name, 0)), PATIENCE)
    return next(
        (one for one in newest_looks({(name,): age}, at=at) if dict(one.labels) == dict(labels)), None
    )


@cached(key="monitoring:chip", ttl=10.0, stale=20.0)
def chip(*, at: datetime) -> Chip:
    """For the frame: the score of the newest look and the worst of its parts. One statement."""
    found = newest_looks({(SCORE.name, PART.name): FRESH}, at=at)
    score = next((one.value for one in found if one.name == SCORE.name), None)
    if score is None:
        return Chip(None, "unknown", "unknown")
    worst = min((one.value for one in found if one.value is not None), default=score)
    glyph, word = ("good", "in order") if worst == 100 else ("warning", "not all in order")
    return Chip(score, *(("bad", "something is broken") if worst == 0 else (glyph, word)))
