"""One version of a strategy: its text, its stages, its universe, and beside another one."""

from dataclasses import asdict
from typing import ClassVar

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from heliograph.errors import NotFound
from heliograph.market.models import Instrument
from heliograph.market.wire import to_datetime
from heliograph.signals.compare import compare
from heliograph.signals.diff import difference_of
from heliograph.signals.models import Progress, StrategyVersion
from heliograph.signals.scores import score
from heliograph.signals.tallies import read as tallies
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Chosen, Id, Moment, Paging
from heliograph.web.api.described import also
from heliograph.web.api.paging import Page, part_of
from heliograph.web.api.shapes.asides import ReasonList
from heliograph.web.api.shapes.filled import filler
from heliograph.web.api.shapes.strategies import (
    ComparisonShape,
    DifferenceShape,
    EffectList,
    MemberList,
    MemberShape,
    StageChangeShape,
    VersionShape,
)
from heliograph.web.reads.strategies.stages import Act, Standing, effect_of

router = Router(tags=["strategies"])
change = filler(StageChangeShape)
# The changes of stage by the names of their pages.
ACTS = {
    "strategy-shadow": "shadow",
    "strategy-live": "live",
    "strategy-rollback": "rollback",
    "strategy-retire": "retire",
    "strategy-retire-live": "retire",
}


class NoSuchVersionId(NotFound):
    """No version of a strategy has that number."""


class AskedVersion(Chosen):
    """What of one version."""

    shape: ClassVar[type] = VersionShape


class AskedUniverse(Paging):
    """Which instruments of a version."""

    shape: ClassVar[type] = MemberShape


class AskedOther(Schema):
    """The other version."""

    other: Id = Field(description="The id of the version that it is set beside.")


class AskedComparison(AskedOther):
    """The other version, and from when on."""

    created_since: Moment | None = Field(None, description="Only those found from then on, no history.")


@router.get("versions/{version_id}", response=VersionShape, url_name="version", summary="One version")
@answers()
@needs("viewer")
def get_version(request: HttpRequest, version_id: Id, asked: Query[AskedVersion]) -> dict[str, object]:
    """Its text, what its signals came to, and how it went through its stages, the last change first."""
    return detail(find_visible(request, version_id))


def detail(version: StrategyVersion) -> dict[str, object]:
    """All about a version that was fetched with its strategy."""
    return asdict(score(version)) | {
        "text": version.text,
        "digest": version.digest,
        "strategy_id": version.strategy_id,
        "origin": version.origin,
        "retired_at": version.retired_at,
        "share": version.share,
        "changes": [change(one) for one in version.changes.order_by("-at", "-pk")],
    }


@router.get("versions/{version_id}/reasons", response=ReasonList, summary="Why candidates were rejected")
@answers()
@needs("viewer")
def list_reasons(request: HttpRequest, version_id: Id) -> dict[str, object]:
    """All of a version, the most frequent reason first."""
    counted = tallies.reasons(find_visible(request, version_id).pk)
    return {"items": [{"reason": reason, "count": number} for reason, number in counted]}


@router.get("versions/{version_id}/universe", response=MemberList, summary="What a version looks at")
@answers()
@needs("viewer")
def list_universe(request: HttpRequest, version_id: Id, asked: Query[AskedUniverse]) -> Page:
    """Its instruments with where each begins and how far it was evaluated, by id."""
    version = find_visible(request, version_id)
    page = part_of(
        _members(version), asked, name=f"universe {version_id}", key=lambda one: (one["instrument_id"],)
    )
    ids = [one["instrument_id"] for one in page.items]
    names = {one.pk: one for one in Instrument.objects.select_related("venue").filter(pk__in=ids)}
    return Page([_named(one, names[one["instrument_id"]]) for one in page.items], page.next)


@router.get("versions/{version_id}/difference", response=DifferenceShape, summary="What changed in meaning")
@also(404)
@answers()
@needs("viewer")
def tell_difference(request: HttpRequest, version_id: Id, asked: Query[AskedOther]) -> dict[str, object]:
    """From the other version to this one, key by key; layout, order and names do not count."""
    before, after = find_visible(request, asked.other), find_visible(request, version_id)
    return difference_of(before, after).to_dict()


@router.get("versions/{version_id}/comparison", response=ComparisonShape, summary="Two versions compared")
@answers()
@needs("viewer")
def compare_versions(
    request: HttpRequest, version_id: Id, asked: Query[AskedComparison]
) -> dict[str, object]:
    """The signals of both over the bars and instruments that both have evaluated, the other one first."""
    before, after = find_visible(request, asked.other), find_visible(request, version_id)
    return compare(before, after, created_since=asked.created_since).to_dict()


@router.get("versions/{version_id}/effects", response=EffectList, summary="What changes of stage would do")
@answers()
@needs("analyst")
def list_effects(request: HttpRequest, version_id: Id) -> dict[str, object]:
    """Those that are possible now, each with its effect in words; nothing is changed."""
    found = Standing.of(find_visible(request, version_id))
    return {"items": [_effect(act, found) for act in found.acts()]}


def find_visible(request: HttpRequest, version_id: int) -> StrategyVersion:
    """The version of that id; NoSuchVersionId where there is none, or it is hidden from whoever asks."""
    rows = StrategyVersion.objects.select_related("strategy").exclude(strategy__in=hidden(request))
    version = rows.filter(pk=version_id).first()
    if version is None:
        raise NoSuchVersionId(
            f"There is no version {version_id}; /api/v1/strategies lists them with their ids."
        )
    return version


def _effect(act: Act, found: Standing) -> dict[str, object]:
    return {
        "act": ACTS[act.name],
        "needs": "analyst" if act.is_for_analysts else "operator",
        "label": act.label,
        "effect": effect_of(act, found),
    }


def _members(version: StrategyVersion) -> list[dict]:
    columns = ("shard", "instruments", "origins", "watermarks", "historical_until")
    names = ("instrument_id", "origin", "watermark", "historical_until")
    return [
        {"shard": shard} | dict(zip(names, one, strict=True))
        for shard, *arrays in Progress.objects.filter(version=version).values_list(*columns)
        for one in zip(*arrays, strict=True)
    ]


def _named(member: dict, instrument: Instrument) -> dict[str, object]:
    # A watermark before the origin says that nothing was evaluated yet.
    reached = member["watermark"] if member["watermark"] >= member["origin"] else None
    return {
        "instrument_id": member["instrument_id"],
        "symbol": instrument.symbol,
        "venue": instrument.venue.name,
        "shard": member["shard"],
        "origin": to_datetime(member["origin"]),
        "watermark": None if reached is None else to_datetime(reached),
        "historical_until": to_datetime(member["historical_until"]),
    }
