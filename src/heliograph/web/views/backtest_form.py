"""What the form of a new backtest asks, read into the words of the room of research."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.http import QueryDict

from heliograph.engine.errors import EngineError
from heliograph.engine.strategy import Strategy
from heliograph.errors import UserError
from heliograph.research.models import StoredBacktest
from heliograph.research.request import Scope, Text
from heliograph.signals.models import StrategyVersion

FILLS = (("", "as the strategy says"), ("next_open", "next open"), ("close", "close"))
COSTS = (
    ("execution.fee_pct", "Fee, % of the stake"),
    ("execution.slippage_bps", "Slippage, basis points"),
)
# What the command line calls them, and what a page does.
IN_A_PAGE = {
    "choose with --venue": "choose one under “Venue”",
    "`heliograph coverage` shows": "the coverage of Data shows",
}
MOST_SYMBOLS = 2_000
MOST_TEXT = 300_000


class BadForm(UserError):
    """A field of the form cannot be read; the message names it."""


def in_a_page(fault: Exception) -> str:
    """What was refused, in the words of a page."""
    sentence = str(fault)
    for command, words in IN_A_PAGE.items():
        sentence = sentence.replace(command, words)
    return sentence


@dataclass
class Form:
    """The fields as they were typed, so that nothing typed is lost."""

    version: str = ""
    text: str = ""
    venue: str = ""
    find: str = ""
    symbols: list[str] = field(default_factory=list)
    more_symbols: str = ""
    start: str = ""
    end: str = ""
    close_at_end: bool = False
    fill: str = ""
    costs: dict[str, str] = field(default_factory=dict)
    others: str = ""
    params: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, said: QueryDict) -> "Form":
        """From a request; NUL, which no row can hold, is left out."""

        def one(name: str, most: int = 200) -> str:
            return said.get(name, "").replace("\x00", "").strip()[:most]

        return cls(
            version=one("version"),
            text=said.get("text", "").replace("\x00", "")[:MOST_TEXT].replace("\r\n", "\n"),
            venue=one("venue"),
            find=one("find"),
            symbols=[name.replace("\x00", "")[:64] for name in said.getlist("symbol") if name][:MOST_SYMBOLS],
            more_symbols=one("more_symbols", 20_000),
            start=one("start"),
            end=one("end"),
            close_at_end=said.get("close_at_end") == "on",
            fill=one("execution.fill"),
            costs={key: one(key) for key, _ in COSTS},
            others=one("others", 20_000),
            params={key[6:]: one(key) for key in said if key.startswith("param.")},
        )

    @classmethod
    def again(cls, stored: StoredBacktest) -> "Form":
        """The fields that would ask for a stored backtest once more."""
        overrides = dict(stored.overrides)
        same = stored.version is not None and not overrides and not stored.params
        costs = {key: overrides.pop(key, "") for key, _ in COSTS}
        fill = overrides.pop("execution.fill", "")
        return cls(
            version=str(stored.version_id) if same else "",
            text="" if same else stored.text,
            venue=stored.venue.name,
            start=_day(min(stored.origins)),
            close_at_end=stored.close_at_end,
            fill=fill,
            costs=costs,
            others="\n".join(f"{key}={value}" for key, value in overrides.items()),
            params={name: f"{value:g}" for name, value in stored.params.items()},
        )

    def chosen(self, versions: list[StrategyVersion]) -> StrategyVersion | None:
        """The version that was chosen, where no text is given instead."""
        return None if self.text.strip() else next((v for v in versions if str(v.pk) == self.version), None)

    def said(self, version: StrategyVersion | None) -> Text:
        """The strategy with what is to be other than it says; BadForm names the field that is wrong."""
        text = self.text if self.text.strip() else version.text if version else ""
        if not text:
            raise BadForm("Strategy: choose a version, or paste the text of a strategy.")
        overrides, params = self._overrides(), self._params()
        whole = version if not (overrides or params) else None
        return Text(text, overrides, params, version=whole)

    def scope(self) -> Scope:
        """Over which candles."""
        start, end = _moment(self.start, "From"), _moment(self.end, "Until")
        if start and end and end < start:
            raise BadForm(f"Until: {self.end} lies before {self.start}.")
        # A day until which is asked for belongs to it as a whole.
        until = end + timedelta(days=1) - timedelta(milliseconds=1) if end else None
        symbols = tuple(dict.fromkeys([*self.symbols, *self.more_symbols.replace(",", "\n").split()]))
        return Scope(
            venue=self.venue or None, symbols=symbols, start=start, end=until, close_at_end=self.close_at_end
        )

    def _overrides(self) -> dict[str, str]:
        found = {key: value for key, value in self.costs.items() if value}
        for key, label in COSTS:
            if key in found:
                _number(found[key], label)
        if self.fill:
            if self.fill not in dict(FILLS):
                raise BadForm(f"Fill: there is no `{self.fill}`; use next_open or close.")
            found["execution.fill"] = self.fill
        return found | _pairs(self.others)

    def _params(self) -> dict[str, float]:
        return {name: _number(value, f"Parameter {name}") for name, value in self.params.items() if value}


def declared(text: str) -> Strategy | None:
    """The strategy of a text for the names of its parameters; None where it has mistakes."""
    try:
        return Strategy.parse(text)
    except EngineError:
        return None


def _pairs(lines: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(lines.splitlines(), 1):
        if not line.strip():
            continue
        key, equals, value = line.partition("=")
        if not equals or not key.strip():
            raise BadForm(f"Other keys, line {number}: write KEY=VALUE, not `{line.strip()[:80]}`.")
        found[key.strip()] = value.strip()
    return found


def _number(text: str, label: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadForm(f"{label}: `{text[:40]}` is no number.") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise BadForm(f"{label}: `{text[:40]}` is no number.")
    return value


def _moment(text: str, label: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(f"{text} +0000", "%Y-%m-%d %z")
    except ValueError:
        raise BadForm(f"{label}: `{text[:40]}` is no day such as 2024-01-31.") from None


def _day(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d}"
