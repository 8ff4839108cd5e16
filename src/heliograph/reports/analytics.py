"""What settled signals were worth: in all, and by groups.

Each answer rests on the sums that the database keeps (`sums`), so that its cost does not grow with the
signals. Outcomes count as they were settled; a later revision does not change them, as on the scoreboard.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np

from heliograph.engine.performance.calibration import BINS, BinSums, Calibration, calibration_of_sums
from heliograph.market.models import Instrument
from heliograph.reports.asked import Asked
from heliograph.reports.figures import Figures, figures
from heliograph.reports.groupings import By
from heliograph.reports.regime import NAMES
from heliograph.reports.sums import WITH_DAYS, Day, Sums, days_by, fold_if_many, left_out, sums_by, together
from heliograph.signals.models import Strategy, StrategyVersion


@dataclass(frozen=True, slots=True)
class Group:
    """Signals of one kind. `key` is an id, an hour, the place of a bin from 0 on, or the name itself."""

    key: int | str
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Ended:
    """A UTC day and what the signals that ended on it brought, added up; None where none has that measure."""

    day: date
    signals: int
    r: float | None
    pct: float | None


@dataclass(frozen=True, slots=True)
class Analytics:
    """Figures of all that was asked for, the groups, the days on which something ended, and whether
    confidences mean what they say. So many signals, of all, have settled just now and are not counted yet.
    """

    by: By
    total: Figures
    groups: tuple[Group, ...]
    days: tuple[Ended, ...]
    calibration: Calibration
    not_yet: int

    def to_dict(self) -> dict[str, object]:
        """The same as plain values, days as ISO 8601."""
        return asdict(self) | {"days": [asdict(one) | {"day": one.day.isoformat()} for one in self.days]}


def analytics(asked: Asked, *, by: By = By.STRATEGY, strategy_days: Sequence[Day] | None = None) -> Analytics:
    """The answer to one question. Four statements, or three where the days of strategies are given, one for
    names, and small ones that ask how many signals wait; NoSuchStrategy for a strategy that is not there, or
    hidden.
    """
    fold_if_many()
    summed = sums_by(asked, by)
    of_strategies = by is By.STRATEGY or by not in WITH_DAYS
    if strategy_days is None or not of_strategies:
        ended: Sequence[Day] = days_by(asked, by if by in WITH_DAYS else None)
    else:
        ended = strategy_days
    of_group = _of_group(ended)
    every = together(ended)
    names = _names(by, summed)
    groups = [
        Group(key, names[key], figures(sums, of_group.get(key, ()) if by in WITH_DAYS else None))
        for key, sums in summed.items()
    ]
    groups.sort(key=lambda one: one.key if by in (By.HOUR, By.CONFIDENCE) else one.name)
    bins = summed if by is By.CONFIDENCE else sums_by(asked, By.CONFIDENCE)
    return Analytics(
        by=by,
        total=figures(sum(summed.values(), Sums()), every),
        groups=tuple(groups),
        days=tuple(_ended(day) for day in every),
        calibration=calibration_of(bins),
        not_yet=left_out(),
    )


def _of_group(days: Sequence[Day]) -> Mapping[int | str, Sequence[Day]]:
    found: dict[int | str, list[Day]] = defaultdict(list)
    for day in days:
        found[day.group].append(day)
    return found


def _ended(day: Day) -> Ended:
    return Ended(
        day=day.day,
        signals=day.number,
        r=day.r if day.with_r else None,
        pct=day.pct if day.with_pct else None,
    )


def calibration_of(bins: Mapping[int | str, Sums]) -> Calibration:
    """Whether confidences mean what they say, from the sums by their bins."""
    edges = np.linspace(0.0, 1.0, BINS + 1).tolist()
    sums = [
        BinSums(
            low=edges[place],
            high=edges[place + 1],
            n=one.said,
            confidence=one.said_confidence,
            hits=one.said_hits,
            squares=one.said_squares,
            log_loss=one.said_log_loss,
        )
        for place in range(BINS)
        for one in [bins.get(place, Sums())]
    ]
    return calibration_of_sums(sums, left_out=sum(one.number - one.said for one in bins.values()))


def _names(by: By, keys: Mapping[int | str, Sums]) -> Mapping[int | str, str]:
    """What people call the groups."""
    match by:
        case By.STRATEGY:
            return dict(Strategy.objects.filter(pk__in=keys).values_list("pk", "name"))
        case By.VERSION:
            versions = StrategyVersion.objects.select_related("strategy").filter(pk__in=keys)
            return {version.pk: str(version) for version in versions}
        case By.INSTRUMENT:
            instruments = Instrument.objects.select_related("venue").filter(pk__in=keys)
            return {one.pk: f"{one.venue.name}:{one.symbol}" for one in instruments}
        case By.HOUR:
            return {hour: f"{hour:02}:00" for hour in keys}
        case By.CONFIDENCE:
            return {place: _bin_name(place) for place in keys}
        case By.REGIME:
            return NAMES
        case _:
            return {key: str(key) for key in keys}


def _bin_name(place: int) -> str:
    return f"{place / BINS:.1f} to {(place + 1) / BINS:.1f}" if place < BINS else "none"
