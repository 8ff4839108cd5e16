"""`heliograph analytics`: what settled signals were worth, in all and by groups."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.analytics_beside import show_beside
from heliograph.cli.database import database
from heliograph.cli.moments import moment, now
from heliograph.cli.moments import since as moment_since
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import estimate, note, number, show_json, show_table
from heliograph.cli.spread import spread
from heliograph.reports.groupings import By, Show

if TYPE_CHECKING:
    from heliograph.engine.performance.estimates import Estimate
    from heliograph.reports.analytics import Analytics
    from heliograph.reports.asked import Asked
    from heliograph.reports.figures import Figures, SeriesMeasures


class Side(StrEnum):
    """Which way."""

    LONG = "long"
    SHORT = "short"


@dataclass(frozen=True)
class Which:
    """Which signals."""

    strategy: Annotated[
        list[str] | None, typer.Option("--strategy", help="Only of this strategy; may be repeated.")
    ] = None
    side: Annotated[Side | None, typer.Option("--side", help="Only of this side.")] = None
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="AGE|DATE", help="Ended on that UTC day or later, such as 30d."),
    ] = None
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Ended on that UTC day or before.")
    ] = None

    def asked(self) -> "Asked":
        """The same for the room of reports."""
        from heliograph.reports.asked import Asked

        return Asked(
            strategies=tuple(self.strategy or ()),
            side=self.side,
            since=moment_since(self.since, at=now()).date() if self.since else None,
            until=moment(self.until, option="--until").date() if self.until else None,
        )


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("analytics")(analytics)


@spread
def analytics(
    which: Which,
    place: Place,
    by: Annotated[By, typer.Option("--by", help="What groups are made of.")] = By.STRATEGY,
    show: Annotated[
        Show,
        typer.Option(
            "--show",
            help="Groups, live beside backtests, correlation, decay after entry, regimes, or what rejected "
            "signals would have come to.",
        ),
    ] = Show.GROUPS,
    recount: Annotated[
        bool,
        typer.Option(
            "--recount", help="First form all sums anew, after rows were written past the triggers."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell what settled signals were worth.

    Hit rates count returns above zero after costs. Rates and means stand with the number that they rest on
    and their 95 % interval. Sharpe and its kin are of daily results in percent of one stake, days without an
    end being 0; JSON has those in R, too.

    \b
    Examples:
      heliograph analytics
      heliograph analytics --strategy "EMA pullback" --by hour --since 90d
      heliograph analytics --by instrument --json
      heliograph analytics --show expectation
      heliograph analytics --show rejected --since 30d
    """
    with database(place):
        from heliograph.reports.analytics import analytics as answer
        from heliograph.reports.sums import recount as form_anew

        if recount:
            form_anew()
        if show is not Show.GROUPS:
            show_beside(show, which.asked(), as_json=as_json)
            return
        found = answer(which.asked(), by=by)
    if as_json:
        show_json(found.to_dict())
    elif not found.total.signals:
        note("No such signal has settled; `heliograph signals --open` lists those that have not.")
    else:
        _show(found)


def _show(found: "Analytics") -> None:
    heads = (
        *(">settled", ">hit rate (95 %, n)", ">mean R (95 %, n)", ">profit factor", ">Sharpe", ">drawdown %"),
        *(">MFE R", ">MAE R", ">hours held", ">Brier"),
    )
    rows = [(one.name, one.figures) for one in found.groups]
    show_table([found.by, *heads], [_row(*one) for one in [*rows, ("all", found.total)]])
    if found.not_yet:
        note(f"{found.not_yet:,} signals have settled just now and are not counted yet.")
    print(f"\ndays: {_days(found.total.pct.series)}")
    print(f"R: {_quantiles(found.total)}")
    known = found.calibration
    print(
        f"confidence: n {known.n:,}, {known.left_out:,} without; expected calibration error "
        f"{number(known.ece, 3)}, log loss {number(known.log_loss, 3)}"
    )
    for one in known.bins:
        print(f"  {one.low:.1f} to {one.high:.1f}: said {one.confidence:.3f}, hit {_rate(one.hit_rate)}")


def _row(name: str, figures: "Figures") -> list[str]:
    series = figures.pct.series
    return [
        name,
        f"{figures.signals:,}",
        _rate(figures.hit_rate),
        estimate(figures.r.expectancy),
        number(figures.pct.profit_factor, 2),
        number(series and series.sharpe, 2),
        number(series and series.max_drawdown, 1),
        number(figures.mfe_r, 2),
        number(figures.mae_r, 2),
        number(figures.hours_held, 1),
        number(figures.brier, 3),
    ]


def _days(series: "SeriesMeasures | None") -> str:
    if series is None:
        return number(None)
    told = {
        "Sharpe": series.sharpe,
        "Sortino": series.sortino,
        "Calmar": series.calmar,
        "drawdown %": series.max_drawdown,
        "value at risk (95 %) %": series.value_at_risk,
        "expected shortfall (95 %) %": series.expected_shortfall,
    }
    return f"{series.days:,}, " + ", ".join(f"{name} {number(value, 2)}" for name, value in told.items())


def _quantiles(figures: "Figures") -> str:
    at = figures.spread_r
    marks = {"5 %": at.q05, "25 %": at.q25, "median": at.median, "75 %": at.q75, "95 %": at.q95}
    return ", ".join(f"{name} {number(value, 2, sign=True)}" for name, value in marks.items())


def _rate(value: "Estimate") -> str:
    return estimate(value, times=100, unit=" %")
