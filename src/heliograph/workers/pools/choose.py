"""The pool that HELIOGRAPH_POOL names."""

from collections.abc import Callable
from pathlib import Path

from heliograph.kit.embedded import Home
from heliograph.kit.env import Environment
from heliograph.workers.pools.hook import HookPool
from heliograph.workers.pools.local import LocalPool
from heliograph.workers.pools.pool import BadPool, Pool, PoolFailed
from heliograph.workers.pools.systemd import SystemdPool


class NoPool:
    """Workers that somebody else cares for: the policy advises, nobody acts."""

    name = "none"

    def __init__(self, sized: Callable[[], int]) -> None:
        self.size = sized

    def resize(self, size: int, *, reason: str) -> None:
        """Nobody can be asked."""
        raise PoolFailed("No pool is set; HELIOGRAPH_POOL names one.")

    def describe(self) -> str:
        """What it is, in a sentence."""
        return "no pool: the number of workers is left as it is"


def pool_of(environment: Environment, *, sized: Callable[[], int]) -> Pool:
    """The pool of the environment; BadPool where there is none of that name."""
    named = environment.text("HELIOGRAPH_POOL", default="none")
    if named.startswith(("http://", "https://")):
        return HookPool.of(named, environment=environment, sized=sized)
    if named == "local":
        home = environment.text("HELIOGRAPH_HOME", default="")
        return LocalPool(Home.open(Path(home) if home else None))
    if named == "systemd":
        return SystemdPool()
    if named == "none":
        return NoPool(sized)
    raise BadPool(f"HELIOGRAPH_POOL is '{named}'; it is none, local, systemd or an address of https://.")
