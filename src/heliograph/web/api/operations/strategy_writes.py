"""Writes strategies: a text checked, saved as a version, and moved through its stages."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Field, Status

from heliograph.engine.strategy.document import MOST_BYTES
from heliograph.kit.clock import utc_now
from heliograph.signals import strategies as verbs
from heliograph.signals.errors import SameText
from heliograph.signals.models import StrategyVersion
from heliograph.signals.save import save_version
from heliograph.web.accounts.access import changes_nothing, needs
from heliograph.web.accounts.asker import person_of
from heliograph.web.accounts.told import tell
from heliograph.web.api.asked import Id, Told
from heliograph.web.api.changing import insist, refuse_foreign_name
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.operations.strategies import router as of_strategies
from heliograph.web.api.operations.versions import detail, find_visible
from heliograph.web.api.operations.versions import router as of_versions
from heliograph.web.api.problems import Refused
from heliograph.web.api.shapes.filled import filler
from heliograph.web.api.shapes.strategies import CheckedTextShape, FindingShape, VersionShape
from heliograph.web.reads.strategies.text import Meant, check_text

Stage = StrategyVersion.Stage
finding = filler(FindingShape)


class TextTold(Told):
    """The text of a strategy."""

    text: Annotated[str, Field(max_length=MOST_BYTES)]


class VersionTold(TextTold):
    """A text to keep. `base` is the newest version that its author has seen, 0 for a new strategy."""

    stage: Literal["draft", "shadow"] = "draft"
    base: Annotated[int, Field(ge=0, lt=2**31)] = 0


@of_strategies.post("strategies/check", response=CheckedTextShape, summary="Check the text of a strategy")
@changes_nothing
@needs("viewer")
def check_strategy(request: HttpRequest, told: TextTold) -> dict[str, object]:
    """All its mistakes by line and column, or what it means here and now; nothing is stored."""
    checked = check_text(told.text)
    meant = checked.meant
    if meant is not None:
        refuse_foreign_name(request, meant.standing.name)
    return {
        "findings": [finding(one) for one in checked.findings],
        "meant": None if meant is None else _meant(meant),
    }


@of_strategies.post("strategies", response={201: VersionShape}, summary="Save a version of a strategy")
@idempotent
@needs("analyst")
def save_strategy(request: HttpRequest, told: VersionTold) -> Status:
    """A draft, or a shadow that runs and is not announced. 409 where a version means the same, or where a
    newer one than `base` was saved meanwhile."""
    found = check_text(told.text)
    if found.meant is None:
        raise Refused(422, str(found.findings[0]), name="text")
    refuse_foreign_name(request, found.meant.standing.name)
    try:
        version = save_version(
            text=told.text, stage=told.stage, base=told.base, author=person_of(request).name, at=utc_now()
        )
    except SameText as fault:
        raise Refused(409, str(fault), name="text") from fault
    tell(request, "strategy.add", str(version), stage=version.stage)
    return Status(201, detail(version))


@of_versions.post("versions/{version_id}/shadow", response=VersionShape, summary="Let a draft run")
@idempotent
@needs("analyst")
def start_shadow(request: HttpRequest, version_id: Id) -> dict[str, object]:
    """Scored, and not announced."""
    version = verbs.start_shadow(find_visible(request, version_id), at=utc_now())
    tell(request, "strategy.shadow", str(version))
    return detail(version)


@of_versions.post("versions/{version_id}/live", response=VersionShape, summary="Make a version live")
@idempotent
@needs("operator")
def promote_version(request: HttpRequest, version_id: Id) -> dict[str, object]:
    """Wholly: what was live before is retired, and a rollout of this version is completed."""
    version = verbs.promote(find_visible(request, version_id), at=utc_now())
    tell(request, "strategy.promote", str(version))
    return detail(version)


@of_versions.post("versions/{version_id}/retire", response=VersionShape, summary="Retire a version")
@idempotent
@needs("analyst")
def retire_version(request: HttpRequest, version_id: Id) -> dict[str, object]:
    """It enters nothing any more, and runs until its last signal has ended. One that is live: operators."""
    version = find_visible(request, version_id)
    if version.stage == Stage.LIVE:
        insist(request, "operator", "To retire a version that is live")
    version = verbs.retire(version, at=utc_now())
    tell(request, "strategy.retire", str(version))
    return detail(version)


def _meant(meant: Meant) -> dict[str, object]:
    standing, matching = meant.standing, meant.matching
    return {
        "strategy": standing.name,
        "timeframe": meant.strategy.timeframe,
        "newest": standing.newest,
        "same_as": standing.same,
        "instruments": matching.count,
        "warmup": meant.warmup,
        "settle": meant.settle,
        "frames": list(meant.frames),
    }
