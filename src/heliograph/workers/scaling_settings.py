"""The settings of scaling in the environment."""

import os
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from heliograph.fleet.scaling import BadPolicy, Policy
from heliograph.fleet.scaling.read import read_policy
from heliograph.kit.env import Environment

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class ScalingSettings:
    """The policy and how it is acted on."""

    policy: Policy
    # The memory that one worker may have; None: nobody said, so its share is not looked at.
    memory_bytes: int | None
    dry_run: bool
    effect_after: timedelta

    @classmethod
    def read(cls, environment: Environment) -> "ScalingSettings":
        """From the environment and the file of HELIOGRAPH_SCALING; BadPolicy or BadSetting if wrong."""
        megabytes = environment.number("HELIOGRAPH_WORKER_MEMORY_MB", default=0)
        return cls(
            policy=_policy(environment, is_memory_known=megabytes > 0),
            memory_bytes=megabytes * MEGABYTE or None,
            dry_run=environment.flag("HELIOGRAPH_POOL_DRY_RUN", default=False),
            effect_after=timedelta(seconds=environment.number("HELIOGRAPH_POOL_EFFECT_SECONDS", default=60)),
        )


def _policy(environment: Environment, *, is_memory_known: bool) -> Policy:
    least = environment.number("HELIOGRAPH_WORKERS_MIN", default=1)
    most = environment.number("HELIOGRAPH_WORKERS_MAX", default=max(os.cpu_count() or 1, least))
    policy = Policy(least=least, most=most)
    if named := environment.text("HELIOGRAPH_SCALING", default=""):
        try:
            text = Path(named).read_text()
        except OSError as fault:
            raise BadPolicy(f"HELIOGRAPH_SCALING: {named} cannot be read ({fault.strerror}).") from fault
        policy = read_policy(text, default=policy)
    if is_memory_known:
        return policy
    return replace(policy, targets=replace(policy.targets, memory_pct=None))
