"""What goes out: one notice, or several together, with an id that is the same however often it is sent."""

import json
import re
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlencode

from heliograph.notices.many import lines_of_many, title_of_many
from heliograph.notices.topics import DIGEST, TEST
from heliograph.notices.words import lines_of, title_of

# 130 bits: no two notices of all installations that one receiver hears of have the same.
ID_LETTERS = 26
MARKED = re.compile(r"([\\`*_\[\]<>~|#])")


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is sent in one go. Machines take `body`, people `title` with `text` or `markdown`.

    Several notices together have the topic `digest`, and the payload of each in `notices`. `site` is the
    address of the pages, where it is known.
    """

    topic: str
    subject: str
    payload: Mapping[str, object]
    created_at: datetime
    site: str = ""

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
    def title(self) -> str:
        """What happened, in one line without markup."""
        if self.topic == DIGEST:
            return title_of_many(self.payload)
        return title_of(self.topic, self.payload, subject=self.subject)

    @property
    def lines(self) -> list[str]:
        """What else there is to say, without the link."""
        if self.topic == DIGEST:
            return lines_of_many(self.payload, at=self.created_at)
        return lines_of(self.topic, self.payload, at=self.created_at)

    @property
    def link(self) -> str:
        """The page of what it tells of; empty where the address of the pages is not known."""
        if not self.site or self.topic == TEST.name:
            return self.site
        place = {"topic": self.topic, "subject": self.subject}
        return f"{self.site.rstrip('/')}/notices/of/?{urlencode(place)}"

    @property
    def text(self) -> str:
        """The lines and the link, without markup and without the title."""
        return "\n".join([*self.lines, self.link] if self.link else self.lines)

    @property
    def markdown(self) -> str:
        """Title, lines and link in plain Markdown, without HTML."""
        lines = [f"**{_escaped(self.title)}**", "", *(f"- {_escaped(line)}" for line in self.lines)]
        return "\n".join([*lines, "", f"<{self.link}>"] if self.link else lines)

    @property
    def _time(self) -> str:
        return iso(self.created_at)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _escaped(line: str) -> str:
    return MARKED.sub(r"\\\1", line)
