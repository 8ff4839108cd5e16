"""Gates: what must be there before a shard's newest bars are evaluated, decided from measured values."""

from dataclasses import asdict, dataclass

from heliograph.engine.strategy import Data

# A share that is met but for the last bits of its division is met.
EVEN = 1e-9
# So many of the last bars are looked at for gaps.
GAP_WINDOW = 100


@dataclass(frozen=True, slots=True)
class Readings:
    """What was measured of a shard, the instruments aside for which no bars are awaited.

    `behind` counts bars: how many that closed since its newest one are not there. `have` of `of` instruments
    have the bar that closed last. `gaps_pct` is the percent of the last hundred bars that are missing. None:
    there is nothing to measure.
    """

    behind: int | None
    have: int
    of: int
    gaps_pct: float | None

    @property
    def complete_pct(self) -> float | None:
        """The percent of instruments that have the bar that closed last."""
        return 100 * self.have / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate: what was measured, what is asked, and the sentence for people."""

    name: str
    value: float | None
    limit: float
    open: bool
    says: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """All gates of a shard at one moment."""

    gates: tuple[Gate, ...] = ()

    @property
    def is_open(self) -> bool:
        """True if nothing speaks against an evaluation."""
        return all(gate.open for gate in self.gates)

    @property
    def is_stale(self) -> bool:
        """True if even the newest bar of the shard is too old."""
        return any(gate.name == "freshness" and not gate.open for gate in self.gates)

    @property
    def reason(self) -> str:
        """What speaks against it, in words; empty if nothing does."""
        return "; ".join(gate.says for gate in self.gates if not gate.open)

    def plain(self) -> dict[str, dict[str, object]]:
        """For a row: by the name of each gate its `value`, `limit`, `open` and `says`."""
        return {gate.name: {k: v for k, v in asdict(gate).items() if k != "name"} for gate in self.gates}


def judge(found: Readings, asked: Data) -> Verdict:
    """Holds what was measured against what a strategy asks for; what cannot be measured closes nothing."""
    complete = found.complete_pct
    return Verdict(
        (
            Gate(
                "freshness",
                found.behind,
                asked.fresh,
                found.behind is None or found.behind < asked.fresh,
                _freshness(found.behind, asked.fresh),
            ),
            Gate(
                "completeness",
                complete,
                asked.complete_pct,
                complete is None or complete >= asked.complete_pct - EVEN,
                f"{found.have:,} of {found.of:,} instruments have the bar that closed last, "
                f"{asked.complete_pct:g} % are asked for",
            ),
            Gate(
                "gaps",
                found.gaps_pct,
                asked.max_gaps_pct,
                found.gaps_pct is None or found.gaps_pct <= asked.max_gaps_pct + EVEN,
                _gaps(found.gaps_pct, asked.max_gaps_pct),
            ),
        )
    )


def _freshness(behind: int | None, fresh: int) -> str:
    if behind is None:
        return "no bar is awaited"
    bars = "bar" if behind == 1 else "bars"
    return f"the newest bar is {behind:,} {bars} behind, less than {fresh:,} are allowed"


def _gaps(pct: float | None, most: float) -> str:
    if pct is None:
        return "gaps are not known"
    return f"{pct:.1f} % of the last {GAP_WINDOW} bars are missing, {most:g} % are allowed"
