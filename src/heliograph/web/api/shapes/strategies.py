"""Versions of strategies and what came of them."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.accounts import RoleName
from heliograph.web.api.shapes.lists import Listed

Stage = Literal["draft", "shadow", "live", "retired"]


class EstimateShape(Schema):
    """A mean or share with its 95 % interval and the number that it rests on."""

    n: int
    value: float | None
    low: float | None
    high: float | None


class ScoreShape(Schema):
    """A version of a strategy with what its signals came to."""

    version_id: int
    strategy: str
    number: int
    stage: Stage
    timeframe: str
    created_at: datetime
    published: int
    rejected: int
    open: int
    settled: int
    missed: int
    unresolved: int
    hit_rate: EstimateShape
    mean_r: EstimateShape
    mean_return_pct: EstimateShape
    newest_signal: datetime | None


class StrategyShape(ScoreShape):
    """The same with its text."""

    text: str
    digest: str


class StrategyList(Listed[StrategyShape]):
    """A page of versions."""


class ScoreList(Listed[ScoreShape]):
    """A page of the scoreboard."""


class StageChangeShape(Schema):
    """A version that went from one stage or share to another."""

    from_stage: Stage
    to_stage: Stage
    share: int
    reason: str
    at: datetime


class VersionShape(StrategyShape):
    """All about one version. `origin` is null where each instrument begins at its first stored bar; of the
    universe it announces `share` percent while it is live."""

    strategy_id: int
    origin: datetime | None
    retired_at: datetime | None
    share: int
    changes: list[StageChangeShape]


class FindingShape(Schema):
    """One mistake in a text, and what may be meant; places are null where it is not at one."""

    line: int | None
    column: int | None
    length: int
    message: str
    suggestion: str | None


class MeantShape(Schema):
    """What a text without mistakes means here: the newest version of its strategy (0: none), the one that
    says the same, how many stored instruments it watches, and its lengths in bars; `settle` is null where it
    depends for ever on where the candles begin."""

    strategy: str
    timeframe: str
    newest: int
    same_as: int | None
    instruments: int
    warmup: int
    settle: int | None
    frames: list[str]


class CheckedTextShape(Schema):
    """The mistakes of a text, or what it means."""

    findings: list[FindingShape]
    meant: MeantShape | None


class ChangeShape(Schema):
    """One key that means something else; `section` is empty for those at the top of the file."""

    section: str
    key: str
    kind: Literal["added", "removed", "changed", "renamed"]
    before: str | None
    after: str | None
    steps: list[dict[str, object]]
    says: str


class DifferenceShape(Schema):
    """What changed in meaning from one version to another."""

    same_meaning: bool
    changes: list[ChangeShape]


class FiguresShape(Schema):
    """What one of two versions gave on their common ground."""

    version: int
    stage: Stage
    published: int
    only_here: int
    rejected: int
    settled: int
    mean_r: EstimateShape
    hit_rate: EstimateShape
    mean_return_pct: EstimateShape


class ComparisonShape(Schema):
    """Two versions over the bars and instruments that both have evaluated."""

    strategy: str
    instruments: int
    first_bar: datetime | None
    last_bar: datetime | None
    in_common: int
    versions: list[FiguresShape]
    mean_r_difference: EstimateShape


class MemberShape(Schema):
    """An instrument that a version looks at. `watermark` is its newest evaluated bar, null where none was."""

    instrument_id: int
    symbol: str
    venue: str
    shard: int
    origin: datetime
    watermark: datetime | None
    historical_until: datetime


class MemberList(Listed[MemberShape]):
    """A page of the universe of a version."""


class EffectShape(Schema):
    """A change of stage that a version can go through now, the role that it needs, and what it does.
    `rollback` goes back to the version that was live before, or aborts a rollout."""

    act: Literal["shadow", "live", "rollback", "retire"]
    needs: RoleName
    label: str
    effect: str


class EffectList(Schema):
    """Changes of stage, the next step first."""

    items: list[EffectShape]


class RolloutShape(Schema):
    """A version that takes over from another one, share by share; `gates` are its limits."""

    id: int
    strategy: str
    candidate_id: int
    candidate: int
    former_id: int
    former: int
    share: int
    state: Literal["running", "completed", "rolled_back"]
    reason: str
    gates: dict[str, object]
    measured: dict[str, object]
    started_at: datetime
    checked_at: datetime | None
    ended_at: datetime | None


class RolloutList(Listed[RolloutShape]):
    """A page of rollouts."""
