"""Events as they happen, without a gap: where the line is cut they go on behind the last one that came."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from heliograph.client.connection import Connection
from heliograph.client.problem import NoAnswer, Problem

LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `id` is what a later call goes on behind."""

    id: str
    name: str
    data: Mapping[str, object]


def listen(connection: Connection, *, query: Mapping[str, object], after: str | None) -> Iterator[Event]:
    """Events for ever. Problem where the API refuses for good, NoAnswer where nobody ever answered; a line
    that is cut is taken up again."""
    last, pause, was_open = after, 0.0, False
    while True:
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
        try:
            with connection.stream("/events", query, headers) as pieces:
                was_open = True
                for event in read_events(pieces):
                    last, pause = event.id or last, 0.0
                    yield event
        except NoAnswer:
            if not was_open:
                raise
        except Problem as problem:
            if problem.status not in (429, 503):
                raise
            pause = max(pause, problem.retry_after or 0.0)
        pause = min(max(1.0, 2 * pause), LONGEST_PAUSE)
        time.sleep(pause)


def read_events(pieces: Iterator[bytes]) -> Iterator[Event]:
    """The events of a stream as HTML's standard writes them; comments are passed over."""
    rest = b""
    fields: dict[str, str] = {}
    for piece in pieces:
        *lines, rest = (rest + piece).replace(b"\r\n", b"\n").split(b"\n")
        for line in lines:
            if not line:
                if "data" in fields:
                    data = json.loads(fields["data"])
                    yield Event(fields.get("id", ""), fields.get("event", "message"), data)
                fields = {}
                continue
            name, _, value = line.decode().partition(":")
            value = value.removeprefix(" ")
            fields[name] = f"{fields[name]}\n{value}" if name == "data" and name in fields else value
