"""How a measure went, and where it is going, as shapes made by the server: lines, bands, a scale beside."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# The drawing is stretched to the width there is; only its height is in pixels.
WIDTH, HEIGHT = 1000, 112
# Above it, so that the highest word of the scale finds room.
TOP = 8
# Of the whole width; the rest is for the scale.
SHARE = 0.82
TICKS = 3
# Looks further apart than so many of their steps are a gap.
GAP = 2.5
SHORT = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Dot:
    """A known value; of a stretch of time its mean, with the least and the most of it as `reach`."""

    at: datetime
    value: float
    reach: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is expected at a moment, with its interval."""

    at: datetime
    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale: pixels from above, its words."""

    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment under the drawing: percent of the whole width, and the moment; `anchor` as SVG has it."""

    x: float
    at: datetime
    anchor: str
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class CoursePlot:
    """Paths of the history, of the band between its least and most, and of what is expected."""

    history: str
    reach: str
    band: str
    ahead: str
    ticks: tuple[Tick, ...]
    moments: tuple[Moment, ...]
    now: float | None
    limits: tuple[Tick, ...]
    # It is a matter of hours: moments are told by the clock.
    is_short: bool


def course_plot(
    dots: Sequence[Dot],
    *,
    step: timedelta,
    at: datetime,
    words: Callable[[float], str],
    ahead: Sequence[Ahead] = (),
    bounds: tuple[float | None, float | None] = (None, None),
    limits: Sequence[float] = (),
) -> CoursePlot | None:
    """None of fewer than two values. `at` is now: where the last value is older than that, nothing is drawn
    between. `bounds`: what the scale holds at least; `limits` are drawn where they lie within it.
    """
    if len(dots) < 2:
        return None
    began = dots[-1]
    is_old = at - began.at > GAP * step
    ahead = [one for one in ahead if one.at > (at if is_old else began.at)]
    first, last = dots[0].at, max([began.at, at, *(one.at for one in ahead)])
    values = [one.value for one in dots] + [value for one in ahead for value in (one.low, one.high)]
    reach = [(one.at, *one.reach) for one in dots if one.reach]
    values += [value for _, *pair in reach for value in pair] + [one for one in bounds if one is not None]
    low, high, marks = _scale(min(values), max(values))

    def place(at: datetime, value: float) -> str:
        return f"{_x(at, first, last)} {_y(value, low, high)}"

    course = [(one.at, one.low, one.mean, one.high) for one in ahead]
    if ahead and not is_old:
        course.insert(0, (began.at, *[began.value] * 3))
    return CoursePlot(
        history=_path(dots, place, step=step),
        reach=_area(reach, place, step=step),
        band=_area([(when, least, most) for when, least, _, most in course], place),
        ahead="M" + "L".join(place(when, mean) for when, _, mean, _ in course) if course else "",
        ticks=tuple(Tick(TOP + _y(mark, low, high), words(mark)) for mark in marks),
        moments=tuple(_moments(first, at, last, has_ahead=bool(ahead))),
        now=_x(at, first, last) if ahead else None,
        limits=tuple(Tick(TOP + _y(one, low, high), words(one)) for one in limits if low <= one <= high),
        is_short=last - first < SHORT,
    )


def _path(dots: Sequence[Dot], place: Callable[[datetime, float], str], *, step: timedelta) -> str:
    pieces, before = [], None
    for one in dots:
        is_gap = before is None or one.at - before > GAP * step
        pieces.append(f"{'M' if is_gap else 'L'}{place(one.at, one.value)}")
        before = one.at
    return "".join(pieces)


def _area(
    spans: Sequence[tuple[datetime, float, float]],
    place: Callable[[datetime, float], str],
    *,
    step: timedelta | None = None,
) -> str:
    """Between the lower and the upper values; each stretch without a gap by itself."""
    stretches: list[list[tuple[datetime, float, float]]] = []
    for one in spans:
        if not stretches or (step and one[0] - stretches[-1][-1][0] > GAP * step):
            stretches.append([])
        stretches[-1].append(one)
    drawn = []
    for stretch in stretches:
        upper = [place(at, high) for at, _, high in stretch]
        lower = [place(at, low) for at, low, _ in reversed(stretch)]
        drawn.append(f"M{'L'.join([*upper, *lower])}Z")
    return "".join(drawn)


def _moments(first: datetime, now: datetime, last: datetime, *, has_ahead: bool) -> Iterator[Moment]:
    yield Moment(0.0, first, "start")
    if has_ahead:
        x = _x(now, first, last) / WIDTH * SHARE * 100
        # Two words that lay on each other would be read by nobody.
        if 16 < x < 100 * SHARE - 18:
            yield Moment(round(x, 1), now, "middle", is_now=True)
    yield Moment(100 * SHARE, last, "end", is_now=not has_ahead)


def _scale(low: float, high: float) -> tuple[float, float, list[float]]:
    """The ends of the scale, and the round values on it."""
    if high <= low:
        low, high = (0.0, 1.0) if low == 0 else (min(low, 0.0), max(high, 0.0))
    step = _round_step((high - low) / TICKS)
    bottom, top = math.floor(low / step) * step, math.ceil(high / step) * step
    count = round((top - bottom) / step)
    return bottom, top, [bottom + place * step for place in range(count + 1)]


def _round_step(wanted: float) -> float:
    size = 10.0 ** math.floor(math.log10(wanted))
    return next(size * one for one in (1, 2, 2.5, 5, 10) if size * one >= wanted * 0.999)


def _x(at: datetime, first: datetime, last: datetime) -> float:
    span = (last - first).total_seconds()
    return round((at - first).total_seconds() / span * WIDTH, 1) if span else 0.0


def _y(value: float, low: float, high: float) -> float:
    return round((high - value) / (high - low) * HEIGHT, 1)
