"""Whether a rule holds of a measure: the four kinds, each with what it takes and how it judges."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from heliograph.monitor.alerts.errors import BadRule
from heliograph.monitor.alerts.history import Burn, Season
from heliograph.monitor.alerts.measures import known_measures
from heliograph.monitor.alerts.models import Rule
from heliograph.monitor.alerts.terms import ABSENCE, ANOMALY, BURN, THRESHOLD
from heliograph.monitor.measure import Measure

TAKES: Mapping[str, frozenset[str]] = {
    THRESHOLD: frozenset({"above", "below", "clear"}),
    BURN: frozenset({"above", "below", "objective", "windows"}),
    ABSENCE: frozenset(),
    ANOMALY: frozenset({"deviations", "least", "side", "days"}),
}
SIDES = ("above", "below", "both")
# Minutes are kept for 30 days, but read for no more than these seconds at each look.
LONGEST_WINDOW, MOST_WINDOWS, MOST_DAYS = 21_600, 4, 60
# The notes of these name strategies and channels, which are not for everybody who hears of an incident.
DISCREET = ("invariants", "notices")
# Of a normal distribution the median distance from the median is so much of its standard deviation.
MAD = 1.4826


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether a rule holds of a series: None is not known, for what the words say.

    `is_idle`: it is not known as there is nothing to measure.
    """

    holds: bool | None
    value: float | None
    words: str
    is_idle: bool = False


def judge_threshold(rule: Rule, measure: Measure, *, fires: bool) -> Judged:
    """Beyond the limit; one that fires holds until it is back beyond `clear`."""
    if measure.value is None:
        return Judged(None, None, measure.reason, is_idle=measure.is_idle)
    is_above, limit = _limit(rule.options)
    if fires:
        limit = float(rule.options.get("clear", limit))
    holds = measure.value > limit if is_above else measure.value < limit
    note = f" ({measure.note})" if measure.note and measure.definition.part not in DISCREET else ""
    return Judged(holds, measure.value, f"{_named(measure)} is {number(measure.value)}{note}")


def judge_absence(measure: Measure | None, *, name: str) -> Judged:
    """Not known, or not measured at all."""
    if measure is None:
        return Judged(True, None, f"{name} was not measured")
    if measure.value is None:
        return Judged(True, None, f"{_named(measure)} is not known: {measure.reason}")
    return Judged(False, measure.value, f"{_named(measure)} is {number(measure.value)}")


def judge_burn(rule: Rule, burn: Burn) -> Judged:
    """Bad minutes in both windows of one pair use up the budget too fast."""
    budget = 1 - float(rule.options["objective"])
    rates = []
    for short, long, times in rule.options["windows"]:
        shares = [burn.share(seconds) for seconds in (short, long)]
        if None in shares:
            rates.append(None)
        else:
            rates.append(min(shares) / budget / times)
    known = [rate for rate in rates if rate is not None]
    if not known:
        return Judged(None, None, "too few minutes were measured")
    holds, longest = max(known) >= 1, max(long for _, long, _ in rule.options["windows"])
    share = burn.share(longest)
    bad = "an unknown share" if share is None else f"{100 * share:.3g} %"
    return Judged(
        holds, max(known), f"{bad} of the minutes were bad, {number(max(known))} times what is borne"
    )


def judge_anomaly(rule: Rule, season: Season) -> Judged:
    """Further from the median of this hour than the robust deviation allows."""
    if season.value is None:
        return Judged(None, None, "it was not measured lately")
    if season.median is None or season.mad is None:
        return Judged(None, season.value, f"only {season.days} days before are known")
    options, away = rule.options, season.value - season.median
    bound = max(float(options["deviations"]) * MAD * season.mad, float(options["least"]))
    side = options["side"]
    holds = abs(away) > bound and (side == "both" or (away > 0) == (side == "above"))
    words = f"{rule.measure} is {number(season.value)}, at this hour usually {number(season.median)}"
    return Judged(holds, season.value, words)


def check_options(kind: str, measure: str, options: object) -> None:
    """BadRule where a kind cannot go by these options, or where nothing is measured by that name."""
    known = known_measures()
    if measure not in known:
        near = get_close_matches(measure, known, n=2)
        hint = f"did you mean {' or '.join(near)}?" if near else "docs/reference/measures.md lists them."
        raise BadRule("measure", f"Nothing is measured by the name '{measure[:64]}'; {hint}")
    if not isinstance(options, Mapping):
        raise BadRule("options", "Options are names with values.")
    if strange := sorted(set(options) - TAKES[kind]):
        takes = ", ".join(sorted(TAKES[kind])) or "none"
        raise BadRule("options", f"A rule of kind {kind} takes no {strange[0]}; it takes {takes}.")
    if kind in (THRESHOLD, BURN):
        _check_limit(options)
    if kind == BURN:
        _check_burn(options)
    if kind == ANOMALY:
        _check_anomaly(options)


def _check_limit(options: Mapping[str, object]) -> None:
    if ("above" in options) == ("below" in options):
        raise BadRule("options", "Say from where on it is bad: by --above or by --below.")
    is_above, limit = _limit(options)
    clear = _number(options, "clear") if "clear" in options else limit
    if clear > limit if is_above else clear < limit:
        raise BadRule("options", "It cannot be well again on the far side of its limit; check --clear.")


def _check_burn(options: Mapping[str, object]) -> None:
    if not 0 < _number(options, "objective") < 1:
        raise BadRule("options", "An objective lies between 0 and 1, such as 0.99.")
    windows = options.get("windows")
    if not isinstance(windows, list) or not 1 <= len(windows) <= MOST_WINDOWS:
        raise BadRule("options", f"Windows are 1 to {MOST_WINDOWS} of [short, long, times].")
    for one in windows:
        if not isinstance(one, list) or len(one) != 3 or not all(_is_number(part) for part in one):
            raise BadRule("options", "A window is [short, long, times], such as [300, 3600, 14.4].")
        if not 60 <= one[0] < one[1] <= LONGEST_WINDOW or one[2] <= 0:
            raise BadRule("options", f"Windows rise from 60 to {LONGEST_WINDOW:,} seconds at most.")


def _check_anomaly(options: Mapping[str, object]) -> None:
    if _number(options, "deviations") <= 0 or _number(options, "least") < 0:
        raise BadRule("options", "Deviations are above 0, and the least difference is not below it.")
    if options.get("side") not in SIDES:
        raise BadRule("options", f"The side is one of {', '.join(SIDES)}.")
    if not 1 <= _number(options, "days") <= MOST_DAYS:
        raise BadRule("options", f"Days are 1 to {MOST_DAYS}.")


def number(value: float) -> str:
    """A value for people: four digits that say something."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _limit(options: Mapping[str, object]) -> tuple[bool, float]:
    side = "above" if "above" in options else "below"
    return side == "above", _number(options, side)


def _number(options: Mapping[str, object], name: str) -> float:
    value = options.get(name)
    if not _is_number(value):
        raise BadRule("options", f"'{name}' is a number.")
    return float(value)  # type: ignore[arg-type]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _named(measure: Measure) -> str:
    return " ".join([measure.name, *(value for value in measure.labels.values() if value)])
