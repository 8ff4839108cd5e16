"""Counts of what the exchange did."""

from collections import Counter
from dataclasses import dataclass, field

MINUTE_MS = 60_000


@dataclass
class Served:
    """What was asked and what was told; counted by the server's thread, read by any."""

    # By path, such as /api/v3/klines.
    requests: Counter[str] = field(default_factory=Counter)
    # Requests and their weight by minute of the exchange (UTC milliseconds // 60,000).
    per_minute: Counter[int] = field(default_factory=Counter)
    weights: Counter[int] = field(default_factory=Counter)
    # By kind of fault. Those of a candle are counted each time that it is told, or first not told.
    faults: Counter[str] = field(default_factory=Counter)
    # Candles in answers, and messages over sockets.
    final_rows: int = 0
    forming_rows: int = 0
    final_messages: int = 0
    forming_messages: int = 0
    connections: int = 0
    subscriptions: int = 0

    @property
    def all_requests(self) -> int:
        """Requests of any path."""
        return self.requests.total()

    def count_request(self, path: str, *, weight: int, at_ms: int) -> int:
        """Count a request; the weight used in its minute so far, itself included."""
        minute = at_ms // MINUTE_MS
        self.requests[path] += 1
        self.per_minute[minute] += 1
        self.weights[minute] += weight
        return self.weights[minute]
