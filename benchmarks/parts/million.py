"""A database with a million signals and how they ended: plausible, made up, and the same each time."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

MINUTES = 5
BAR = timedelta(minutes=MINUTES)
LAST_BAR = datetime(2026, 11, 27, tzinfo=UTC)
# So many candidates stand on each bar.
PER_BAR = 20
BATCH = 50_000
REASONS = {
    "min_confidence": "confidence 0.26 < 0.30",
    "min_reward_risk": "reward/risk 1.12 < 1.50",
    "cooldown": "3 of 12 bars have passed",
    "opposite": "",
}
SIGNAL = (
    "id, version_id, instrument_id, bar_time, side, state, reason, detail, close, stop, targets, confidence, "
    "reward_risk, historical, late, created_at"
)
OUTCOME = (
    "signal_id, instrument_id, bar_time, state, entry_time, entry_price, exit_time, exit_price, exit_reason, "
    "r, return_pct, fees_pct, mfe_r, mae_r, bars_held, parts, settled_at"
)
TEXT = """
name = "{name}"
timeframe = "5m"
[long]
enter = "crosses_above(ema(close, {fast}), ema(close, 30))"
stop = "close - 2 * atr(14)"
targets = ["close + 2 * atr(14)"]
expires = 48
"""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who gave the signals, and of what."""

    versions: list[int]
    instruments: list[int]


def fill(signals: int = 1_000_000, *, strategies: int = 10, instruments: int = 500) -> Cast:
    """Store so many signals with their outcomes, by versions of so many strategies.

    Needs a set-up Django and a database without signals; a million take less than a minute.
    """
    from django.db import connection

    cast = _cast(strategies, instruments)
    with connection.cursor() as cursor:
        for start in range(0, signals, BATCH):
            rows = list(_rows(cast, start, min(start + BATCH, signals), signals))
            for table, columns, lines in (
                ("signals_signal", SIGNAL, [signal for signal, _ in rows]),
                ("signals_outcome", OUTCOME, [outcome for _, outcome in rows if outcome]),
            ):
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    copy.write("".join(lines))
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('signals_signal', 'id'), max(id)) FROM signals_signal"
        )
        cursor.execute("VACUUM ANALYZE signals_signal, signals_outcome")
    return cast


def _cast(strategies: int, instruments: int) -> Cast:
    from heliograph.market.models import Instrument, Venue
    from heliograph.signals.models import Strategy, StrategyVersion

    venue = Venue.objects.create(name="million", kind=Venue.Kind.FILE)
    symbols = [Instrument(venue=venue, symbol=f"C{number:04d}/USDT") for number in range(instruments)]
    versions = []
    for number in range(strategies):
        name = f"Million {number:02d}"
        strategy = Strategy.objects.create(name=name, created_at=LAST_BAR)
        versions += [
            StrategyVersion.objects.create(
                strategy=strategy,
                number=place,
                text=TEXT.format(name=name, fast=8 + place),
                digest=f"{number}-{place}",
                timeframe="5m",
                stage=stage,
                created_at=LAST_BAR - timedelta(days=400),
            ).pk
            for place, stage in ((1, "retired"), (2, "live"))
        ]
    return Cast(versions, [one.pk for one in Instrument.objects.bulk_create(symbols)])


def _rows(cast: Cast, start: int, stop: int, signals: int) -> Iterator[tuple[str, str]]:
    """The lines of a signal and of its outcome, the oldest bar first; ids rise with the bars."""
    rng = np.random.default_rng(start)
    pairs = len(cast.versions) * len(cast.instruments)
    bars = (signals + PER_BAR - 1) // PER_BAR
    chance = rng.random((stop - start, 4)).tolist()
    moves = rng.normal(0.08, 1.1, stop - start).tolist()
    for number, (one, other, third, fourth), move in zip(range(start, stop), chance, moves, strict=True):
        bar, place = divmod(number, PER_BAR)
        # Steps that have no divisor in common with the pairs: no pair twice on a bar.
        pair = (bar * 7919 + place * 503) % pairs
        version = cast.versions[pair % len(cast.versions)]
        instrument = cast.instruments[pair // len(cast.versions)]
        opened = LAST_BAR - (bars - 1 - bar) * BAR
        yield _lines(number + 1, version, instrument, opened, (one, other, third, fourth), move, bars - bar)


def _lines(
    key: int, version: int, instrument: int, opened: datetime, chance: tuple, move: float, ago: int
) -> tuple[str, str]:
    one, other, third, fourth = chance
    close = round(10 ** (4 * third - 1), 4)
    way = 1 if other < 0.6 else -1
    risk = close * 0.01 * way
    stop, target = close - risk, close + 2 * risk
    published = one < 0.55
    reason = "" if published else list(REASONS)[int(fourth * len(REASONS))]
    at = (opened + BAR + timedelta(seconds=1)).isoformat()
    told = (
        *(key, version, instrument, opened.isoformat(), "long" if way == 1 else "short"),
        *("published" if published else "rejected", reason, REASONS.get(reason, ""), close, stop),
        *(f"{{{target}}}", round(0.3 + 0.7 * other, 4), 2.0, "f", "f", at),
    )
    own = (key, instrument, opened.isoformat())
    outcome = _outcome(own, opened, close, risk, move, ago, fourth) if published else ""
    return _line(told), outcome


def _outcome(
    own: tuple, opened: datetime, close: float, risk: float, move: float, ago: int, chance: float
) -> str:
    held = 1 + int(chance * 40)
    none = r"\N"
    if held >= ago:
        state = "open" if ago > 1 else "pending"
        entry = (opened + BAR).isoformat() if ago > 1 else none
        price = close if ago > 1 else none
        return _line((*own, state, entry, price, none, none, "", *[none] * 6, "[]", none))
    left = (opened + held * BAR).isoformat()
    if chance < 0.05:
        return _line((*own, "missed", *[none] * 4, "", *[none] * 6, "[]", left))
    r = max(-1.0, min(2.0, move))
    reason = "stop" if r == -1.0 else "target" if r == 2.0 else "exit"
    parts = [{"target": 1, "time": 1000, "price": close + 2 * risk, "fraction": 1.0}] if r == 2.0 else []
    settled = (
        *(*own, "settled", (opened + BAR).isoformat(), close, left, close + r * risk, reason, r),
        *(r * abs(risk) / close * 100 - 0.2, 0.2, max(r, 0.0) + 0.3, min(r, 0.0) - 0.2, held),
        *(json.dumps(parts), left),
    )
    return _line(settled)


def _line(values: tuple) -> str:
    return "\t".join(map(str, values)) + "\n"
