"""Our own most asked questions with the indexes that they rest on, and without them.

They are dropped in a transaction that is undone.
"""

import statistics
import time
from collections.abc import Callable

Question = Callable[[], object]
TABLES = ["signals_signal", "signals_outcome"]
# Keys stay: without them the tables would say other things.
PLAIN = """
SELECT indexrelid::regclass::text FROM pg_index
WHERE indrelid = ANY(SELECT name::regclass FROM unnest(%s::text[]) AS name) AND NOT indisunique
"""


def questions() -> dict[str, Question]:
    """The lists of the pages and the API, and what the overview counts, none of it cached."""
    from heliograph.kit.clock import utc_now
    from heliograph.signals.queries import SignalFilter, list_signals
    from heliograph.web.reads import overview

    at = utc_now()
    filters = {
        "newest signals": SignalFilter(),
        "settled signals": SignalFilter(state="settled"),
        "settled of an instrument": SignalFilter(state="settled", symbol="C00154/USDT"),
        "open signals": SignalFilter(state="open"),
        "missed signals": SignalFilter(state="missed"),
        "signals of a strategy": SignalFilter(strategy="Tick 2"),
    }
    lists = {name: lambda one=one: list_signals(one, limit=50) for name, one in filters.items()}
    return {
        **lists,
        "figures of the overview": lambda: overview.figures.uncached(at=at),
        "last settled": lambda: overview.settled_items.uncached(limit=10),
    }


def with_and_without(*, times: int) -> dict[str, dict[str, float]]:
    """Median milliseconds of each question with all indexes, and without those that are no keys."""
    from django.db import connection, transaction

    asked = questions()
    found = {name: {"with_ms": _median_ms(ask, times)} for name, ask in asked.items()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PLAIN, [TABLES])
        for (index,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {index}")
        for name, ask in asked.items():
            found[name]["without_ms"] = _median_ms(ask, times)
        transaction.set_rollback(True)
    return found


def _median_ms(ask: Question, times: int) -> float:
    ask()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - began)
    return 1000 * statistics.median(taken)
