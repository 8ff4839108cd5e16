"""What goes out: one notice with an id that is the same however often it is sent."""

import json
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

# 130 bits: no two notices of all installations that one receiver hears of have the same.
ID_LETTERS = 26


@dataclass(frozen=True, slots=True)
class Message:
    """One notice as channels send it."""

    topic: str
    subject: str
    payload: Mapping[str, object]
    created_at: datetime

    @property
    def id(self) -> str:
        """A key by which a receiver can discard repeats: it depends on the notice alone."""
        told = f"{self.topic}\n{self.subject}\n{self._time}".encode()
        return f"msg_{b32encode(sha256(told).digest()).decode().lower()[:ID_LETTERS]}"

    @property
    def body(self) -> str:
        """JSON as Standard Webhooks recommends it: `type`, `timestamp`, `data`."""
        told = {
            "type": self.topic,
            "timestamp": self._time,
            "data": {"subject": self.subject, **self.payload},
        }
        return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    @property
    def _time(self) -> str:
        return self.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
