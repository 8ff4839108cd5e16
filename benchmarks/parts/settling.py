"""What noting for the analytics adds to writing signals and their ends as a step writes them."""

from datetime import timedelta
from itertools import count

from benchmarks.parts.rows import cpu_seconds

TRIGGERS = (
    *((name, "signals_outcome") for name in ("noted_for_reports", "change_noted_for_reports")),
    *((name, "signals_signal") for name in ("noted_for_regimes", "noted_if_rejected")),
)
# Signals of a step.
SIGNALS = 50


def write_ms(rounds: int) -> dict[str, float]:
    """Processor milliseconds of publishing signals in a step and settling them in another: with noting, and
    without it, by turns; and of adding what was noted by both.
    """
    numbers = count()
    spent = {"with": 0.0, "without": 0.0}
    for kind in spent:
        _noting(kind == "with")
        _steps(numbers, rounds=3)
    for _ in range(rounds):
        for kind in spent:
            _noting(kind == "with")
            begun = cpu_seconds()
            _steps(numbers, rounds=1)
            spent[kind] += cpu_seconds() - begun
    _noting(True)
    return {kind: 1000 * seconds / rounds for kind, seconds in spent.items()} | {"adding": _adding_ms(rounds)}


def _noting(wanted: bool) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for name, table in TRIGGERS:
            cursor.execute(f"ALTER TABLE {table} {'ENABLE' if wanted else 'DISABLE'} TRIGGER {name}")


def _steps(numbers: count, *, rounds: int) -> None:
    """Publish signals in one transaction and settle them in another, so many times."""
    from django.db import transaction

    from heliograph.kit.clock import utc_now
    from heliograph.market.models import Instrument
    from heliograph.signals.lives import Key, Life
    from heliograph.signals.models import StrategyVersion
    from heliograph.signals.rows import SignalRow, continue_outcomes, insert_signals

    version, ids = (
        StrategyVersion.objects.latest("pk").pk,
        list(Instrument.objects.values_list("pk", flat=True)),
    )
    ids, at = ids[:SIGNALS], utc_now()
    for _ in range(rounds):
        bar = int((at + timedelta(days=next(numbers))).timestamp()) * 1000
        keys = [Key(row, 1, bar) for row in range(len(ids))]
        rows = [
            SignalRow(key, ids[key.row], True, "", "", 100.0, 98.0, [104.0], 0.5, 2.0, False, False)
            for key in keys
        ]
        with transaction.atomic():
            insert_signals(rows, {key: Life("open", bar, 100.0) for key in keys}, version=version, at=at)
        ended = Life("settled", bar, 100.0, bar + 60_000, 104.0, "target", 2.0, 3.8, 0.2, 2.0, -0.1, 60)
        with transaction.atomic():
            told = [(key, ended) for key in keys]
            continue_outcomes(told, instruments=ids, version=version, at=at)


def _adding_ms(rounds: int) -> float:
    from heliograph.reports.sums import fold

    begun = cpu_seconds()
    fold()
    return 1000 * (cpu_seconds() - begun) / rounds
