"""What the charts of equity are given: one or two curves over days, in plain lists."""

from dataclasses import dataclass

import numpy as np

from heliograph.research.breakdown import Curve

# A screen has no more places; days between are left out so that no peak or trough is lost.
MOST_POINTS = 2_000


@dataclass(frozen=True, slots=True)
class CurveLine:
    """A curve with its name; `dash` is solid or dashed."""

    name: str
    dash: str
    curve: Curve


def curve_data(lines: list[CurveLine]) -> dict[str, object]:
    """For JSON: `days` in seconds, and for each line equity and the fall below its highest (negative), both
    None on days on which a run had not begun or was over."""
    days = np.unique(np.concatenate([line.curve.days for line in lines] or [np.zeros(0, dtype=np.int64)]))
    days = days[_kept(days, lines)]
    return {
        "days": (days // 1000).tolist(),
        "lines": [
            {
                "name": line.name,
                "dash": line.dash,
                "equity": _on(days, line.curve.days, line.curve.equity),
                "fall": _on(days, line.curve.days, -line.curve.drawdown),
            }
            for line in lines
        ],
    }


def _kept(days: np.ndarray, lines: list[CurveLine]) -> np.ndarray:
    """In each stretch of days its first, and those with the highest and the lowest of each curve."""
    if len(days) <= MOST_POINTS:
        return np.arange(len(days))
    kept = {0, len(days) - 1}
    for stretch in np.array_split(np.arange(len(days)), MOST_POINTS // (1 + 2 * len(lines))):
        kept.add(int(stretch[0]))
        for line in lines:
            places = np.searchsorted(line.curve.days, days[stretch])
            there = (places < len(line.curve.days)) & (places >= 0)
            if there.any():
                values = line.curve.equity[places[there]]
                kept |= {int(stretch[there][values.argmax()]), int(stretch[there][values.argmin()])}
    return np.array(sorted(kept))


def _on(days: np.ndarray, own: np.ndarray, values: np.ndarray) -> list[float | None]:
    if not len(own):
        return [None] * len(days)
    places = np.searchsorted(own, days)
    known = (places < len(own)) & (days >= own[0])
    found = np.round(values[np.minimum(places, len(own) - 1)], 4)
    return [value if there else None for value, there in zip(found.tolist(), known.tolist(), strict=True)]
