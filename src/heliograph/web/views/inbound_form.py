"""What the form of a new source of alerts asks, read into the words of its room."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import QueryDict

from heliograph.errors import UserError
from heliograph.inbound.sources import TRADINGVIEW, Asked

TEXTS = ("name", "strategy", "venue", "timeframe", "expires", "fee_pct", "slippage_bps", "addresses")
TICKS = ("long_only", "only_tradingview", "live")
START: Mapping[str, str] = {"timeframe": "1h", "expires": "48", "fee_pct": "0.1", "slippage_bps": "0"}
LABELS = {"expires": "Expires after", "fee_pct": "Fee", "slippage_bps": "Slippage"}
MOST = {"expires": 100_000, "fee_pct": 50, "slippage_bps": 5_000}
LONGEST = 4_000


@dataclass
class SourceForm:
    """The fields as they were typed, so that nothing typed is lost."""

    typed: dict[str, str] = field(default_factory=lambda: dict(START))
    ticked: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, said: QueryDict) -> "SourceForm":
        """From a request; NUL, which no row can hold, is left out."""
        typed = {name: said.get(name, "").replace("\x00", "").strip()[:LONGEST] for name in TEXTS}
        return cls(typed, {name for name in TICKS if said.get(name) == "on"})

    @property
    def strategy(self) -> str:
        """What its signals are called."""
        return self.typed["strategy"] or self.typed["name"]

    @property
    def addresses(self) -> list[str]:
        """From where it may come; none: from anywhere."""
        own = [one for one in re.split(r"[\s,]+", self.typed["addresses"]) if one]
        return [*(TRADINGVIEW if "only_tradingview" in self.ticked else ()), *own]

    def asked(self) -> Asked:
        """How its signals are followed; a UserError names the field that is wrong."""
        return Asked(
            timeframe=self.typed["timeframe"],
            expires=int(self._number("expires")),
            fee_pct=self._number("fee_pct"),
            slippage_bps=self._number("slippage_bps"),
            long_only="long_only" in self.ticked,
        )

    def _number(self, name: str) -> float:
        text, pattern = self.typed[name], r"\d{1,9}" if name == "expires" else r"\d{1,9}(\.\d{1,9})?"
        if not re.fullmatch(pattern, text, re.ASCII) or float(text) > MOST[name]:
            what = "a whole number" if name == "expires" else "a number"
            raise UserError(f"{LABELS[name]}: write {what} up to {MOST[name]:,}, not '{text[:40]}'.")
        return float(text)
