"""What can go wrong, each kind alone by its rate, at random by seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Of a closed candle: it appears `late_s` after its close; is at first told with other values; is absent until
# `heal_s` after its close; is absent for ever; is told twice.
CANDLE = ("late", "revised", "missing", "lost", "duplicated")
# Of one answer about candles or one message of a closed one: it has a candle that cannot be.
WRONG = ("future", "zero", "contradictory")
# Of one request: 418 and 429 with Retry-After, 5xx, an HTML page, JSON that breaks off, no answer for
# `stall_s`, a closed connection.
REQUEST = ("banned", "limited", "down", "html", "truncated", "stall", "cut")
# Of one connection at one closing bar: it is cut; it says nothing for `quiet_s`.
SOCKET = ("disconnect", "quiet")
# Only on demand: the key is refused.
ASKED = ("bad_key",)
RANDOM = CANDLE + WRONG + REQUEST + SOCKET
KINDS = RANDOM + ASKED


@dataclass(frozen=True)
class Faults:
    """How often each kind happens (0 to 1), and how bad it is. `rate` is that of the kinds not in `rates`.

    Seconds are those of the exchange's clock, but for `stall_s` and `retry_after_s`, which are ours.
    """

    seed: int = 1
    rate: float = 0.0
    rates: Mapping[str, float] = field(default_factory=dict)
    late_s: float = 90
    revise_s: float = 900
    heal_s: float = 3600
    quiet_s: float = 1800
    stall_s: float = 30
    retry_after_s: int = 1
    # How far the clock that the exchange tells is ahead of the one that it goes by.
    skew_s: float = 0
    # Requests are refused with 429 beyond so much weight in a minute of the exchange; Binance's own is 6000.
    weight_limit: int | None = None
    # How often a forming candle is told within its bar over the sockets.
    forming_updates: int = 2

    def __post_init__(self):
        unknown = set(self.rates) - set(RANDOM)
        if unknown:
            raise ValueError(f"no faults {sorted(unknown)}; there are {RANDOM}")

    def of(self, kind: str) -> float:
        """The chance of this kind."""
        return self.rates.get(kind, self.rate)
