"""A rollout as people read it: each gate with what was measured and what is allowed."""

from dataclasses import dataclass
from typing import Any

from heliograph.signals.models import Rollout
from heliograph.web.numbers import DASH, fixed, signed


@dataclass(frozen=True, slots=True)
class GateLine:
    """One gate: `measured` is a dash with `why` while it cannot judge."""

    name: str
    measured: str
    limit: str
    why: str = ""


def gate_lines(rollout: Rollout) -> list[GateLine]:
    """The gates that are asked for, as they were measured last."""
    gates, seen = rollout.gates, rollout.measured
    lines = [_worse(gates, seen), _refused(gates, seen), _loud(gates, seen), _failing(gates, seen)]
    return [line for line in lines if line is not None]


def _worse(gates: dict[str, Any], seen: dict[str, Any]) -> GateLine | None:
    if gates.get("max_drop_r") is None:
        return None
    gap, needed = seen.get("mean_r_difference") or {}, gates.get("min_settled", 0)
    limit = f"the interval not wholly below {signed(-gates['max_drop_r'], 2)}"
    name = "Mean R against the former version"
    if gap.get("n", 0) < needed or gap.get("high") is None:
        return GateLine(name, DASH, limit, f"{gap.get('n', 0)} settled on both sides, {needed} needed")
    spread = f"{signed(gap['low'], 2)} to {signed(gap['high'], 2)}"
    return GateLine(name, f"{signed(gap['value'], 2)} ({spread}, n {gap['n']})", limit)


def _refused(gates: dict[str, Any], seen: dict[str, Any]) -> GateLine | None:
    if gates.get("max_rejected_pct") is None:
        return None
    rejected, published = seen.get("rejected", 0), seen.get("published", 0)
    limit, candidates = f"at most {gates['max_rejected_pct']:g} %", rejected + published
    needed = gates.get("min_candidates", 0)
    if candidates < max(1, needed):
        return GateLine("Rejected candidates", DASH, limit, f"{candidates} candidates, {needed} needed")
    return GateLine(
        "Rejected candidates", f"{fixed(100 * rejected / candidates, 1)} % of {candidates:,}", limit
    )


def _loud(gates: dict[str, Any], seen: dict[str, Any]) -> GateLine | None:
    if gates.get("max_rate") is None:
        return None
    limit, needed = f"at most {gates['max_rate']:g} times", gates.get("min_published", 0)
    least = min(seen.get("published", 0), seen.get("published_before", 0))
    rate, before = seen.get("rate"), seen.get("rate_before")
    name = "Signals for each bar against before"
    if least < needed or not rate or not before:
        return GateLine(name, DASH, limit, f"{least} published on one side, {needed} needed")
    return GateLine(name, f"{fixed(rate / before, 1)} times", limit)


def _failing(gates: dict[str, Any], seen: dict[str, Any]) -> GateLine | None:
    if gates.get("max_failures") is None:
        return None
    limit = f"at most {gates['max_failures']}"
    if "failures" not in seen:
        return GateLine("Failures of a shard in a row", DASH, limit, "not looked at yet")
    return GateLine("Failures of a shard in a row", f"{seen['failures']}", limit)
