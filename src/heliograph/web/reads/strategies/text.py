"""What a strategy text means here and now: its mistakes, or its instruments, its lengths and its number."""

import math
from dataclasses import dataclass

from heliograph.engine.graph import reachable
from heliograph.engine.strategy import BadStrategy, Finding, Universe
from heliograph.engine.strategy import Strategy as Checked
from heliograph.engine.strategy_plan import StrategyPlan
from heliograph.engine.timeframe import TIMEFRAMES
from heliograph.market.models import Series
from heliograph.notebook.needs import Need, needs_of
from heliograph.signals.models import StrategyVersion
from heliograph.signals.queries import Hidden, seen

MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Matching:
    """The stored instruments that a text watches. `frames` are the timeframes that are stored at all."""

    count: int
    named: tuple[str, ...]
    frames: tuple[str, ...]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.named)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a text would be saved: the newest version of its strategy, and the one that says the same.

    `newest` is 0 where the strategy is new, `same` None where no version says the same.
    """

    name: str
    newest: int
    same: int | None

    @property
    def next(self) -> int:
        """The number that it would get."""
        return self.newest + 1


@dataclass(frozen=True, slots=True)
class Meant:
    """What a text without mistakes means.

    `nodes` are the values that are computed for each bar, what expressions share being one; `state` numbers
    are kept for each instrument; `frames` are the longer timeframes that it reads.
    """

    strategy: Checked
    needs: tuple[Need, ...]
    matching: Matching
    standing: Standing
    nodes: int
    state: int
    frames: tuple[str, ...]

    @property
    def warmup(self) -> int:
        """Bars until every expression is known."""
        return max((need.warmup for need in self.needs), default=0)

    @property
    def settle(self) -> int | None:
        """Bars until none depends on where the candles begin."""
        longest = max((need.settle for need in self.needs), default=0.0)
        return math.ceil(longest) if math.isfinite(longest) else None

    @property
    def is_everything(self) -> bool:
        """True if the text leaves no instrument out."""
        return self.strategy.universe == Universe()

    @property
    def never(self) -> tuple[str, ...]:
        """The parts that depend on it for ever."""
        return tuple(dict.fromkeys(text for need in self.needs for text in need.never))


@dataclass(frozen=True, slots=True)
class CheckedText:
    """The mistakes of a text in their order, or else what it means."""

    findings: tuple[Finding, ...]
    meant: Meant | None


def check_text(text: str, *, hidden: Hidden = ()) -> CheckedText:
    """Look at a text as `heliograph strategy check` does, and at what is stored. Three statements.

    `hidden` are the strategies that whoever asks may not see.
    """
    try:
        strategy = Checked.parse(text)
    except BadStrategy as fault:
        return CheckedText(fault.findings, None)
    return CheckedText((), _meant(strategy, hidden))


def _meant(strategy: Checked, hidden: Hidden) -> Meant:
    plan = StrategyPlan.of(strategy)
    roots = [*(node for side in plan.clauses.sides.values() for node in side.roots)]
    roots += [plan.clauses.confidence.node] if plan.clauses.confidence else []
    below = reachable(roots)
    domains = dict.fromkeys(node.domain[-1] for node in below if node.domain)
    return Meant(
        strategy=strategy,
        needs=tuple(needs_of(plan)),
        matching=matching(strategy.timeframe, strategy.universe),
        standing=_standing(strategy, hidden),
        nodes=sum(not node.is_constant for node in below),
        state=plan.plan.state_floats,
        frames=tuple(domains),
    )


def matching(timeframe: str, universe: Universe) -> Matching:
    """The instruments with bars of that timeframe that a universe holds. Two statements."""
    rows = Series.objects.filter(timeframe=timeframe, bars__gt=0).order_by("instrument__symbol")
    names = rows.values_list("instrument__symbol", "instrument__venue__name")
    found = [symbol for symbol, venue in names if universe.holds(symbol, venue)]
    return Matching(len(found), tuple(found[:MOST_NAMED]), stored_frames())


def stored_frames() -> tuple[str, ...]:
    """The timeframes that have bars, the shortest first. One statement."""
    rows = Series.objects.filter(bars__gt=0).order_by("timeframe")
    return tuple(sorted(rows.values_list("timeframe", flat=True).distinct(), key=TIMEFRAMES.index))


def _standing(strategy: Checked, hidden: Hidden) -> Standing:
    rows = StrategyVersion.objects.filter(seen(hidden, "strategy"), strategy__name=strategy.name)
    versions = list(rows.order_by("-number").values_list("number", "digest", "origin"))
    digest = strategy.digest
    same = next((number for number, known, origin in versions if known == digest and origin is None), None)
    return Standing(strategy.name, versions[0][0] if versions else 0, same)


def mended(text: str, finding: Finding) -> str:
    """The text with what a finding suggests in the place of what is wrong."""
    if finding.suggestion is None or finding.line is None or finding.column is None:
        return text
    before = text.split("\n")[: finding.line - 1]
    start = sum(len(line) + 1 for line in before) + finding.column - 1
    return text[:start] + finding.suggestion + text[start + finding.length :]
