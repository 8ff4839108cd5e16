"""Trends in words: what there is now, when it is full, and how earlier forecasts fared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from heliograph.monitor.forecasts.queries import ForecastScore
from heliograph.monitor.measure import key_of
from heliograph.monitor.probes import DEFINITIONS
from heliograph.monitor.take import SCORE
from heliograph.web.course_plot import Ahead, CoursePlot, Dot, course_plot
from heliograph.web.measured import value_text
from heliograph.web.numbers import DASH
from heliograph.web.reads.monitoring.looked import EVERY
from heliograph.web.reads.monitoring.trends import Expected, Trend

UNITS = {one.name: one.unit for one in (*DEFINITIONS, SCORE)}


@dataclass(frozen=True, slots=True)
class TrendView:
    """One trend as the page shows it; `plot` is None where too little is kept to draw."""

    title: str
    of: str
    address: str
    plot: CoursePlot | None
    label: str
    now: str
    # Why the newest look did not know it; empty where it did.
    reason: str
    seen_at: datetime | None
    span: str
    words: str
    score: str


def trend_view(trend: Trend, *, newest: Dot | None, is_kept: bool, reason: str, at: datetime) -> TrendView:
    """A trend drawn and in words; `newest` is of the newest look, None where that did not know it, for the
    `reason`. `is_kept`: workers kept that look, as they kept those of the course."""
    course, expected = trend.course, trend.expected
    unit = UNITS.get(course.of.name, "count")
    ahead = [Ahead(one.at, one.low, one.mean, one.high) for one in expected.steps] if expected else []
    dots = [Dot(when, value) for when, value in zip(course.at, course.values, strict=True)]
    # What is measured seldom is not known in between.
    step = max(course.step, timedelta(seconds=EVERY.get(course.of.name, 0)))
    # Of what else lies between nobody knows anything.
    if newest and is_kept and dots and newest.at - dots[-1].at <= 2 * step:
        dots.append(newest)
    now = newest or (dots[-1] if dots else None)
    bounds = (None, None) if unit == "bytes" and not course.of.bounds[0] else course.of.bounds
    return TrendView(
        title=course.of.title,
        of=", ".join(course.labels.values()),
        address=measure_address(course.of.name, key_of(course.labels)),
        plot=course_plot(
            dots,
            step=step,
            at=at,
            words=lambda value: value_text(value, unit),
            ahead=ahead,
            bounds=bounds,
        ),
        label=course_label(course.of.title, course.values, unit),
        now=value_text(now.value, unit) if now else DASH,
        reason=reason,
        seen_at=None if now is None else now.at if newest else min(now.at + course.step, at),
        span=_span(course.at[-1] - course.at[0] + course.step) if course.at else "",
        words=expected_words(expected, at=at),
        score=score_words(expected, unit),
    )


def course_label(title: str, values: Sequence[float], unit: str) -> str:
    """A drawing in words, for those who do not see it."""
    if not values:
        return title
    least, most, last = (value_text(one, unit) for one in (min(values), max(values), values[-1]))
    return f"{title}: between {least} and {most}, at last {last}"


def measure_address(name: str, of: str, span: str = "") -> str:
    """The page of one measure over time."""
    asked = {key: value for key, value in (("of", of), ("span", span)) if value}
    return reverse("monitoring-measure", args=[name]) + (f"?{urlencode(asked)}" if asked else "")


def expected_words(expected: Expected | None, *, at: datetime) -> str:
    """What is expected, or why nothing is."""
    if expected is None:
        return "Not forecast."
    if expected.reason:
        return f"No forecast: {expected.reason[:1].lower()}{expected.reason[1:]}"
    band = f"The band holds {100 * expected.coverage:.0f} of 100." if expected.coverage else ""
    hours = (expected.steps[-1].at - expected.steps[0].at) if expected.steps else timedelta(0)
    if hours < timedelta(days=2):
        return f"Forecast of the next {len(expected.steps)} hours. {band}"
    return f"{_full(expected, at=at)} {band}"


def score_words(expected: Expected | None, unit: str) -> str:
    """How earlier forecasts of it fared; empty where there are none to be scored."""
    if expected is None:
        return ""
    score: ForecastScore = expected.score
    if not score.values or score.error is None:
        return "Score of earlier forecasts: – (none has come due)."
    inside = f"{100 * score.inside:.0f} of 100 values" if score.inside is not None else DASH
    words = f"Earlier forecasts: off by {value_text(score.error, unit)} in the mean, {inside} in the band"
    if score.skill is not None:
        how = "closer" if score.skill >= 0 else "further off"
        words += f", {100 * abs(score.skill):.0f} % {how} than “as before”"
    return f"{words}; n {score.values:,}."


def _full(expected: Expected, *, at: datetime) -> str:
    early, late = expected.full_early, expected.full_late
    if early is None:
        return "Not full within two years."
    if late is None:
        return f"Full in {_days(early - at)} at the earliest, perhaps never."
    if _days(early - at) == _days(late - at):
        return f"Full in {_days(late - at)}."
    return f"Full in {_days(early - at).removesuffix(' days')} to {_days(late - at)}."


def _days(span: timedelta) -> str:
    return f"{max(round(span / timedelta(days=1)), 0)} days"


def _span(span: timedelta) -> str:
    hours = round(span / timedelta(hours=1))
    return f"{round(hours / 24)} days" if hours >= 48 else f"{max(hours, 1)} h"
