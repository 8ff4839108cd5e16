"""Events: what happens, as it happens, by Server-Sent Events."""

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import field_validator

from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.asked import Id, Name
from heliograph.web.api.problems import Refused
from heliograph.web.api.seen import caller
from heliograph.web.stream.at_once import bounds, told_at_once
from heliograph.web.stream.door import Door, door_of
from heliograph.web.stream.told import TOPICS, Admission, Asked, Told

router = Router(tags=["events"])
HEADER = "Last-Event-ID"
# The fields of an event, as whoever reads the stream finds them.
EVENT = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "Its place; to go on from, as `Last-Event-ID`."},
        "event": {"type": "string", "description": "Its topic."},
        "data": {"type": "string", "description": "A JSON object: `type`, `timestamp` and `data`."},
    },
    "required": ["id", "event", "data"],
}
COME_AGAIN = {"Retry-After": "5"}
STREAM = {
    "parameters": [
        {
            "name": HEADER,
            "in": "header",
            "required": False,
            "description": "The id of the last event that one has; it counts more than `after`.",
            "schema": {"type": "integer", "minimum": 0},
        }
    ],
    "responses": {
        200: {
            "description": "Events without end; each has `id:`, `event:` (its topic) and JSON in `data:`.",
            "content": {"text/event-stream": {"schema": EVENT}},
        }
    },
}


class AskedEvents(Schema):
    """Which events, and from where on."""

    topics: str | None = Field(
        None, max_length=120, description=f"Only these, with commas between them: {', '.join(TOPICS)}."
    )
    strategy: Name = Field("", description="Only what is about this strategy.")
    symbol: Name = Field("", description="Only what is about this instrument.")
    after: Id | None = Field(None, description="Go on behind this event; 0 asks for all that are kept.")
    beats: bool = Field(False, description="Heartbeats as events named `beat`, which scripts of pages see.")

    @field_validator("topics")
    @classmethod
    def _known(cls, text: str | None) -> str | None:
        for topic in _words(text) if text is not None else ():
            if topic not in TOPICS:
                raise ValueError(f"there is no `{topic}`; there are {', '.join(TOPICS)}")
        return text

    def meant(self) -> Asked:
        """The same as the stream takes it."""
        topics = frozenset(TOPICS if self.topics is None else _words(self.topics))
        return Asked(topics, self.strategy, self.symbol, self.beats)


@router.get("events", url_name="events", summary="Events as they happen", openapi_extra=STREAM)
@needs("viewer")
def stream_events(request: HttpRequest, asked: Query[AskedEvents]) -> HttpResponse:
    """Signals, outcomes, health and progress, from behind the last event that one has."""
    after = _after(request, asked)
    last, forgotten, newest_strategy = bounds()
    if after is not None and after > last:
        raise Refused(422, f"Event {after} was never sent; the newest is {last}.", name=HEADER)
    unseen = frozenset(hidden(request))

    def sees(event: Told) -> bool:
        return event.strategy_id not in unseen

    admission = Admission(
        person=caller(request),
        asked=asked.meant(),
        # From now on, and not from when the stream begins: what happens between the two is told.
        after=last if after is None else after,
        gap=forgotten if after is not None and after < forgotten else None,
        sees=sees,
        newest_strategy=newest_strategy,
    )
    door = door_of(request)
    if door is None:
        return _stream(told_at_once(admission))
    _refuse_too_many(door, admission.person)
    door.admission = admission
    return _stream(b"")


def _after(request: HttpRequest, asked: AskedEvents) -> int | None:
    """The header comes first: a browser that comes again keeps the address and has the header from us."""
    given = request.headers.get(HEADER)
    if not given:
        return asked.after
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise Refused(422, f"`{HEADER}` must be the id of an event, a whole number.", name=HEADER)
    return int(given)


def _refuse_too_many(door: Door, person: str) -> None:
    if door.is_full_for(person):
        sentence = "You have as many streams open as one person may; close one, or share it."
        raise Refused(429, sentence, headers=COME_AGAIN)
    if door.is_full:
        sentence = "As many streams are open as this server may serve; come again later."
        raise Refused(429, sentence, headers=COME_AGAIN)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]


def _stream(body: bytes) -> HttpResponse:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return HttpResponse(body, content_type="text/event-stream; charset=utf-8", headers=headers)
