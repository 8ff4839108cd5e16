"""The outcome bar: one signal on the scale of R that a whole column shares."""

from dataclasses import dataclass

from heliograph.web.numbers import signed

LEAST, MOST = -1.5, 2.5
GRID = (-1, 1, 2)


def place(r: float) -> float:
    """Percent of the bar's width at `r`, held inside the scale."""
    return round((min(max(r, LEAST), MOST) - LEAST) / (MOST - LEAST) * 100, 2)


ZERO = place(0)
GRID_PLACES = tuple(place(r) for r in GRID)


@dataclass(frozen=True, slots=True)
class OutcomeBar:
    """Where things stand, in percent of the width; `text` says the same in words.

    `result` runs from zero; None where nothing was entered. `worst` and `best` are None where unknown.
    """

    targets: tuple[float, ...]
    stop: float
    worst: float | None
    best: float | None
    left: float
    width: float
    end: float
    kind: str
    beyond_left: bool
    beyond_right: bool
    text: str

    grid = GRID_PLACES
    zero = ZERO


def outcome_bar(
    *, r: float, worst: float | None, best: float | None, targets: tuple[float, ...], is_open: bool, how: str
) -> OutcomeBar:
    """All arguments in R, the entry at 0 and the stop at -1; `how` ends the sentence."""
    end = place(r)
    kind = "open" if is_open else "gain" if r > 0 else "loss"
    reached = [value for value in (worst, best, r) if value is not None]
    return OutcomeBar(
        targets=tuple(place(target) for target in targets if LEAST <= target <= MOST),
        stop=place(-1),
        worst=None if worst is None else place(worst),
        best=None if best is None else place(best),
        left=min(end, ZERO),
        width=max(abs(end - ZERO), 0.6),
        end=end,
        kind=kind,
        beyond_left=min(reached) < LEAST,
        beyond_right=max(reached) > MOST,
        text=_words(r, worst, best, how),
    )


def _words(r: float, worst: float | None, best: float | None, how: str) -> str:
    parts = [f"{signed(r, 2)} R"]
    if worst is not None:
        parts.append(f"worst {signed(worst, 2)}")
    if best is not None:
        parts.append(f"best {signed(best, 2)}")
    return ", ".join([*parts, how])
