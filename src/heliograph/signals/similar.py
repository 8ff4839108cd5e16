"""Earlier signals that looked like one, and how they ended, as could be known at its bar."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.performance.estimates import Estimate, mean_of, share
from heliograph.signals.items import SignalItem
from heliograph.signals.models import Outcome, Signal
from heliograph.signals.queries import ROW

# Of how many earlier ones the nearest are looked for, the newest first.
LOOKED_AT = 2_000
NEAREST = 20
SAME = 1e-9
# What two signals are compared by, each in units of its spread among the earlier ones.
FEATURES = {
    "confidence": "confidence",
    "reward_risk": "reward / risk",
    "risk_pct": "distance to the stop",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How some settled signals ended. A hit is a return above zero after costs; `mean_r` leaves out those
    without a stop."""

    n: int
    mean_r: Estimate
    hit_rate: Estimate


@dataclass(frozen=True, slots=True)
class Similar:
    """The nearest first. `compared` names by what they were compared; empty: nothing of it is known.

    `nearest` are the figures of `items`, `earlier` those of all that were looked at.
    """

    items: tuple[SignalItem, ...]
    distances: tuple[float, ...]
    compared: tuple[str, ...]
    nearest: Ended
    earlier: Ended


def similar_signals(signal: Signal, *, most: int = NEAREST) -> Similar:
    """Signals of the same version and side that had settled before the bar of this one. Two statements.

    The distance is Euclidean over what is known of this signal, each feature divided by its standard
    deviation among the earlier ones; those of which a part is unknown are left out, and so is a feature that
    does not vary.
    """
    rows = list(
        Signal.objects.filter(
            version=signal.version_id,
            side=signal.side,
            bar_time__lt=signal.bar_time,
            outcome__state=Outcome.State.SETTLED,
            outcome__exit_time__lt=signal.bar_time,
        )
        .order_by("-bar_time", "-pk")
        .values_list("pk", "confidence", "reward_risk", "close", "stop", "outcome__r", "outcome__return_pct")[
            :LOOKED_AT
        ]
    )
    told = {pk: (r, pct) for pk, _, _, _, _, r, pct in rows}
    earlier = _ended(list(told.values()))
    features = np.array([_features(*row[1:5]) for row in rows], dtype=np.float64).reshape(-1, len(FEATURES))
    own = np.array(_features(signal.confidence, signal.reward_risk, signal.close, signal.stop))
    distances, used = _distances(features, own)
    if not used.any():
        return Similar((), (), (), _ended([]), earlier)
    # Of equally near ones the newest come first, as the rows do.
    order = [int(place) for place in np.argsort(distances, kind="stable") if np.isfinite(distances[place])][
        :most
    ]
    chosen = [rows[place][0] for place in order]
    items = {row.pk: SignalItem.of(row) for row in Signal.objects.select_related(*ROW).filter(pk__in=chosen)}
    return Similar(
        items=tuple(items[pk] for pk in chosen),
        distances=tuple(float(distances[place]) for place in order),
        compared=tuple(name for name, is_used in zip(FEATURES.values(), used, strict=True) if is_used),
        nearest=_ended([told[pk] for pk in chosen]),
        earlier=earlier,
    )


def _features(
    confidence: float | None, reward_risk: float | None, close: float, stop: float | None
) -> tuple[float, ...]:
    risk = None if stop is None else 100 * abs(close - stop) / close
    return tuple(np.nan if value is None else value for value in (confidence, reward_risk, risk))


def _distances(features: Floats, own: Floats) -> tuple[Floats, np.ndarray]:
    """The distance of each row (NaN where it lacks a part), and which features were used."""
    if len(features) < 2:
        return np.full(len(features), np.nan), np.zeros(len(own), dtype=bool)
    known = np.isfinite(own) & (np.isfinite(features).sum(axis=0) >= 2)
    spread = np.full(len(own), np.nan)
    spread[known] = np.nanstd(features[:, known], axis=0, ddof=1)
    # What is the same in all differs in its last digits.
    used = known & (spread > SAME * np.abs(own))
    scaled = (features[:, used] - own[used]) / spread[used]
    return np.sqrt((scaled**2).sum(axis=1)), used


def _ended(told: Sequence[tuple[float | None, float | None]]) -> Ended:
    returns = [pct for _, pct in told if pct is not None]
    return Ended(
        n=len(told),
        mean_r=mean_of([r for r, _ in told if r is not None]),
        hit_rate=share(sum(pct > 0 for pct in returns), len(returns)),
    )
