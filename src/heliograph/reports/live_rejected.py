"""Finds out what rejected signals would have come to, behind their commits, as their shards go on."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from heliograph.market.wire import to_datetime
from heliograph.reports.models import WouldBe as Row
from heliograph.signals.changed import tell_of_change
from heliograph.signals.models import Signal
from heliograph.signals.would_be import Fate, WouldBe, would_be

# Signals of one transaction. The queue may be long: so far it is looked into.
MOST = 20_000
# Versions and instruments with signals that nobody looked at, or that run and whose shards have reached what
# they wait for; and how far each shard has come.
PAIRS = """
WITH shard AS (
    SELECT version_id, instrument, timestamptz 'epoch' + max(reached) * interval '1 ms' AS reached
    FROM signals_progress, unnest(instruments, watermarks) AS u (instrument, reached) GROUP BY 1, 2
), pair AS (
    SELECT version_id, instrument_id FROM signals_signal
    WHERE id = ANY (ARRAY(SELECT signal_id FROM reports_unlived LIMIT %(most)s))
    UNION
    SELECT s.version_id, s.instrument_id
    FROM reports_wouldbe AS w JOIN signals_signal AS s ON s.id = w.signal_id
    JOIN shard ON shard.version_id = s.version_id AND shard.instrument = s.instrument_id
    WHERE w.state = 'running' AND w.look_from <= shard.reached
)
SELECT pair.version_id, pair.instrument_id, shard.reached
FROM pair LEFT JOIN shard ON shard.version_id = pair.version_id AND shard.instrument = pair.instrument_id
"""


LIVED = (
    *("entry_price", "exit_price", "exit_reason", "r", "return_pct", "fees_pct", "mfe_r", "mae_r"),
    "bars_held",
)
WRITTEN = ("state", "entry_time", "exit_time", "look_from", *LIVED)


def live_rejected(*, at: datetime, stop: Callable[[], bool] = lambda: False) -> int:
    """Of those that are due, as long as `stop` says nothing else; returns how many were looked at."""
    looked = 0
    for version, instrument, reached in _pairs():
        if stop():
            break
        signals = _due(version, instrument, reached)
        _store(signals, would_be(signals, at=at) if signals else [])
        looked += len(signals)
    return looked


def _pairs() -> list[tuple[int, int, datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, {"most": MOST})
        return cursor.fetchall()


def _due(version: int, instrument: int, reached: datetime | None) -> list[Signal]:
    new = Q(would_be__isnull=True)
    due = new if reached is None else new | Q(would_be__state=Fate.RUNNING, would_be__look_from__lte=reached)
    rows = Signal.objects.filter(
        due, version=version, instrument=instrument, state=Signal.State.REJECTED
    ).select_related("version__strategy", "instrument__venue")
    return list(rows.order_by("bar_time")[:MOST])


@transaction.atomic
def _store(signals: Sequence[Signal], found: Sequence[WouldBe]) -> None:
    rows = [_row(signal, one) for signal, one in zip(signals, found, strict=True)]
    Row.objects.bulk_create(rows, update_conflicts=True, unique_fields=["signal"], update_fields=WRITTEN)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM reports_unlived WHERE signal_id = ANY (%s)", [[one.pk for one in signals]]
        )
    tell_of_change()


def _row(signal: Signal, found: WouldBe) -> Row:
    row, life = Row(signal=signal, state=found.fate.value), found.life
    if found.look_from is not None:
        row.look_from = to_datetime(found.look_from)
    if life is None:
        return row
    for name in LIVED:
        setattr(row, name, getattr(life, name))
    row.entry_time, row.exit_time = (
        None if time is None else to_datetime(time) for time in (life.entry_time, life.exit_time)
    )
    return row
