"""The list of versions: which of them, in which order, and the links that change it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.http import urlencode

from heliograph.signals.models import StrategyVersion
from heliograph.signals.scores import Score

Stage = StrategyVersion.Stage
STAGES: dict[str, tuple[str, ...]] = {
    "running": tuple(StrategyVersion.RUNNING),
    "draft": (Stage.DRAFT,),
    "shadow": (Stage.SHADOW,),
    "live": (Stage.LIVE,),
    "retired": (Stage.RETIRED,),
}
WORST = float("-inf")


def _mean(score: Score) -> float:
    return WORST if score.mean_r.value is None else score.mean_r.value


def _newest(score: Score) -> float:
    return score.newest_signal.timestamp() if score.newest_signal else WORST


ORDERS: dict[str, tuple[str, Callable[[Score], float]]] = {
    "stage": ("running first", lambda score: -(score.stage in STAGES["running"])),
    "mean": ("mean R", lambda score: -_mean(score)),
    "settled": ("most settled", lambda score: -score.settled),
    "newest": ("newest signal", lambda score: -_newest(score)),
    "added": ("newest version", lambda score: -score.created_at.timestamp()),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that changes the list; `count` is how many versions it leaves."""

    label: str
    address: str
    chosen: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """What of the scoreboard is shown. An unknown stage or order counts as not asked for."""

    stage: str = ""
    order: str = "stage"

    @classmethod
    def asked(cls, stage: str, order: str) -> "Listed":
        """As the address says."""
        return cls(stage if stage in STAGES else "", order if order in ORDERS else "stage")

    def of(self, scores: Iterable[Score]) -> list[Score]:
        """The chosen ones in their order; equal ones stay by name, the newest version first."""
        wanted = [score for score in scores if not self.stage or score.stage in STAGES[self.stage]]
        return sorted(wanted, key=ORDERS[self.order][1])

    def tabs(self, scores: list[Score]) -> list[Choice]:
        """The stages with their counts."""
        counts = {name: sum(score.stage in stages for score in scores) for name, stages in STAGES.items()}
        names = {"": len(scores)} | counts
        return [
            Choice(name.capitalize() or "All", self._address(stage=name), name == self.stage, count)
            for name, count in names.items()
        ]

    def orders(self) -> list[Choice]:
        """The orders."""
        return [
            Choice(label, self._address(order=name), name == self.order)
            for name, (label, _) in ORDERS.items()
        ]

    @property
    def order_label(self) -> str:
        """The words of the chosen order."""
        return ORDERS[self.order][0]

    def _address(self, **changed: str) -> str:
        asked = {"stage": self.stage, "order": self.order} | changed
        given = {name: value for name, value in asked.items() if value and value != "stage"}
        return f"?{urlencode(given)}" if given else "?"
