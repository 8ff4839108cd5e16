"""Asks for backtests, cancels, resumes and forgets them."""

from dataclasses import replace
from typing import Annotated, Self

from django.http import HttpRequest
from ninja import Field, Status
from pydantic import model_validator

from heliograph.engine.strategy.document import MOST_BYTES
from heliograph.fleet import jobs
from heliograph.kit.clock import utc_now
from heliograph.research.models import StoredBacktest
from heliograph.research.queries import delete_backtest, find_backtest
from heliograph.research.request import Scope, Text, request_backtest
from heliograph.signals.models import StrategyVersion
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.api.asked import Id, Line, Moment, Told, Words
from heliograph.web.api.changing import refuse_foreign_name, wake_after
from heliograph.web.api.described import also
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.operations.backtests import backtest, find_visible, router
from heliograph.web.api.operations.versions import find_visible as find_version
from heliograph.web.api.shapes.backtests import BacktestShape

Number = Annotated[float, Field(ge=-1e12, le=1e12)]


class BacktestTold(Told):
    """What to run: a stored version or a text, with what is to be other than it says, over which candles.

    `overrides` are keys of the text such as `execution.fee_pct`; `params` its parameters. Without symbols the
    whole universe, without a venue the only one with candles for it; `start` and `end` belong to the period.
    """

    version_id: Id | None = None
    text: Annotated[str, Field(max_length=MOST_BYTES)] | None = None
    overrides: Annotated[dict[Line, Words], Field(max_length=100)] = Field(default_factory=dict)
    params: Annotated[dict[Line, Number], Field(max_length=100)] = Field(default_factory=dict)
    venue: Line | None = None
    symbols: Annotated[list[Line], Field(max_length=2_000)] = Field(default_factory=list)
    start: Moment | None = None
    end: Moment | None = None
    close_at_end: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.version_id is None) == (self.text is None):
            raise ValueError("give either `version_id` or `text`")
        if self.start and self.end and self.end < self.start:
            raise ValueError("`end` lies before `start`")
        return self

    def said(self, version: StrategyVersion | None) -> Text:
        """The strategy as the verb takes it."""
        found = Text(version.text if version else self.text or "", self.overrides, self.params)
        return found if self.overrides or self.params else replace(found, version=version)

    def scope(self) -> Scope:
        """Over which candles."""
        symbols = tuple(dict.fromkeys(self.symbols))
        return Scope(self.venue, symbols, self.start, self.end, self.close_at_end)


@router.post("backtests", response={200: BacktestShape, 201: BacktestShape}, summary="Ask for a backtest")
@also(404)
@idempotent
@needs("analyst")
def ask_backtest(request: HttpRequest, told: BacktestTold) -> Status:
    """201: it runs as a job; 200: the same was run before and would give the same again."""
    version = None if told.version_id is None else find_version(request, told.version_id)
    said = told.said(version)
    refuse_foreign_name(request, said.parsed().name)
    asked = request_backtest(said, told.scope(), at=utc_now())
    stored = find_backtest(asked.backtest.pk)
    tell(request, "backtest.start", f"backtest {stored.pk}", strategy=stored.name)
    wake_after("run_jobs")
    return Status(200 if asked.known else 201, backtest(stored))


@router.post("backtests/{backtest_id}/cancel", response=BacktestShape, summary="Cancel a backtest")
@idempotent
@needs("analyst")
def cancel_backtest(request: HttpRequest, backtest_id: Id) -> dict[str, object]:
    """At once where it waits, else with the next report of its worker."""
    stored = find_visible(request, backtest_id)
    jobs.cancel(stored.job_id)
    return _told(request, stored, "backtest.cancel")


@router.post("backtests/{backtest_id}/resume", response=BacktestShape, summary="Let a backtest go on")
@idempotent
@needs("analyst")
def resume_backtest(request: HttpRequest, backtest_id: Id) -> dict[str, object]:
    """One that failed or was cancelled, from where it stood."""
    stored = find_visible(request, backtest_id)
    jobs.resume(stored.job_id)
    wake_after("run_jobs")
    return _told(request, stored, "backtest.resume")


@router.delete("backtests/{backtest_id}", response={204: None}, summary="Forget a backtest")
@idempotent
@needs("analyst")
def delete_stored_backtest(request: HttpRequest, backtest_id: Id) -> Status:
    """With its trades; not while it runs."""
    stored = find_visible(request, backtest_id)
    delete_backtest(stored.pk)
    tell(request, "backtest.delete", f"backtest {backtest_id}", strategy=stored.name)
    return Status(204, None)


def _told(request: HttpRequest, stored: StoredBacktest, action: str) -> dict[str, object]:
    tell(request, action, f"backtest {stored.pk}", strategy=stored.name)
    return backtest(find_backtest(stored.pk))
