"""Takes a look: runs the probes, judges what they found, and keeps it."""

import time
from collections.abc import Sequence
from datetime import datetime

from django.db import Error, connection

from heliograph.monitor.alerts.evaluate import evaluate
from heliograph.monitor.gone import fold_gone
from heliograph.monitor.latest import Memory, read_latest
from heliograph.monitor.measure import Definition, Measure, known
from heliograph.monitor.models import Sample
from heliograph.monitor.probe import Ground, Probe, is_due, look_all, unread
from heliograph.monitor.probes import PROBES
from heliograph.monitor.probes.database import down
from heliograph.monitor.score import Health, health_of
from heliograph.monitor.store import roll_up, write

# All probes together; what finds no time in it is unknown.
SECONDS = 8.0
SCORE = Definition("health_score", "count", "the health of all, 0 to 100")
PART = Definition("health_part_score", "count", "the health of a part, 0 to 100", labels=("part",))
# Whoever is asked for an answer does not look at what is looked at so seldom (seconds), if it was kept.
COSTLY = 300
_memory = Memory()


def measure_now(
    ground: Ground, *, probes: Sequence[Probe] = PROBES, seconds: float = SECONDS
) -> list[Measure]:
    """What all probes measure now. Where the database does not answer the others still tell of theirs."""
    try:
        connection.ensure_connection()
    except Error as fault:
        return without_database(ground, str(fault).splitlines()[0], probes=probes, seconds=seconds)
    return look_all(probes, ground, seconds=seconds)


def measure_for_answer(ground: Ground, *, seconds: float = SECONDS) -> list[Measure]:
    """What all probes measure now, but for the costly ones: of these what was kept lately, where it was."""
    costly = [probe for probe in PROBES if probe.every >= COSTLY]
    try:
        kept = [one for _, one in read_latest(costly, at=ground.at)]
    except Error:
        kept = []
    spared = {one.name for one in kept}
    wanted = [probe for probe in PROBES if spared.isdisjoint(one.name for one in probe.measures)]
    return [*measure_now(ground, probes=wanted, seconds=seconds), *kept]


def without_database(
    ground: Ground, reason: str, *, probes: Sequence[Probe] = PROBES, seconds: float = SECONDS
) -> list[Measure]:
    """What is known while the database does not answer."""
    found = [*down(reason), *look_all([one for one in probes if not one.rows], ground, seconds=seconds)]
    seen = {measure.name for measure in found}
    unseen = [one for probe in probes if probe.rows for one in unread(probe, "the database does not answer")]
    return [*found, *(one for one in unseen if one.name not in seen)]


def keep_look(ground: Ground) -> Health:
    """Look at what is due, keep it with the score, roll up the minutes that are over and what processes
    counted that are gone, and go over the rules of alerts."""
    before = Sample.objects.order_by("-at").values_list("at", flat=True).first()
    began = time.perf_counter()
    due = [probe for probe in PROBES if is_due(probe, at=ground.at, before=before)]
    found = measure_now(ground, probes=due)
    latest = _memory.of([one for one in PROBES if one not in due], at=ground.at, before=before)
    whole = [*found, *(one for _, one in latest)]
    health = health_of(whole)
    spent_ms = 1000 * (time.perf_counter() - began)
    write([*found, *scores(health)], at=ground.at, spent_ms=spent_ms)
    _memory.keep(found, latest, at=ground.at)
    if before is None or _minute(before) != _minute(ground.at):
        roll_up(at=ground.at)
        fold_gone(at=ground.at)
    evaluate([*whole, *scores(health)], at=ground.at)
    return health


def scores(health: Health) -> list[Measure]:
    """The scores as measures, so that their course is kept; those of what is unknown are left out."""
    parts = [known(PART, part.score, part=part.name) for part in health.parts if part.score is not None]
    return parts if health.score is None else [known(SCORE, health.score), *parts]


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
