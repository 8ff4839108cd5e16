"""What the upkeep of the analytics finds out behind the commits of signals, made up in their place.

It is written as the upkeep writes it, a piece in one transaction, so that the triggers add it to the sums.
"""

import time
from collections.abc import Callable, Sequence
from math import isclose

PIECE = 50_000
REGIMES = """
INSERT INTO reports_regime (signal_id, regime)
SELECT id, CASE WHEN hashint8(id) %% 20 = 0 THEN 0 ELSE 1 + abs(hashint8(id)) %% 4 END
FROM signals_signal WHERE id > %s AND id <= %s
"""
# Of ten that were rejected eight would have settled, one would have missed its entry, one has no candles.
REJECTED = """
INSERT INTO reports_wouldbe
    (signal_id, state, entry_time, entry_price, exit_time, exit_price, exit_reason, r, return_pct, fees_pct,
     mfe_r, mae_r, bars_held)
SELECT id, state, CASE WHEN state = 'settled' THEN bar_time + interval '1 min' END, 100,
       CASE WHEN state = 'settled' THEN bar_time + interval '1 h' END, 100 + 2 * r,
       CASE WHEN state = 'settled' THEN 'stop' ELSE '' END, r, 2 * r - 0.2, 0.2, greatest(r, 0.3),
       least(r, -0.2), 60
FROM (
    SELECT id, bar_time,
           CASE WHEN id %% 10 < 8 THEN 'settled' WHEN id %% 10 = 8 THEN 'missed'
                ELSE 'no_candles' END AS state,
           CASE WHEN id %% 10 < 8 THEN ((id * 7919) %% 400 - 180) / 100.0 END AS r
    FROM signals_signal WHERE state = 'rejected' AND id > %s AND id <= %s
) AS made
"""
# Those of the newest that were looked at, as if nobody had.
NEW = """
INSERT INTO reports_unlived SELECT id FROM signals_signal WHERE state = 'rejected' ORDER BY id DESC LIMIT %s
"""
SETTLED = "INSERT INTO reports_unsummed SELECT signal_id FROM signals_outcome WHERE state = 'settled'"


def look_at_all() -> dict[str, float]:
    """The seconds that adding all of it took, of each kind."""
    from heliograph.reports.sums import fold

    _run(SETTLED, [])
    found = {"settled_s": seconds_of(fold)}
    found["regimes_s"] = seconds_of(lambda: _in_pieces(REGIMES))
    found["rejected_s"] = seconds_of(lambda: _in_pieces(REJECTED))
    return found


def sum_at_once() -> dict[str, float]:
    """The same, but formed in one go from rows that were written past the triggers: sooner for very many."""
    from heliograph.reports.sums import recount

    _run("SET session_replication_role = replica", [])
    found = {
        "regimes_s": seconds_of(lambda: _in_pieces(REGIMES)),
        "rejected_s": seconds_of(lambda: _in_pieces(REJECTED)),
    }
    _run("RESET session_replication_role", [])
    return found | {"recount_s": seconds_of(recount)}


# What the sums should say, from the rows, by a plain statement for each grouping.
RECOMPUTED = """
SELECT {key} AS key, count(*), count(*) FILTER (WHERE o.return_pct > 0), sum(o.r), sum(o.return_pct)
FROM signals_outcome AS o JOIN signals_signal AS s ON s.id = o.signal_id
JOIN signals_strategyversion AS v ON v.id = s.version_id
LEFT JOIN reports_regime AS g ON g.signal_id = s.id
WHERE o.state = 'settled' GROUP BY 1
"""
KEYS = {
    "strategy": "v.strategy_id",
    "version": "v.id",
    "instrument": "s.instrument_id",
    "timeframe": "v.timeframe",
    "side": "s.side",
    "hour": "extract(hour FROM s.bar_time AT TIME ZONE 'UTC')::int",
    "confidence": "least(floor(s.confidence * 10 + 1e-9), 9)::int",
    "regime": "coalesce(g.regime, -1)",
}
REJECTED_ROWS = """
SELECT count(*), count(*) FILTER (WHERE w.state = 'settled'), sum(w.r) FILTER (WHERE w.state = 'settled')
FROM signals_signal AS s LEFT JOIN reports_wouldbe AS w ON w.signal_id = s.id WHERE s.state = 'rejected'
"""


def compare_with_rows() -> None:
    """Every grouping, and the rejected, are what the rows say; ends the program where one is not."""
    from heliograph.reports.asked import Asked
    from heliograph.reports.groupings import By
    from heliograph.reports.rejected import rejected
    from heliograph.reports.sums import sums_by

    for by in By:
        wanted = {row[0]: row[1:] for row in _rows(RECOMPUTED.format(key=KEYS[by]))}
        told = {key: (one.number, one.hits, one.r, one.pct) for key, one in sums_by(Asked(), by).items()}
        if set(told) != set(wanted) or not all(_alike(told[key], wanted[key]) for key in wanted):
            raise SystemExit(f"The sums by {by} are not those of the rows.")
    found = rejected(Asked()).reasons
    told_rejected = [
        sum(getattr(one, name) or 0 for one in found) for name in ("rejected", "settled", "total_r")
    ]
    if not _alike(told_rejected, _rows(REJECTED_ROWS)[0]):
        raise SystemExit("The sums of rejected signals are not those of the rows.")


def _alike(told: Sequence[float], wanted: Sequence[float]) -> bool:
    return all(
        isclose(one, other, rel_tol=1e-9, abs_tol=1e-6) for one, other in zip(told, wanted, strict=True)
    )


def _rows(statement: str) -> list[tuple]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def leave_rejected(number: int) -> None:
    """As if so many rejected signals had not been looked at yet."""
    _run("DELETE FROM reports_unlived", [])
    _run(NEW, [number])


def seconds_of(act: Callable[[], object]) -> float:
    """How long that takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _in_pieces(statement: str) -> None:
    from heliograph.signals.models import Signal

    newest = Signal.objects.order_by("-pk").values_list("pk", flat=True)[0]
    for start in range(0, newest, PIECE):
        _run(statement, [start, start + PIECE])


def _run(statement: str, values: list[int]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values)
