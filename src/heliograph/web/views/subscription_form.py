"""What the form of a subscription asks, read into the words of the room of notices."""

from dataclasses import dataclass, field
from datetime import time

from django.http import QueryDict

from heliograph.notices.errors import BadSubscription
from heliograph.notices.models import Subscription
from heliograph.notices.subscription import Wish

TEXTS = (
    "channel",
    "audience",
    "strategies",
    "instruments",
    "confidence",
    "side",
    "quiet_from",
    "quiet_until",
)
MORE_TEXTS = ("zone", "pace", "digest_minutes", "digest_at", "per_minute")
PACES = ("once", "every", "daily")


class BadForm(Exception):
    """Fields that cannot be read: a sentence for each, by its name."""

    def __init__(self, faults: dict[str, str]):
        super().__init__(" ".join(faults.values()))
        self.faults = faults


@dataclass
class Form:
    """The fields as they were typed, so that nothing typed is lost."""

    channel: str = ""
    audience: str = ""
    topics: list[str] = field(default_factory=list)
    strategies: str = ""
    instruments: str = ""
    confidence: str = ""
    side: str = ""
    quiet_from: str = ""
    quiet_until: str = ""
    quiet_but: list[str] = field(default_factory=list)
    zone: str = "UTC"
    pace: str = "once"
    digest_minutes: str = ""
    digest_at: str = ""
    per_minute: str = ""

    @classmethod
    def of(cls, said: QueryDict) -> "Form":
        """From a request; NUL, which no row can hold, is left out."""
        texts = {
            name: said.get(name, "").replace("\x00", "").strip()[:4_000] for name in (*TEXTS, *MORE_TEXTS)
        }
        lists = {name: [one[:64] for one in said.getlist(name)][:20] for name in ("topics", "quiet_but")}
        return cls(**texts, **lists)

    @classmethod
    def again(cls, asked: Subscription) -> "Form":
        """The fields that say what a subscription is."""
        pace = "every" if asked.digest_minutes else "daily" if asked.digest_at else "once"
        return cls(
            channel=asked.channel.name,
            audience=asked.audience,
            topics=list(asked.topics),
            strategies=", ".join(asked.strategies),
            instruments=", ".join(asked.instruments),
            confidence=_text(asked.least_confidence),
            side=asked.side,
            quiet_from=_clock(asked.quiet_from),
            quiet_until=_clock(asked.quiet_until),
            quiet_but=list(asked.quiet_but),
            zone=asked.zone,
            pace=pace,
            digest_minutes=_text(asked.digest_minutes),
            digest_at=_clock(asked.digest_at),
            per_minute=_text(asked.per_minute),
        )

    def wish(self) -> Wish:
        """What is wished; BadForm where fields cannot be read."""
        faults: dict[str, str] = {}
        if not self.channel:
            faults["channel"] = "Choose a channel."
        if self.pace not in PACES:
            faults["pace"] = f"There is no pace `{self.pace[:20]}`."
        every = self.pace == "every"
        minutes = _whole(self.digest_minutes, "digest_minutes", faults) if every else None
        if every and not self.digest_minutes:
            faults["digest_minutes"] = "Every how many minutes? 1 to 1440."
        daily = _time(self.digest_at, "digest_at", faults) if self.pace == "daily" else None
        if self.pace == "daily" and not self.digest_at:
            faults["digest_at"] = "At what time? Such as 08:00."
        wish = Wish(
            channel=self.channel,
            audience=self.audience,
            topics=self.topics,
            strategies=_listed(self.strategies),
            instruments=_listed(self.instruments),
            least_confidence=_number(self.confidence, "confidence", faults),
            side=self.side,
            quiet_from=_time(self.quiet_from, "quiet_from", faults),
            quiet_until=_time(self.quiet_until, "quiet_until", faults),
            quiet_but=self.quiet_but,
            zone=self.zone or "UTC",
            digest_minutes=minutes,
            digest_at=daily,
            per_minute=_whole(self.per_minute, "per_minute", faults),
        )
        if faults:
            raise BadForm(faults)
        return wish


def field_of(fault: BadSubscription) -> str:
    """The field of the form that a refusal of the room speaks of."""
    return "confidence" if fault.field == "least_confidence" else fault.field


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.replace("\n", ",").split(",") if one.strip()]


def _time(text: str, name: str, faults: dict[str, str]) -> time | None:
    if not text:
        return None
    try:
        read = time.fromisoformat(text)
    except ValueError:
        faults[name] = f"`{text[:20]}` is no time such as 22:00."
        return None
    return read.replace(tzinfo=None, second=0, microsecond=0)


def _number(text: str, name: str, faults: dict[str, str]) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        faults[name] = f"`{text[:20]}` is no number between 0 and 1."
        return None


def _whole(text: str, name: str, faults: dict[str, str]) -> int | None:
    if text and not (text.isascii() and text.isdecimal() and len(text) < 9):
        faults[name] = f"`{text[:20]}` is no whole number."
        return None
    return int(text) if text else None


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _clock(value: time | None) -> str:
    return "" if value is None else f"{value:%H:%M}"
