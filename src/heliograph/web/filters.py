"""The filters of the list of signals, as they stand in its address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from heliograph.signals.queries import Hidden, SignalFilter

TABS = (
    ("", "All"),
    ("published", "Published"),
    ("open", "Open"),
    ("settled", "Settled"),
    ("missed", "Missed"),
    ("rejected", "Rejected"),
)
STATES = (*tuple(state for state, _ in TABS if state), "unresolved")
SIDES = ("long", "short")
ORDERS = ("bar", "found")
HISTORY = {"no": False, "only": True}
NAMES = ("state", "strategy", "symbol", "venue", "side", "since", "history", "order")


@dataclass(frozen=True, slots=True)
class Asked:
    """The address of a list, checked: what is not understood has been left out."""

    values: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """From the parameters of a request."""
        found = {name: query.get(name, "").replace("\x00", "").strip()[:120] for name in NAMES}
        allowed = {"state": STATES, "side": SIDES, "history": tuple(HISTORY), "order": ORDERS[1:]}
        kept = {
            name: value
            for name, value in found.items()
            if value and (name not in allowed or value in allowed[name])
        }
        if "since" in kept and _day(kept["since"]) is None:
            del kept["since"]
        return cls(tuple(kept.items()))

    def get(self, name: str) -> str:
        """The value of one filter, empty where it is not set."""
        return dict(self.values).get(name, "")

    def address(self, **changes: str) -> str:
        """The query of the same list with some filters changed; an empty value takes one away."""
        merged = dict(self.values) | changes
        query = urlencode({name: value for name, value in merged.items() if value})
        return f"?{query}" if query else "?"

    def filter(self, *, hidden: Hidden = ()) -> SignalFilter:
        """The same for the room of signals, without those of hidden strategies."""
        return SignalFilter(
            strategy=self.get("strategy") or None,
            symbol=self.get("symbol") or None,
            venue=self.get("venue") or None,
            side=self.get("side") or None,
            state=self.get("state") or None,  # type: ignore[arg-type]  # one of STATES since `of`
            since=_day(self.get("since")),
            historical=HISTORY.get(self.get("history")),
            hidden=hidden,
        )

    @property
    def state(self) -> str:
        """The chosen tab."""
        return self.get("state")

    @property
    def since(self) -> str:
        """The first day, as written."""
        return self.get("since")

    @property
    def here(self) -> str:
        """The query of this list from its top."""
        return self.address()

    @property
    def found(self) -> str:
        """The query of this list in the order of finding."""
        return self.address(order="found")

    @property
    def by_found(self) -> bool:
        """True if the list is in the order of finding rather than by bar."""
        return self.get("order") == "found"


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(f"{text} +0000", "%Y-%m-%d %z")
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a chip's menu."""

    label: str
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter with its value; `clear` is the address without it, empty where it is not set.

    `always` chips stand in the bar even where they are not set; the others wait behind "+ Filter".
    """

    name: str
    value: str
    clear: str
    choices: tuple[Choice, ...]
    always: bool

    @property
    def stands(self) -> bool:
        """True if the chip is in the bar."""
        return self.always or bool(self.clear)


def chip(
    asked: Asked,
    name: str,
    label: str,
    options: list[tuple[str, str]],
    *,
    unset: str = "any",
    always: bool = False,
) -> Chip:
    """A chip whose menu offers the options, each a value and its label."""
    value = asked.get(name)
    labels = dict(options)
    return Chip(
        name=label,
        value=labels.get(value, value) if value else unset,
        clear=asked.address(**{name: ""}) if value else "",
        choices=tuple(
            Choice(text, asked.address(**{name: option}), option == value)
            for option, text in [("", unset), *options]
        ),
        always=always,
    )
