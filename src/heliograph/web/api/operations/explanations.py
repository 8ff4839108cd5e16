"""Explanations of any bar: why there was no signal."""

from typing import Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from heliograph.market.models import Instrument
from heliograph.market.queries import NoSuchInstrument
from heliograph.signals.explain import explain
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Id, Moment
from heliograph.web.api.described import also
from heliograph.web.api.operations.versions import find_visible
from heliograph.web.api.shapes.explanations import ExplanationShape
from heliograph.web.reads.candles import bar_that_holds

router = Router(tags=["signals"])


class AskedBar(Schema):
    """Which version, instrument and bar; without `bar` the newest."""

    version_id: Id
    instrument_id: Id
    bar: Moment | None = None
    side: Literal["long", "short"] | None = None
    now: bool = False


@router.get("explanations", response=ExplanationShape, summary="Why there was, or was no, signal at a bar")
@also(404)
@answers()
@needs("viewer")
def explain_bar(request: HttpRequest, asked: Query[AskedBar]) -> dict[str, object]:
    """Every clause of a version at one bar of one instrument; `bar` is any moment within it."""
    version = find_visible(request, asked.version_id)
    instrument = Instrument.objects.select_related("venue").filter(pk=asked.instrument_id).first()
    if instrument is None:
        raise NoSuchInstrument(f"There is no instrument {asked.instrument_id}.")
    bar = bar_that_holds(asked.bar, instrument.pk, version.timeframe)
    if bar is None:
        raise NoSuchInstrument(f"{instrument} has no bars of {version.timeframe}.")
    return explain(
        version=version, instrument=instrument, bar_time=bar, side=asked.side, now=asked.now
    ).to_dict()
