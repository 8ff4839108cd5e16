"""A version's text as what runs: checked strategy, plan and rules, made once per text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.exits import Inputs, Rules, SideInputs
from heliograph.engine.plan import Plan
from heliograph.engine.runner import Runner
from heliograph.engine.strategy import Strategy
from heliograph.engine.strategy_plan import StrategyPlan
from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.signals.models import StrategyVersion


@dataclass(frozen=True, slots=True)
class Compiled:
    """All that a strategy text says, ready to run. `length` is that of a bar in ms (of a month: 31 days)."""

    strategy_plan: StrategyPlan
    rules: Rules
    timeframe: Timeframe
    length: int

    @property
    def checked(self) -> Strategy:
        """The strategy as the language reads it."""
        return self.strategy_plan.strategy

    @property
    def finer(self) -> Timeframe | None:
        """The timeframe that decides what came first inside a bar, if the strategy names one."""
        name = self.checked.execution.intrabar
        return Timeframe.parse(name) if name else None

    @property
    def plan(self) -> Plan:
        """What a runner runs."""
        return self.strategy_plan.plan

    def inputs(self, runner: Runner, outputs: Sequence[Floats], *, enters: bool) -> Inputs:
        """What the exits need of the block just advanced; without `enters` nothing wants to enter."""
        inputs = self.strategy_plan.inputs(outputs, runner.ready)
        return inputs if enters else Inputs(_shut(inputs.long), _shut(inputs.short), inputs.confidence)


def compiled(version: StrategyVersion) -> Compiled:
    """The compiled text of a version."""
    return compile_text(version.text)


@lru_cache(maxsize=1024)
def compile_text(text: str) -> Compiled:
    """The compiled form of a strategy text; BadStrategy if it is none."""
    checked = Strategy.parse(text)
    timeframe = Timeframe.parse(checked.timeframe)
    return Compiled(
        strategy_plan=StrategyPlan.of(checked),
        rules=Rules.of(checked),
        timeframe=timeframe,
        length=timeframe.ms or 31 * DAY,
    )


def _shut(side: SideInputs | None) -> SideInputs | None:
    return side and replace(side, enter=np.zeros((1, side.enter.shape[1])))
