"""The cache: what a hit costs in each level, hit rates on a replayed day, and each use with and without.

The day: the sample is loaded, its strategies run over it, and held-back bars are played one after the other
through the real pipeline, while viewers have the overview and the lists of the API open.
"""

import argparse
import json
import os
import sys
from datetime import timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.parts import cached_levels, cached_uses
from benchmarks.parts.database import database

PATHS = ("/", "/api/v1/signals?limit=50", "/api/v1/instruments?limit=50", "/api/v1/strategies")


def play_day(client: Any, cache: Any, *, bars: int, viewers: int) -> dict[str, Any]:
    """Play bars; after each, every viewer asks for each page once. Hit rates over all levels, by prefix."""
    from heliograph.kit.clock import utc_now
    from heliograph.market.models import Replay
    from heliograph.market.sources.replay.play import play_due
    from heliograph.signals.generate import generate

    at = utc_now()
    for bar in range(bars):
        at += timedelta(seconds=10)
        Replay.objects.update(played_at=None)
        play_due(at=at)
        generate(at=at)
        for _ in range(viewers):
            for path in PATHS:
                if client.get(path).status_code != 200:
                    raise SystemExit(f"{path} failed.")
        print(f"\rbar {bar + 1} of {bars}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return rates(cache.counters())


def viewer() -> Any:
    """A browser in which somebody who only looks is signed in."""
    from django.test import Client

    from heliograph.accounts.people import add_person
    from heliograph.kit.clock import utc_now

    client = Client()
    client.force_login(add_person("viewer", role="viewer", at=utc_now()))
    return client


def rates(counters: Any) -> dict[str, Any]:
    """Hits of all that was asked, over all levels and by prefix."""
    found = {
        name: (one.near_hits + one.far_hits, one.near_hits + one.far_hits + one.misses)
        for name, one in counters.prefixes.items()
        if name in {"overview", "freshness", "api"}
    }
    hits, asked = (sum(pair[place] for pair in found.values()) for place in (0, 1))
    by_prefix = {name: one / all_of_them for name, (one, all_of_them) in found.items()}
    return {"hit_rate": hits / asked, "asked": asked, "by_prefix": by_prefix, "unpaid": counters.unpaid}


def show(title: str, found: dict[str, dict[str, float]]) -> None:
    """Print one table; columns as they come."""
    columns = list(dict.fromkeys(name for row in found.values() for name in row))
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    for name, row in found.items():
        table.add_row(name, *[f"{row[column]:,.2f}" if column in row else "" for column in columns])
    Console(width=140).print(table)


def measure(asked: argparse.Namespace, urls: dict[str, str]) -> dict[str, Any]:
    """All parts, on a sample that was caught up."""
    from heliograph.kit.cache import Cache, cache, process
    from heliograph.kit.clock import utc_now
    from heliograph.market.models import Instrument
    from heliograph.workers.sample import catch_up, make_sample_ready

    at, near = utc_now(), cache()
    make_sample_ready(at=at, say=lambda line: print(line, file=sys.stderr))
    catch_up(at=at, say=lambda line: print(line, file=sys.stderr))
    far, table = Cache(0, urls["redis_url"]), Cache(0, None, urls["database_url"])
    client = viewer()
    levels = cached_levels.hits(near, far, table, urls["redis_url"])
    seen = cached_levels.changes(near, asked.changes)
    day = play_day(client, near, bars=asked.bars, viewers=asked.viewers)
    ids = list(Instrument.objects.filter(venue__name="replay-us_shares_1d").values_list("pk", flat=True))
    ids = ids or list(Instrument.objects.values_list("pk", flat=True))
    uses = {
        **cached_uses.pages(near, far),
        **cached_uses.lists(client, near),
        **cached_uses.reference(near),
        **cached_uses.states(),
        "candle windows": cached_uses.windows(far, ids, "1d"),
    }
    for one in (far, table, *process._own.values()):
        one.close()
    return {"levels_us": levels, "change_seen": seen, "day": day, "uses_us": uses}


def main() -> None:
    """Measure, and print tables and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bars", type=int, default=60)
    parser.add_argument("--viewers", type=int, default=40)
    parser.add_argument("--changes", type=int, default=50)
    asked = parser.parse_args()
    # One viewer asks in the place of many: no person's limits count.
    os.environ |= {"HELIOGRAPH_HOSTS": "testserver", "HELIOGRAPH_API_READS": "0"}
    with database() as folder:
        from heliograph.kit.embedded import Home
        from heliograph.kit.embedded.connect import embedded

        with embedded(Home.open(folder / "home")) as urls:
            os.environ["REDIS_URL"] = urls["redis_url"]
            found = measure(asked, urls)
    for use in found["uses_us"].values():
        if "uncached" in use:
            best = min(use[name] for name in ("memory", "redis") if name in use)
            use["cached of uncached"] = best / use["uncached"]
    show("A hit, microseconds", found["levels_us"])
    show("Uses, microseconds", found["uses_us"])
    print(f"a change is seen by another process after {found['change_seen']}; the day: {found['day']}")
    print(json.dumps({"benchmark": "cache", **vars(asked), **found}))


if __name__ == "__main__":
    main()
