"""`heliograph forecast` and `heliograph trends`: what is to be expected, and how measures went."""

from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, note, number, show_json, show_table, utc
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.monitor.forecasts.told import ToldForecast, ToldShift, ToldTrend


class Kind(StrEnum):
    """What is foreseen."""

    LOAD = "load"
    SPACE = "space"
    EXPECTANCY = "expectancy"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("forecast")(forecast)
    app.command("trends")(trends)


@spread
def forecast(
    place: Place,
    kind: Annotated[Kind | None, typer.Option("--kind", help="Only this kind.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what is to be expected, with its interval, and how well that was foreseen before.

    Load is foreseen by the hour, what fills by the day, and of each running strategy the mean R of its next
    signals. Without enough history there is no forecast, and the reason stands there instead. Made every
    four hours by the workers.

    \b
    Examples:
      heliograph forecast
      heliograph forecast --kind space --json
    """
    with database(place):
        from heliograph.monitor.forecasts.queries import newest_forecasts
        from heliograph.monitor.forecasts.told import told_forecast

        found = [told_forecast(one) for one in newest_forecasts(at=now(), kind=kind)]
    if as_json:
        show_json({"items": [_plain(asdict(one)) for one in found]})
    elif not found:
        note("Nothing was foreseen yet; the workers of `heliograph up` do that every four hours.")
    else:
        heads = ["kind", "of", "for (UTC)", ">low", ">mean", ">high", "full by (UTC)"]
        show_table([*heads, ">inside", ">skill", ">n", "model"], map(_row, found))


@spread
def trends(
    place: Place,
    shifted: Annotated[bool, typer.Option("--shifted", help="Only where the level changed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how each measure went: its slope, its seasons, and where its level changed.

    Looked at once a day by the workers, over the last four weeks.

    \b
    Examples:
      heliograph trends
      heliograph trends --shifted --json
    """
    with database(place):
        from heliograph.monitor.forecasts.queries import list_trends
        from heliograph.monitor.forecasts.told import told_trend

        found = [told_trend(one) for one in list_trends(shifted=shifted)]
        looked = [told_trend(one) for one in list_trends()] if shifted and not found else found
    if as_json:
        show_json({"items": [_plain(asdict(one)) for one in found]})
    elif not found:
        note(_none(looked))
    else:
        heads = ["measure", ">change a day", "80 %", ">by hour", ">by weekday", "shifts (UTC)"]
        show_table(heads, map(_trend_row, found))


def _row(one: "ToldForecast") -> list[str]:
    of = _name(one.strategy or one.name, {"version": f"v{one.version}"} if one.version else one.labels)
    if one.reason:
        return [one.kind, of, one.reason, *[UNKNOWN] * 5, *_score(one), UNKNOWN]
    last = one.values[-1]
    when = clock(last.at) if last.at else f"next {one.signals} signals"
    full = (one.full_early, one.full_mean, one.full_late)
    days = UNKNOWN if not any(full) else " / ".join(_day(moment) for moment in full)
    numbers = [number(value) for value in (last.low, last.mean, last.high)]
    return [one.kind, of, when, *numbers, days, *_score(one), one.model]


def _score(one: "ToldForecast") -> list[str]:
    inside, skill = one.score.inside, one.score.skill
    shown = [UNKNOWN if value is None else f"{100 * value:.0f} %" for value in (inside, skill)]
    return [*shown, f"{one.score.values:,}"]


def _none(looked: "list[ToldTrend]") -> str:
    """Why there is none to show, of those that were looked at."""
    if not looked:
        return "Nothing was looked at yet; the workers do that once a day."
    if all(one.reason for one in looked):
        return f"Of no measure is it known. {looked[0].reason}"
    return "No level changed."


def _trend_row(one: "ToldTrend") -> list[str]:
    of = _name(one.name, one.labels)
    if one.reason:
        return [of, UNKNOWN, one.reason, UNKNOWN, UNKNOWN, UNKNOWN]
    interval = f"{number(one.slope_low, sign=True)} to {number(one.slope_high, sign=True)}"
    seasons = [number(value, 2) for value in (one.of_hours, one.of_weekdays)]
    shifts = "; ".join(map(_shift, one.shifts)) or UNKNOWN
    return [of, number(one.slope_day, sign=True), interval, *seasons, shifts]


def _shift(one: "ToldShift") -> str:
    return f"{clock(one.at)}: {number(one.before)} to {number(one.after)}"


def _name(name: str, labels: dict[str, str]) -> str:
    return " ".join([name, *labels.values()])


def _day(moment: datetime | None) -> str:
    return "never" if moment is None else (utc(moment) or "")[:10]


def _plain(value: object) -> object:
    """Moments as ISO 8601."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return utc(value) if isinstance(value, datetime) else value
