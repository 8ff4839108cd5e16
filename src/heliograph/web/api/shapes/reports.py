"""Reports: what is kept, what they say, and their schedules."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema

from heliograph.web.api.shapes.backtests import JobState
from heliograph.web.api.shapes.lists import Listed

ReportKind = Literal["hourly", "daily", "weekly", "monthly", "custom"]
RegularKind = Literal["hourly", "daily", "weekly", "monthly"]
ReportForm = Literal["html", "pdf", "json", "csv", "xlsx"]
Unit = Literal[
    "count", "r", "pct", "loss", "ratio", "hours", "share", "score", "text", "time", "price"
]  # fmt: skip


class ReportShape(Schema):
    """One report that is kept; `state` is that of its job, null where that is forgotten."""

    id: int
    kind: ReportKind
    since: datetime
    until: datetime
    zone: str
    state: JobState | None
    job_id: int | None
    schedule_id: int | None
    is_made: bool
    created_at: datetime
    finished_at: datetime | None


class ReportList(Listed[ReportShape]):
    """A page of reports."""


class ReportFigure(Schema):
    """A number of the period and of the one before it; null for a `reason`. `low` and `high` are the ends of
    the 95 % interval, `n` is what it rests on."""

    label: str
    unit: Unit
    value: float | None
    previous: float | None
    low: float | None
    high: float | None
    n: int | None
    reason: str | None


class ReportColumn(Schema):
    """A column of a table."""

    name: str
    label: str
    unit: Unit


class ReportTable(Schema):
    """Rows under columns; `chart` is how documents draw it."""

    title: str
    columns: list[ReportColumn]
    rows: list[list[str | float | None]]
    note: str | None
    chart: Literal["", "curve", "histogram", "reliability", "course"]


class ReportSection(Schema):
    """A part of a report; `reason` says why all of it is unknown."""

    title: str
    figures: dict[str, ReportFigure]
    tables: dict[str, ReportTable]
    reason: str | None


class ReportPeriod(Schema):
    """From `since` to before `until`; that before it begins at `before`."""

    kind: ReportKind
    since: datetime
    until: datetime
    before: datetime
    zone: str


class ReportContent(Schema):
    """All that a report says."""

    title: str
    period: ReportPeriod
    summary: list[str]
    signals: ReportSection
    performance: ReportSection
    data_quality: ReportSection
    health: ReportSection
    trends: ReportSection
    recommendations: ReportSection
    details: ReportSection


class ScheduleShape(Schema):
    """Who gets which report regularly. `audience` is whose it is, such as "person:7", empty: everybody's;
    what is hidden from them is not in it. `form` is what letters carry."""

    id: int
    audience: str
    kind: RegularKind
    zone: str
    channel: str | None
    form: str = Field(description="html, pdf, json, csv, xlsx, or empty: the link alone.")
    paused: bool
    next_at: datetime = Field(description="When the period that runs is over.")
    created_at: datetime


class ScheduleList(Listed[ScheduleShape]):
    """A page of schedules."""
