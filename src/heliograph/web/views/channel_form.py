"""What the form of a channel asks, read into the options of its kind."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.http import QueryDict

from heliograph.notices.channels.asks import AREA, LINES, NUMBER, TICK, Ask
from heliograph.notices.channels.offers import Offer
from heliograph.notices.channels.secrets import is_own, is_set
from heliograph.notices.errors import BadChannel

LONGEST = 12_000
# Options of which a channel of a messenger has one, and which are stored as a list all the same.
LISTED = ("to",)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A field as it is drawn: what is asked, what was typed, what is wrong."""

    ask: Ask
    value: str
    fault: str

    @property
    def is_set(self) -> bool:
        """True if this process has the variable that was typed."""
        return self.ask.is_secret and is_set(self.value)

    def is_open(self, sentences: Iterable[str]) -> bool:
        """True for a field that is filled in or wrong, or that a sentence speaks of."""
        return bool(self.value or self.fault) or any(f"“{self.ask.label}”" in one for one in sentences)


@dataclass
class ChannelForm:
    """The fields as they were typed, so that nothing typed is lost; `is_admin` may name what lies inside."""

    offer: Offer
    is_admin: bool
    name: str = ""
    audience: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    known: Mapping[str, object] = field(default_factory=dict)

    @property
    def asks(self) -> list[Ask]:
        """What is asked of this person."""
        return [one for one in self.offer.asks if self.is_admin or not one.inside]

    def read(self, said: QueryDict) -> "ChannelForm":
        """From a request; NUL, which no row can hold, is left out."""

        def text(name: str) -> str:
            return said.get(name, "").replace("\x00", "").replace("\r\n", "\n").strip()[:LONGEST]

        self.name, self.audience = text("name"), text("audience")
        self.typed = {one.name: text(f"option-{one.name}") for one in self.asks}
        return self

    def again(self) -> "ChannelForm":
        """The fields that say what a channel is."""
        self.typed = {one.name: _typed(self.known.get(one.name)) for one in self.asks}
        return self

    def options(self) -> dict[str, object]:
        """The options; BadChannel where one cannot be read. What was not asked stays as it is."""
        asked = {one.name for one in self.asks}
        kept = {one.name for one in self.offer.asks} - asked
        found = {name: self.known[name] for name in kept if name in self.known}
        for one in self.asks:
            if value := self.typed.get(one.name, ""):
                found[one.name] = _value(one, value)
        return found | dict(self.offer.fixed)

    def fields(self, faults: Mapping[str, str]) -> list["Drawn"]:
        """The fields as they are drawn."""
        return [Drawn(one, self.typed.get(one.name, ""), faults.get(one.name, "")) for one in self.asks]


def in_words(sentence: str, form: ChannelForm) -> str:
    """A sentence that names options of the command, with the names of the fields in their place."""
    labels = {one.flag: one.label for one in form.asks}
    said = re.sub(r"--[a-z-]+", lambda found: f"“{labels.get(found[0], found[0])}”", sentence)
    if "“--allow-private”" in said:
        said = said.replace("“--allow-private”", "“Private hosts that it may reach”, which admins fill in,")
    return said


def _typed(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return "" if value in (None, False) else "1" if value is True else str(value)


def _value(ask: Ask, text: str) -> object:
    if ask.is_secret and is_own(text):
        raise BadChannel(
            f"{text} is a setting of the installation, not a secret of a channel.", field=ask.name
        )
    if ask.shape == TICK:
        return True
    if ask.shape == NUMBER:
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise BadChannel(f"'{text[:40]}' is no whole number.", field=ask.name)
        return int(text)
    if ask.shape == LINES:
        return [one for one in re.split(r"[\s,]+", text) if one]
    if ask.name in LISTED:
        return [text]
    return text if ask.shape == AREA else " ".join(text.split())
