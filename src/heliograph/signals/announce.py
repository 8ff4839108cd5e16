"""Tells of signals and of their ends: notices in the transaction that makes them true."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import connection

from heliograph.market.models import Instrument
from heliograph.market.wire import to_datetime
from heliograph.signals.lives import Key, Life
from heliograph.signals.models import Outcome, StrategyVersion
from heliograph.signals.rows import SIDES, SignalRow

Stage = StrategyVersion.Stage
PUBLISHED, SETTLED = "signal.published", "signal.settled"
LONGEST_SUBJECT = 128

# Who was not told of a signal is not told of its end; the end carries all that the signal did. Times of the
# outcome and of its parts are those of bars.
TELL = f"""
WITH begun AS (
    INSERT INTO notices_notice (topic, subject, payload, created_at)
    SELECT '{PUBLISHED}', subject, payload::jsonb, %(at)s
    FROM unnest(%(subjects)s::text[], %(payloads)s::text[]) AS u(subject, payload)
    ON CONFLICT (topic, subject) DO NOTHING
    RETURNING subject, payload
), told AS (
    SELECT subject, payload FROM begun
    UNION ALL
    SELECT subject, payload FROM notices_notice
    WHERE topic = '{PUBLISHED}' AND subject = ANY(%(ended)s::text[])
)
INSERT INTO notices_notice (topic, subject, payload, created_at)
SELECT '{SETTLED}', e.subject, told.payload || jsonb_build_object('outcome', jsonb_build_object(
    'state', o.state, 'entry_time', to_char(o.entry_time AT TIME ZONE 'UTC', %(iso)s),
    'entry_price', o.entry_price, 'exit_time', to_char(o.exit_time AT TIME ZONE 'UTC', %(iso)s),
    'exit_price', o.exit_price, 'exit_reason', nullif(o.exit_reason, ''), 'r', o.r,
    'return_pct', o.return_pct, 'fees_pct', o.fees_pct, 'mfe_r', o.mfe_r, 'mae_r', o.mae_r,
    'bars_held', o.bars_held, 'parts', (
        SELECT coalesce(jsonb_agg(part || jsonb_build_object('time', to_char(
            to_timestamp((part->>'time')::float8 / 1000) AT TIME ZONE 'UTC', %(iso)s))), '[]')
        FROM jsonb_array_elements(o.parts) AS part))), %(at)s
FROM (
    -- One look into the index for each: a join would go by statistics, which lag behind.
    SELECT subject, (
        SELECT id FROM signals_signal
        WHERE version_id = %(version)s AND instrument_id = u.instrument AND bar_time = u.bar_time
          AND side = u.side
    ) AS id
    FROM unnest(%(ended)s::text[], %(instruments)s::bigint[], %(times)s::timestamptz[], %(sides)s::text[])
         AS u(subject, instrument, bar_time, side)
) AS e
JOIN told USING (subject)
JOIN signals_outcome o ON o.signal_id = e.id
ON CONFLICT (topic, subject) DO NOTHING
"""
ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'


@dataclass(frozen=True, slots=True)
class Ended:
    """A signal that ended, by its key; `side` is a word."""

    instrument: int
    bar_time: datetime
    side: str


@dataclass(frozen=True, slots=True)
class Name:
    """An instrument as notices name it."""

    venue: str
    symbol: str

    @property
    def place(self) -> int:
        """Where it stands in any universe, 0 to 99: by its name alone, so that a larger share holds the
        smaller one."""
        return int.from_bytes(sha256(f"{self.venue} {self.symbol}".encode()).digest()[:8]) % 100


def tell(
    version: StrategyVersion,
    rows: Sequence[SignalRow],
    lives: Iterable[tuple[Key, Life]],
    *,
    instruments: Sequence[int],
    at: datetime,
) -> None:
    """Tells of the signals that a step published and of those that it ended, as far as the version announces.

    Historical and late signals are not told of.
    """
    if version.stage not in (Stage.LIVE, Stage.RETIRED):
        return
    begun = [row for row in rows if row.published and not row.historical and not row.late]
    over = [
        Ended(instruments[key.row], to_datetime(key.time), SIDES[key.side])
        for key, life in lives
        if life.is_over and life.state != Outcome.State.UNSCORED
    ]
    _write(version, begun if version.stage == Stage.LIVE else [], over, at=at)


def tell_ended(version: StrategyVersion, ended: Sequence[Ended], *, at: datetime) -> None:
    """Tells of ends that came from outside a step; their outcomes are written already."""
    _write(version, [], ended, at=at)


def subject_of(version: StrategyVersion, name: Name, bar_time: datetime, side: str) -> str:
    """The same for the same signal in every run: no id, no clock."""
    moment = iso(bar_time)
    subject = f"signal:{version.strategy.name}@{version.number}:{name.venue}:{name.symbol}:{moment}:{side}"
    return shortened(subject)


def shortened(subject: str) -> str:
    """The same, or where it is too long its start and a hash of it."""
    if len(subject) <= LONGEST_SUBJECT:
        return subject
    return f"{subject[:60]}…{sha256(subject.encode()).hexdigest()}"


def _write(
    version: StrategyVersion, begun: Sequence[SignalRow], ended: Sequence[Ended], *, at: datetime
) -> None:
    if not begun and not ended:
        return
    names = names_of({row.instrument for row in begun} | {one.instrument for one in ended})
    told = [
        (_subject(version, names[row.instrument], row), _payload(version, names[row.instrument], row))
        for row in begun
        if version.share_from <= names[row.instrument].place < version.share_to
    ]
    facts = {
        "version": version.pk,
        "at": at,
        "iso": ISO,
        "subjects": [subject for subject, _ in told],
        "payloads": [json.dumps(payload, allow_nan=False) for _, payload in told],
        "ended": [subject_of(version, names[one.instrument], one.bar_time, one.side) for one in ended],
        "instruments": [one.instrument for one in ended],
        "times": [one.bar_time for one in ended],
        "sides": [one.side for one in ended],
    }
    with connection.cursor() as cursor:
        cursor.execute(TELL, facts)


def names_of(instruments: Iterable[int]) -> dict[int, Name]:
    """How notices name these instruments, by id."""
    rows = Instrument.objects.filter(pk__in=list(instruments))
    return {pk: Name(venue, symbol) for pk, venue, symbol in rows.values_list("pk", "venue__name", "symbol")}


def _subject(version: StrategyVersion, name: Name, row: SignalRow) -> str:
    return subject_of(version, name, to_datetime(row.key.time), SIDES[row.key.side])


def _payload(version: StrategyVersion, name: Name, row: SignalRow) -> dict[str, object]:
    """All that a receiver needs; see docs/concepts/notices-of-signals.md for the types."""
    return {
        "strategy": version.strategy.name,
        "version": version.number,
        "venue": name.venue,
        "symbol": name.symbol,
        "timeframe": version.timeframe,
        "side": SIDES[row.key.side],
        "bar_time": iso(to_datetime(row.key.time)),
        "close": row.close,
        "stop": row.stop,
        "targets": row.targets,
        "confidence": row.confidence,
        "reward_risk": row.reward_risk,
    }


def iso(moment: datetime) -> str:
    """As notices write times of bars."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
