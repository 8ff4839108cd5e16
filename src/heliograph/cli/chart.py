"""The equity of a backtest as a small chart of characters."""

import shutil
from collections.abc import Sequence

from heliograph.cli.output import clock

HEIGHT = 14
WIDEST = 100
DATES = 5


def equity_chart(times: Sequence[int], equity: Sequence[float]) -> str:
    """A line of equity (percent of one stake) over time; `times` are UTC milliseconds, one for each value."""
    import plotext

    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.title("sum of results, % of one stake")
    figure.plot_size(min(shutil.get_terminal_size().columns, WIDEST), HEIGHT)
    places = sorted({round(at * (len(times) - 1) / (DATES - 1)) for at in range(DATES)})
    figure.ruler("x").ticks(places, [clock(times[place])[:10] for place in places])
    figure.draw(figure.signal(list(range(len(equity))), list(equity), marker="braille"))
    lines = plotext.uncolorize(figure.build().string()).splitlines()
    return "\n".join(line.rstrip() for line in lines).rstrip()
