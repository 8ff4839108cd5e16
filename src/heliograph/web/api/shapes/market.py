"""Venues, instruments, their series and their bars."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.lists import Listed


class SeriesShape(Schema):
    """One timeframe of one instrument; `id` is the instrument's."""

    id: int
    symbol: str
    venue: str
    replay: bool
    timeframe: str
    first_open: datetime
    last_open: datetime
    bars: int
    stored_at: datetime


class SeriesList(Listed[SeriesShape]):
    """A page of series."""


class ListingShape(Schema):
    """One span in which an instrument traded."""

    listed_at: datetime
    delisted_at: datetime | None


class InstrumentShape(Schema):
    """One thing that trades at one venue, with its series; `calendar` judges gaps and staleness."""

    id: int
    symbol: str
    venue: str
    calendar: str
    replay: bool
    listed_at: datetime | None
    delisted_at: datetime | None
    listings: list[ListingShape]
    series: list[SeriesShape]


class CandleShape(Schema):
    """A closed bar; `volume` is null where the source has none."""

    open_time: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float | None


class CandleList(Listed[CandleShape]):
    """A page of bars."""


class CandleRevisionShape(CandleShape):
    """What a closed candle said before it was corrected; imports are named by their id."""

    id: int
    source_id: int
    recorded_at: datetime
    replaced_by_id: int
    replaced_at: datetime


class CandleRevisionList(Listed[CandleRevisionShape]):
    """A page of corrections."""


class GapShape(Schema):
    """Bars that should exist and do not: the opens of the first and the last one, and how many."""

    first: datetime
    last: datetime
    bars: int


class CoverageShape(Schema):
    """One series between its first and its last bar; `share` is 0 to 1, null where nothing is expected."""

    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    calendar: str
    first: datetime
    last: datetime
    bars: int
    expected: int
    missing: int
    share: float | None
    gaps: list[GapShape]


class CoverageList(Listed[CoverageShape]):
    """A page of coverage."""


class QualityPart(Schema):
    """One thing that was measured: 0 to 1, null where it cannot be known, and what it rests on."""

    name: str
    weight: float
    score: float | None
    says: str


class QualityShape(Schema):
    """A series judged by its newest bars, from `first` to `last`; `score` is 0 to 100."""

    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    bars: int
    first: datetime
    last: datetime
    score: float | None
    parts: list[QualityPart]


class QualityList(Listed[QualityShape]):
    """A page of qualities."""


class FreshnessShape(Schema):
    """How old the newest bar of a series is: `age_s` from its end by the clock of its venue."""

    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    newest: datetime
    bars: int
    age_s: float
    missing: int


class FreshnessList(Listed[FreshnessShape]):
    """A page of series by age."""


class ImportShape(Schema):
    """One delivery of candles: a file, what an exchange or a replay gave."""

    id: int
    venue: str
    kind: str
    name: str
    format: str
    sha256: str
    state: Literal["unfinished", "finished", "undone"]
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    rows_done: int
    inserted: int
    revised: int
    unchanged: int
    skipped: int
    findings: dict[str, object]


class ImportList(Listed[ImportShape]):
    """A page of imports."""


class VenueShape(Schema):
    """Where instruments trade. What only exchanges have is null elsewhere."""

    name: str
    kind: Literal["file", "exchange", "replay"]
    calendar: str
    exchange: str | None
    url: str | None
    priority: int | None
    listed: int | None
    watches: int | None
    failing: int | None
    synced_at: datetime | None
    skew_ms: float | None
    requests: int | None
    refusals: int | None
    error: str


class VenueList(Listed[VenueShape]):
    """A page of venues."""


class WatchShape(Schema):
    """A series that is kept up to date; `source` is the venue that answers for it now, empty if none does."""

    id: int
    venue: str
    symbol: str
    timeframe: str
    since: datetime
    newest: datetime | None
    bars: int
    feeds: list[str]
    source: str
    streamed_at: datetime | None
    unserved: int
    error: str
    paused: bool


class WatchList(Listed[WatchShape]):
    """A page of watches."""


class SyncedShape(Schema):
    """What a reading of an exchange's list changed: how many are listed now, are new, came back."""

    venue: str
    listed: int
    added: int
    back: int
    delisted: int


class ReplayShape(Schema):
    """Stored history that is played as if live; `clock` is the end of its last played bar."""

    id: int
    venue: str
    timeframe: str
    seconds_per_bar: float
    clock: datetime
    position: datetime
    ends_at: datetime
    started_at: datetime
    finished_at: datetime | None
    again: bool


class ReplayList(Listed[ReplayShape]):
    """A page of replays."""
