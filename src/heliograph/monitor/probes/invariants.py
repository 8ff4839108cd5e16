"""What must hold of the business, whatever each part says of itself."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db.models import Max

from heliograph.monitor.behind import shards_behind
from heliograph.monitor.measure import Definition, Measure, Rule, known
from heliograph.monitor.probe import Ground, Probe
from heliograph.monitor.probes.generation import recent_signals
from heliograph.notices.models import Notice
from heliograph.signals.announce import PUBLISHED, Name, subject_of
from heliograph.signals.models import Signal, StageChange, StrategyVersion

UNEVALUATED = Definition(
    "invariants_unevaluated_versions",
    "count",
    "live versions that were not evaluated for two bars",
    Rule(0, 1, gate=True),
)
UNANNOUNCED = Definition(
    "invariants_unannounced_signals",
    "count",
    "signals of live versions, published in the last hour, that no notice tells of",
    Rule(0, 1, gate=True),
)
UNFOLLOWED = Definition(
    "invariants_unfollowed_signals",
    "count",
    "signals published in the last hour without an outcome",
    Rule(0, 1),
)
ALL = (UNEVALUATED, UNANNOUNCED, UNFOLLOWED)
# A step may be under way; so long after the last one, none is.
PATIENCE = timedelta(minutes=1)
# The bar that closed last may be on its way through.
BARS = 2


def read(ground: Ground) -> Iterator[Measure]:
    """From rows that different parts wrote."""
    behind = _unevaluated(ground)
    yield known(UNEVALUATED, len(behind), note=", ".join(behind[:3]))
    recent = _published(ground)
    silent = _unannounced(recent)
    yield known(UNANNOUNCED, len(silent), note=", ".join(silent[:3]))
    yield known(UNFOLLOWED, sum(not hasattr(signal, "outcome") for signal in recent))


def _unevaluated(ground: Ground) -> list[str]:
    found = shards_behind(ground)
    return sorted(
        {
            one.version
            for one in found
            if one.stage == StrategyVersion.Stage.LIVE
            and one.bars >= BARS
            and ground.at - max(one.since, one.stepped_at) > PATIENCE
        }
    )


def _published(ground: Ground) -> list[Signal]:
    rows = recent_signals(at=ground.at).filter(state=Signal.State.PUBLISHED, late=False)
    return list(rows.select_related("version__strategy", "instrument__venue", "outcome"))


def _unannounced(signals: Sequence[Signal]) -> list[str]:
    """Those of versions that were live then, and announced the instrument."""
    asked: dict[str, str] = {}
    changed = dict(
        StageChange.objects.filter(version__in={signal.version_id for signal in signals})
        .values_list("version")
        .annotate(Max("at"))
    )
    for signal in signals:
        version, name = signal.version, Name(signal.instrument.venue.name, signal.instrument.symbol)
        since = changed.get(version.pk, version.created_at)
        announces = version.share_from <= name.place < version.share_to
        if version.stage == StrategyVersion.Stage.LIVE and since <= signal.created_at and announces:
            subject = subject_of(version, name, signal.bar_time, signal.side)
            asked[subject] = f"{version} {name.symbol} {signal.bar_time:%Y-%m-%d %H:%M}"
    told = Notice.objects.filter(topic=PUBLISHED, subject__in=asked).values_list("subject", flat=True)
    return [words for subject, words in asked.items() if subject not in set(told)]


PROBE = Probe("invariants", ALL, read, every=60)
