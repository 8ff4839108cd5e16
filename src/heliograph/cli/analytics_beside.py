"""What `heliograph analytics --show` tells beside groups: expectation, decay, the rejected and so on."""

from typing import TYPE_CHECKING

from heliograph.cli.output import estimate, note, number, show_json, show_table
from heliograph.reports.groupings import Show

if TYPE_CHECKING:
    from heliograph.reports.asked import Asked
    from heliograph.reports.rejected import Turned


def show_beside(show: Show, asked: "Asked", *, as_json: bool) -> None:
    """Answer and print it."""
    tell = {
        Show.EXPECTATION: _expectation,
        Show.CORRELATION: _correlation,
        Show.DECAY: _decay,
        Show.REGIME: _regime,
        Show.REJECTED: _rejected,
    }
    tell[show](asked, as_json)


def _expectation(asked: "Asked", as_json: bool) -> None:
    from heliograph.reports.expectation import expectations

    found = expectations(asked)
    if as_json:
        show_json({"versions": [one.to_dict() for one in found]})
    elif not found:
        note("No version has a finished backtest; `heliograph backtest` runs one.")
    else:
        heads = [
            "version",
            ">backtest",
            ">live mean R",
            ">backtest mean R",
            ">difference",
            ">chance",
            "verdict",
        ]
        rows = [
            [
                one.name,
                str(one.backtest_id),
                estimate(one.live_r),
                estimate(one.expected_r),
                estimate(one.difference_r.estimate),
                number(one.difference_r.chance, 3),
                one.verdict,
            ]
            for one in found
        ]
        show_table(heads, rows)


def _correlation(asked: "Asked", as_json: bool) -> None:
    from heliograph.reports.correlation import correlation

    found = correlation(asked)
    if as_json:
        show_json(found.to_dict())
    elif not found.names:
        note("No such signal has settled.")
    else:
        rows = [
            [name, *(number(value, 2, sign=True) for value in row)]
            for name, row in zip(found.names, found.values, strict=True)
        ]
        show_table(["strategy", *(f">{name}" for name in found.names)], rows)


def _decay(asked: "Asked", as_json: bool) -> None:
    from heliograph.reports.decay import decay

    found = decay(asked)
    if as_json:
        show_json(found.to_dict())
    elif not found.signals:
        note("No such signal with a stop has settled.")
    else:
        rows = [
            [str(bar), estimate(all_), estimate(held)]
            for bar, (all_, held) in enumerate(zip(found.curve, found.held, strict=True), 1)
        ]
        show_table([">bars after entry", ">mean R", ">mean R while held"], rows)
        print(f"\nhighest after {found.best_bar} bars; {found.signals:,} signals")


def _regime(asked: "Asked", as_json: bool) -> None:
    from heliograph.reports.regime import by_regime

    found = by_regime(asked)
    if as_json:
        show_json(found.to_dict())
    elif not found.signals:
        note("No such signal has settled.")
    else:
        rows = [
            [
                one.regime,
                f"{one.signals:,}",
                estimate(one.hit_rate, times=100, unit=" %"),
                estimate(one.mean_r),
            ]
            for one in found.regimes
        ]
        show_table(["regime", ">settled", ">hit rate (95 %, n)", ">mean R (95 %, n)"], rows)


def _rejected(asked: "Asked", as_json: bool) -> None:
    from heliograph.reports.rejected import rejected

    found = rejected(asked)
    if as_json:
        show_json(found.to_dict())
        return
    if not found.reasons:
        note("No such signal was rejected.")
    else:
        heads = [">rejected", ">settled", ">missed", ">running", ">hit rate (95 %, n)", ">mean R (95 %, n)"]
        rows = [_turned(one) for one in [*found.reasons, *found.strategies]]
        show_table(["reason", "strategy", *heads, ">sum %"], rows)
        _why_unknown(found.reasons)
    if not found.all_told:
        note("Many are not looked at yet and not counted here; the workers look at some every 20 s.")


def _turned(one: "Turned") -> list[str]:
    return [
        one.reason,
        one.strategy or "all",
        f"{one.rejected:,}",
        f"{one.settled:,}",
        f"{one.missed:,}",
        f"{one.running:,}",
        estimate(one.hit_rate, times=100, unit=" %"),
        estimate(one.mean_r),
        number(one.total_pct, 1, sign=True),
    ]


def _why_unknown(reasons: "tuple[Turned, ...]") -> None:
    """What cannot be known, and what is not known yet."""
    print()
    for one in reasons:
        told = [f"{some.signals:,} unknown: {some.why}" for some in one.unknown]
        if one.waiting:
            told.append(f"{one.waiting:,} not looked at yet")
        if told:
            print(f"{one.reason}: {'; '.join(told)}")
