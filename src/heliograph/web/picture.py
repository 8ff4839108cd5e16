"""A chart as a PNG, for messages: the same content as the page's, drawn by matplotlib."""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir

from heliograph.web.chart import Chart, Line, Marker
from heliograph.web.numbers import fixed

# It keeps its list of fonts there; a worker may have no home of its own.
os.environ.setdefault("MPLCONFIGDIR", str(Path(gettempdir()) / f"heliograph-fonts-{os.getuid()}"))

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

DPI = 100
# Room around the chart for its words, in pixels: beside it, above and below it, at its prices.
SIDE, ABOVE, BELOW, PRICES = 27, 84, 54, 96
PANE_SHARE = 0.28
MOST_TICKS = 7
SMALL, TEXT, TITLE = 8.0, 9.0, 12.0
DASHES = {
    "solid": "-",
    "dashed": (0, (5, 3)),
    "long": (0, (10, 4)),
    "dotted": (0, (1, 2)),
    "sparse": (0, (1, 4)),
}
SHAPES = {
    "triangle-up": "^",
    "triangle-down": "v",
    "hollow-triangle-up": "^",
    "hollow-triangle-down": "v",
    "ring": "o",
    "diamond": "D",
    "square": "s",
}
HOLLOW = ("ring", "hollow-triangle-up", "hollow-triangle-down")
# The colours of the pages, css/tokens.css; a message has no theme, so each can be asked for.
THEMES = {
    "light": {
        "surface": "#ffffff",
        "line": "#dfe3e9",
        "ink": "#15181e",
        "ink2": "#464e5b",
        "ink3": "#5d6573",
        "accent": "#3a4fc4",
        "good": "#0a6f5e",
        "bad": "#b42f1d",
        "goodsoft": "#e2f2ee",
        "badsoft": "#fbe9e5",
    },
    "dark": {
        "surface": "#13161b",
        "line": "#292f38",
        "ink": "#e6e9ee",
        "ink2": "#b3bac5",
        "ink3": "#949ca9",
        "accent": "#9aa8ff",
        "good": "#4fc3a9",
        "bad": "#ff8b76",
        "goodsoft": "#12312b",
        "badsoft": "#3d1d18",
    },
}
LEVEL_TONES = {"stop": "bad", "entry": "ink", "target": "good"}


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands above a picture: a title, and a line of what came of it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Size:
    """How large a picture is, in pixels."""

    width: int = 960
    height: int = 600


def draw(chart: Chart, caption: Caption, *, theme: str = "light", size: Size | None = None) -> bytes:
    """The PNG; `theme` is light or dark."""
    return _Drawing(chart, theme, size or Size()).png(caption)


class _Drawing:
    """One picture. Bars stand side by side; a bar that is missing keeps its place."""

    def __init__(self, chart: Chart, theme: str, size: Size) -> None:
        self._chart, self._tones, self._size = chart, THEMES[theme], size
        moments = sorted({*(row[0] for row in chart.candles), *chart.gaps})
        self._place = {moment: place for place, moment in enumerate(moments)}
        self._moments = moments
        self._figure = Figure(
            figsize=(size.width / DPI, size.height / DPI),
            dpi=DPI,
            facecolor=self._tones["surface"],
            layout=None,
        )
        self._axes = self._panes()

    def png(self, caption: Caption) -> bytes:
        """Draw all and write it."""
        prices = self._axes[0]
        self._zones(prices)
        self._gaps(prices)
        self._candles(prices)
        self._levels(prices)
        for line in self._chart.lines:
            self._line(self._axes[line.pane], line)
        for guide in self._chart.guides:
            self._axes[guide.pane].axhline(guide.value, color=self._tones["ink3"], lw=0.6, ls=(0, (2, 3)))
        self._markers(prices)
        self._legends()
        self._time_axis(self._axes[-1])
        wide, high = self._size.width, self._size.height
        self._write(SIDE, high - 27, caption.title, size=TITLE, tone="ink", weight="bold")
        self._write(SIDE, high - 49, caption.text, size=TEXT, tone="ink2")
        self._write(wide - SIDE, 11, "Heliograph · times in UTC", size=SMALL, tone="ink3", ha="right")
        out = io.BytesIO()
        self._figure.savefig(out, format="png", facecolor=self._tones["surface"])
        return out.getvalue()

    def _panes(self) -> list[Axes]:
        below = max((line.pane for line in self._chart.lines), default=0)
        grid = self._figure.add_gridspec(
            1 + below,
            1,
            height_ratios=[1.0, *([PANE_SHARE] * below)],
            left=SIDE / self._size.width,
            right=1 - PRICES / self._size.width,
            top=1 - ABOVE / self._size.height,
            bottom=BELOW / self._size.height,
            hspace=0.22,
        )
        first = self._figure.add_subplot(grid[0])
        made = [first, *(self._figure.add_subplot(grid[row], sharex=first) for row in range(1, 1 + below))]
        for axes in made:
            axes.set_facecolor(self._tones["surface"])
            axes.yaxis.tick_right()
            axes.grid(axis="y", color=self._tones["line"], lw=0.6)
            axes.set_axisbelow(True)
            axes.tick_params(colors=self._tones["ink3"], labelsize=SMALL, length=0, labelbottom=False)
            for spine in axes.spines.values():
                spine.set_visible(False)
            axes.spines["bottom"].set(visible=True, color=self._tones["line"])
        first.set_xlim(-1, max(len(self._moments), 1))
        return made

    def _candles(self, axes: Axes) -> None:
        wicks, rose, fell = [], [], []
        for moment, opened, high, low, closed in self._chart.candles:
            x, (bottom, top) = self._place[moment], sorted((opened, closed))
            wicks += [[(x, low), (x, bottom)], [(x, top), (x, high)]]
            body = [(x - 0.36, bottom), (x - 0.36, top), (x + 0.36, top), (x + 0.36, bottom)]
            (rose if closed >= opened else fell).append(body)
        ink, surface = self._tones["ink2"], self._tones["surface"]
        axes.add_collection(LineCollection(wicks, colors=ink, linewidths=0.8, zorder=3))
        axes.add_collection(
            PolyCollection(rose, facecolors=surface, edgecolors=ink, linewidths=0.8, zorder=3)
        )
        axes.add_collection(PolyCollection(fell, facecolors=ink, edgecolors=ink, linewidths=0.8, zorder=3))
        axes.set_ylim(*self._range())
        axes.yaxis.set_major_formatter(lambda value, _: self._price(value))

    def _price(self, value: float) -> str:
        """Prices that a level's tag would touch are left out."""
        near = (self._range()[1] - self._range()[0]) * 0.045
        touched = any(abs(level.price - value) < near for level in self._chart.levels)
        return "" if touched else fixed(value, self._chart.decimals)

    def _range(self) -> tuple[float, float]:
        prices = [price for row in self._chart.candles for price in row[2:4]]
        prices += [level.price for level in self._chart.levels]
        low, high = min(prices, default=0.0), max(prices, default=1.0)
        room = (high - low or abs(high) or 1.0) * 0.07
        return low - room, high + room

    def _zones(self, axes: Axes) -> None:
        """From entry to exit: what was risked, and what was hoped for."""
        zone = self._chart.zone
        if zone is None:
            return
        start, end = self._x(zone.start), len(self._moments) - 0.5 if zone.end is None else self._x(zone.end)
        for price, tone in ((zone.stop, "badsoft"), (zone.target, "goodsoft")):
            if price is not None:
                low, high = sorted((zone.entry, price))
                axes.fill_between([start, end], low, high, color=self._tones[tone], lw=0, zorder=1)

    def _gaps(self, axes: Axes) -> None:
        for moment in self._chart.gaps:
            x = self._place[moment]
            axes.axvspan(
                x - 0.5,
                x + 0.5,
                facecolor="none",
                edgecolor=self._tones["line"],
                hatch="////",
                lw=0,
                zorder=0,
            )

    def _levels(self, axes: Axes) -> None:
        zone = self._chart.zone
        focus = zone.start if zone else self._chart.focus
        start = self._x(focus) if focus is not None else 0
        until = self._x(zone.end) if zone and zone.end is not None else len(self._moments) - 0.5
        taken: list[float] = []
        step = (self._range()[1] - self._range()[0]) * 0.032
        for level in sorted(self._chart.levels, key=lambda one: one.price):
            tone = self._tones[LEVEL_TONES[level.kind]]
            style = (0, (4, 3)) if level.kind == "target" else "-"
            axes.plot([start, until], [level.price] * 2, color=tone, lw=1.2, ls=style, zorder=4)
            axes.plot([until, len(self._moments)], [level.price] * 2, color=tone, lw=0.5, ls=style, zorder=2)
            # Names that would lie on each other move up, the lowest first.
            y = max(level.price, taken[-1] + step) if taken else level.price
            taken.append(y)
            self._tag(axes, y, f"{level.name} {level.text}", tone)

    def _tag(self, axes: Axes, y: float, text: str, tone: str) -> None:
        axes.annotate(
            text,
            xy=(1.0, y),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=self._tones["surface"],
            bbox={"boxstyle": "square,pad=0.25", "facecolor": tone, "edgecolor": "none"},
            annotation_clip=False,
            zorder=8,
        )

    def _line(self, axes: Axes, line: Line) -> None:
        known = [(self._place[moment], value) for moment, value in line.points if moment in self._place]
        if not known:
            return
        tone = self._tones["ink3" if line.dash in ("dotted", "sparse") else "accent"]
        xs, ys = zip(*known, strict=True)
        style = "steps-post" if line.dash in ("dotted", "sparse") else "default"
        axes.plot(
            xs, ys, color=tone, lw=1.2, ls=DASHES[line.dash], drawstyle=style, zorder=5, label=line.name
        )
        if line.pane:
            decimals = self._chart.decimals if line.decimals is None else line.decimals
            axes.yaxis.set_major_formatter(lambda value, _: fixed(value, decimals))

    def _legends(self) -> None:
        for axes in self._axes:
            if axes.get_legend_handles_labels()[1]:
                axes.legend(
                    loc="lower left",
                    bbox_to_anchor=(0.0, 0.98),
                    ncols=4,
                    fontsize=SMALL,
                    labelcolor=self._tones["ink2"],
                    frameon=False,
                    borderpad=0.0,
                    borderaxespad=0.3,
                    handlelength=2.2,
                )

    def _markers(self, axes: Axes) -> None:
        rows = {row[0]: row for row in self._chart.candles}
        reach = (self._range()[1] - self._range()[0]) * 0.03
        for marker in self._chart.markers:
            if marker.time in self._place:
                self._marker(axes, marker, self._height(marker, rows.get(marker.time), reach))

    def _height(self, marker: Marker, row: Sequence[float] | None, reach: float) -> float:
        if marker.price is not None:
            return marker.price
        assert row is not None
        return row[3] - reach if marker.below else row[2] + reach

    def _marker(self, axes: Axes, marker: Marker, y: float) -> None:
        x, tone, surface = self._place[marker.time], self._tones[marker.tone], self._tones["surface"]
        axes.plot(
            [x],
            [y],
            marker=SHAPES[marker.shape],
            markersize=7,
            color=tone,
            markerfacecolor=surface if marker.shape in HOLLOW else tone,
            markeredgecolor=tone if marker.shape in HOLLOW else surface,
            markeredgewidth=1.4 if marker.shape in HOLLOW else 0.8,
            zorder=7,
            ls="",
        )
        if marker.word:
            axes.annotate(
                marker.word,
                xy=(x, y),
                xytext=(0, -14 if marker.below else 8),
                textcoords="offset points",
                ha="center",
                fontsize=SMALL,
                color=tone,
                zorder=8,
                bbox={"boxstyle": "square,pad=0.1", "facecolor": surface, "edgecolor": "none", "alpha": 0.8},
            )

    def _time_axis(self, axes: Axes) -> None:
        every = max(1, -(-len(self._moments) // MOST_TICKS))
        shown = range(every // 2, len(self._moments), every)
        axes.set_xticks(list(shown), [self._named(self._moments[place]) for place in shown])
        axes.tick_params(labelbottom=True, pad=6)

    def _named(self, moment: int) -> str:
        at = datetime.fromtimestamp(moment, UTC)
        day = f"{at.day} {at:%b}"
        return f"{day} {at.year}" if self._chart.daily else f"{day} {at:%H:%M}"

    def _x(self, moment: int) -> float:
        """The place of a bar; of a moment between bars, that of the bar that holds it."""
        if moment in self._place:
            return self._place[moment]
        return float(sum(one <= moment for one in self._moments) - 1)

    def _write(self, x: float, y: float, text: str, *, size: float, tone: str, **more: str) -> None:
        """A text at a place in pixels, from the lower left."""
        x, y = x / self._size.width, y / self._size.height
        self._figure.text(x, y, text, fontsize=size, color=self._tones[tone], **more)
