"""What the newest looks found, as far as it is not too old to be told."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import heliograph
from heliograph.monitor.latest import read_seen
from heliograph.monitor.measure import Definition, Measure, known
from heliograph.monitor.models import Sample
from heliograph.monitor.probes import DEFINITIONS, PROBES
from heliograph.monitor.take import PART, SCORE

AGE = Definition("look_age_seconds", "seconds", "since the newest look that was kept")
SPENT = Definition("look_duration_seconds", "seconds", "what that look took")
UNKNOWN = Definition("health_unknown_measures", "count", "measures that are unknown", labels=("part",))
BUILD = Definition("build_info", "count", "1, by the version that answers", labels=("version",))
OWN = (AGE, SPENT, UNKNOWN, BUILD)
SCORED = (SCORE, PART)
# A look may come late without its numbers going.
PATIENCE = timedelta(minutes=2)
# How old what is looked at together may be; each look takes the scores.
AGES = {
    tuple(one.name for one in probe.measures): max(timedelta(seconds=2 * probe.every), PATIENCE)
    for probe in PROBES
}
SCORES = {tuple(one.name for one in SCORED): PATIENCE}


@dataclass(frozen=True, slots=True)
class Exported:
    """All names that are told, by which rules and pictures are checked."""

    definitions: tuple[Definition, ...]

    @property
    def names(self) -> frozenset[str]:
        """As Prometheus knows them."""
        return frozenset(f"heliograph_{one.name}" for one in self.definitions)


BY_NAME = {one.name: one for one in (*DEFINITIONS, *SCORED)}
EXPORTED = Exported((*DEFINITIONS, *SCORED, *OWN))


def kept_for_scrape(*, at: datetime) -> list[Measure]:
    """The newest of each measure that is not older than two of its looks, and how old the newest look is."""
    found = [one for _, one in read_seen(AGES | SCORES, BY_NAME, at=at)]
    return [*found, *_own(found, at=at)]


def _own(found: Iterable[Measure], *, at: datetime) -> list[Measure]:
    told = [known(BUILD, 1, version=heliograph.__version__)]
    look = Sample.objects.order_by("-at").values_list("at", "spent_ms").first()
    if look is not None:
        told += [known(AGE, max((at - look[0]).total_seconds(), 0.0)), known(SPENT, look[1] / 1000)]
    unknown: dict[str, int] = defaultdict(int)
    for one in found:
        unknown[one.definition.part] += one.value is None
    return told + [known(UNKNOWN, number, part=part) for part, number in sorted(unknown.items())]
