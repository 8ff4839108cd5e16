"""Small answers: previews, counts, what was found, who one is."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.accounts import RoleName, Scope
from heliograph.web.api.shapes.lists import Listed
from heliograph.web.api.shapes.strategies import EstimateShape


class PreviewedNotice(Schema):
    """A notice that would have come, in one line."""

    topic: str
    subject: str
    title: str
    created_at: datetime


class PreviewShape(Schema):
    """How many of the notices of the last week would have come. Of those only the newest `of` were looked at
    where there were `more`; `examples` are the newest of them."""

    would_have: int
    of: int
    more: bool
    examples: list[PreviewedNotice]


class AheadShape(Schema):
    """What a backtest would run over: instruments, the opens of the first and the last bar, and about how
    many bars in all."""

    venue: str
    instruments: int
    first: datetime
    last: datetime
    bars: int


class LiveDifference(Schema):
    """A signal that is not the same, and in words what differs."""

    symbol: str
    side: str
    signal_time: datetime
    says: str


class LiveCheckShape(Schema):
    """A backtest beside what was published live: `compared` signals of `instruments`, of which `differing`
    are not the same. `equal` is null where there was nothing to compare; `says` tells why."""

    equal: bool | None
    says: str
    instruments: int
    began_elsewhere: int
    compared: int
    differing: int
    first: LiveDifference | None


class CountedShape(Schema):
    """How many there are."""

    count: int


class FoundShape(Schema):
    """One thing of that name; `beside` tells it from its like, `address` is its page."""

    kind: str
    name: str
    beside: str
    address: str


class FoundList(Schema):
    """What was found, at most twenty of each kind."""

    items: list[FoundShape]


class ReasonShape(Schema):
    """How many candidates were rejected for one reason."""

    reason: str
    count: int


class ReasonList(Schema):
    """Reasons, the most frequent first."""

    items: list[ReasonShape]


class FireShape(Schema):
    """A signal that would have been published, and how it ended; `exit_reason` is empty where it did not."""

    side: Literal["long", "short"]
    at: datetime
    state: Literal["closed", "open", "waiting", "missed"]
    exit_reason: str
    r: float | None
    return_pct: float | None


class WouldShape(Schema):
    """What a text would have fired for one instrument in `bars` bars from `since` on: `published` signals, of
    which `fires` are the newest 500, and the candidates that would have been rejected. `is_cut`: older bars
    are stored, and were not looked at."""

    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    since: datetime
    until: datetime
    bars: int
    is_cut: bool
    candidates: int
    published: int
    rejected: list[ReasonShape]
    mean_r: EstimateShape
    fires: list[FireShape]


class ExampleShape(Schema):
    """A strategy that comes along."""

    name: str
    timeframe: str
    description: str
    text: str


class ExampleList(Listed[ExampleShape]):
    """A page of examples."""


class OverviewShape(Schema):
    """The figures of the first page: open signals by the stage of their version; signals found in the last
    day, and why candidates were rejected; the mean R of those that settled in the last week."""

    at: datetime
    live: int
    shadow: int
    published: int
    rejected: int
    mean_r: EstimateShape
    reasons: list[ReasonShape]


class OwnToken(Schema):
    """The token that asks."""

    name: str
    scope: Scope


class MeShape(Schema):
    """Who asks, and how they want to see things; `time_zone` is empty for UTC, `token` null in a session."""

    id: int
    name: str
    email: str
    role: RoleName
    teams: list[str]
    time_zone: str
    candles: Literal["ink", "teal-red"]
    joined_at: datetime
    token: OwnToken | None


class SessionShape(Schema):
    """A browser in which one is signed in."""

    id: int
    what: str
    address: str
    began: datetime
    seen: datetime


class SessionList(Listed[SessionShape]):
    """A page of sessions."""
