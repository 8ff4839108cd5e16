"""Each use of the cache, with and without it."""

import statistics
import time
from collections.abc import Callable
from typing import Any

Run = Callable[[], object]


def microseconds(runs: dict[str, Run], *, times: int) -> dict[str, float]:
    """The median of each, measured in turn so that a busy moment meets all."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(times):
        for name, run in runs.items():
            begin = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - begin)
    return {name: 1e6 * statistics.median(values) for name, values in taken.items()}


def pages(near: Any, far: Any) -> dict[str, dict[str, float]]:
    """What the overview asks for: computed, from memory, and from Redis."""
    from heliograph.kit.clock import utc_now
    from heliograph.web.reads import freshness, overview

    at = utc_now()
    asked: dict[str, tuple[Any, dict[str, Any]]] = {
        "figures": (overview.figures, {"at": at}),
        "open signals": (overview.open_items, {"limit": 6}),
        "settled signals": (overview.settled_items, {"limit": 10}),
        "runs": (overview.runs, {}),
        "reasons": (overview.recent_reasons, {"at": at}),
        "freshness": (freshness.venues, {}),
        "newest series": (freshness.newest_lines, {"limit": 10}),
    }
    return {name: _three(read, named, near, far) for name, (read, named) in asked.items()}


def _three(read: Any, named: dict[str, Any], near: Any, far: Any) -> dict[str, float]:
    runs: dict[str, Run] = {
        "uncached": lambda: read.uncached(**named),
        "memory": lambda: read.of(near)(**named),
        "redis": lambda: read.of(far)(**named),
    }
    return microseconds(runs, times=40)


def lists(client: Any, near: Any) -> dict[str, dict[str, float]]:
    """Lists of the API: the answer alone, made and read, and the whole request through Django, which costs
    the same on top of either. An answer that was forgotten is made anew; forgetting it is not counted."""
    from heliograph.web.api.answers import key_of

    addresses = {
        "api signals": "/api/v1/signals?limit=50",
        "api instruments": "/api/v1/instruments?limit=50",
        "api strategies": "/api/v1/strategies",
    }
    found = {}
    for name, path in addresses.items():
        key = key_of(path, ())
        whole: dict[str, Run] = {
            "off": lambda path=path, key=key: (near.forget(key), client.get(path)),
            "on": lambda path=path: client.get(path),
        }
        taken = microseconds(whole, times=30)
        if near.get(key, kind=bytes) is None:
            raise SystemExit(f"The answer of {path} is not kept under {key}.")
        read = microseconds({"memory": lambda key=key: near.get(key, kind=bytes)}, times=200)["memory"]
        forgotten = microseconds({"forgotten": lambda: near.forget("api:nothing")}, times=30)["forgotten"]
        off, around = taken["off"] - forgotten, taken["on"] - read
        found[name] = {"uncached": off - around, "memory": read}
        found[f"{name}, the request"] = {"request uncached": off, "request cached": taken["on"]}
    return found


def windows(far: Any, ids: list[int], timeframe: str) -> dict[str, float]:
    """The newest bars of all instruments: from rows, and as arrays from Redis."""
    from heliograph.engine.bars import Bars
    from heliograph.market.bars import load_bars, newest_open

    end = int(newest_open(instruments=ids, timeframe=timeframe).max()) + 1
    start = end - 90 * 86_400_000

    def read() -> Bars:
        return load_bars(instruments=ids, timeframe=timeframe, start=start, end=end)

    far.set("windows:all", read(), ttl=600, levels=(2,))
    newest = end - 2 * 86_400_000
    return microseconds(
        {
            "uncached": read,
            "redis": lambda: far.get("windows:all", kind=Bars),
            "a tick's bar uncached": lambda: load_bars(
                instruments=ids, timeframe=timeframe, start=newest, end=end
            ),
        },
        times=20,
    )


def states() -> dict[str, dict[str, float]]:
    """A shard's state: replayed from its checkpoint, and as another process left it; and leaving it."""
    from heliograph.signals.compiled import compiled
    from heliograph.signals.models import Progress
    from heliograph.signals.stand import Stand
    from heliograph.signals.state import MEMORY, load_state
    from heliograph.signals.state_cache import keep_state

    MEMORY.clear()
    found = {}
    for row in Progress.objects.select_related("version__strategy").order_by("pk")[:5]:
        stand, made = Stand.of(row), compiled(row.version)
        cold = microseconds({"uncached": lambda stand=stand, made=made: load_state(stand, made)}, times=5)
        state = load_state(stand, made)
        warm = microseconds(
            {
                "leaving": lambda state=state: keep_state(state.stand, state.runner, unsaved=state.unsaved),
                "redis": lambda stand=stand, made=made: load_state(stand, made),
                "memory": lambda state=state: _taken_and_kept(state),
            },
            times=10,
        )
        found[f"state of {row.version.strategy.name}"] = cold | warm
    return found


def _taken_and_kept(state: Any) -> None:
    from heliograph.signals.state import MEMORY

    MEMORY.keep(state)
    if MEMORY.take(state.stand.progress_id, epoch=state.stand.epoch) is not state:
        raise SystemExit("The memory lost the state of a shard.")


def reference(near: Any) -> dict[str, dict[str, float]]:
    """Calendars of a shard's instruments, and a strategy's text made ready to run."""
    from heliograph.market.models import Instrument
    from heliograph.signals.compiled import compile_text
    from heliograph.signals.models import StrategyVersion
    from heliograph.signals.patience import calendars_of

    ids = list(Instrument.objects.values_list("pk", flat=True))
    version = StrategyVersion.objects.first()
    assert version is not None
    text = version.text
    return {
        "calendars of a shard": microseconds(
            {
                "uncached": lambda: calendars_of.uncached(ids),
                "memory": lambda: calendars_of.of(near)(ids),
            },
            times=50,
        ),
        "strategy text": microseconds(
            {"uncached": lambda: compile_text.__wrapped__(text), "memory": lambda: compile_text(text)},
            times=20,
        ),
    }
