"""The views for tools of business intelligence say what the rows say, and what their columns mean."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from heliograph.monitor.measure import known, unknown
from heliograph.monitor.store import roll_up, write
from heliograph.monitor.take import SCORE
from heliograph.reports.analytics import analytics
from heliograph.reports.asked import Asked
from heliograph.reports.quality.keep import keep_days
from heliograph.reports.sums import fold
from heliograph.signals.models import Signal
from tests.reports.ledger import fill, make_ledger, table
from tests.signals.world import NOW
from tests.web.world import make_world

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "views.md"
DESCRIBED = """
SELECT c.relname, obj_description(c.oid), a.attname, format_type(a.atttypid, NULL),
       col_description(c.oid, a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relkind = 'v' AND c.relname LIKE 'bi\\_%' ORDER BY c.relname, a.attnum
"""


def ask(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_results_by_day_are_those_of_the_rows():
    fill(make_ledger(), 60)
    fold(most=40)
    rows = table()

    found = ask("SELECT sum(settled), sum(hits), sum(sum_r), sum(sum_return_pct) FROM bi_results_by_day")

    total = analytics(Asked()).total
    wanted = (len(rows), (rows.return_pct > 0).sum(), rows.r.sum(), total.pct.total)
    assert [float(value) for value in found[0]] == pytest.approx(list(map(float, wanted)))
    assert ask("SELECT count(*), count(r) FROM bi_signals WHERE outcome = 'settled'") == [
        (len(rows), rows.r.notna().sum())
    ]


# What each view has to say, from the tables by themselves: each row of one is a row of the other.
BY_HAND = {
    "bi_signals": """
SELECT s.id, st.name, v.number, v.stage, v.timeframe, ve.name, i.symbol, s.side, s.bar_time, s.state,
       CASE WHEN s.reason <> '' THEN s.reason END::text, s.close, s.stop, s.confidence, s.reward_risk,
       s.historical, s.late, s.created_at, o.state, o.entry_time, o.entry_price, o.exit_time, o.exit_price,
       CASE WHEN o.exit_reason <> '' THEN o.exit_reason END::text, o.r, o.return_pct, o.fees_pct, o.mfe_r,
       o.mae_r, o.bars_held
FROM signals_signal s, signals_strategyversion v, signals_strategy st, market_instrument i, market_venue ve,
     (SELECT a.id AS of, b.* FROM signals_signal a LEFT JOIN signals_outcome b ON b.signal_id = a.id) o
WHERE v.id = s.version_id AND st.id = v.strategy_id AND i.id = s.instrument_id AND ve.id = i.venue_id
  AND o.of = s.id""",
    "bi_results_by_day": """
SELECT (o.exit_time AT TIME ZONE 'UTC')::date, st.name, v.number, s.side, count(*), count(*) FILTER
       (WHERE o.return_pct > 0), count(o.return_pct), count(o.r), round(coalesce(sum(o.r), 0)::numeric, 9),
       round(coalesce(sum(o.return_pct), 0)::numeric, 9)
FROM signals_outcome o JOIN signals_signal s ON s.id = o.signal_id
JOIN signals_strategyversion v ON v.id = s.version_id JOIN signals_strategy st ON st.id = v.strategy_id
WHERE o.state = 'settled' GROUP BY 1, 2, 3, 4""",
    "bi_quality_by_day": """
SELECT q.day, ve.name, i.symbol, se.timeframe, q.expected, q.stored, q.gaps, q.timed, q.timely, q.revised,
       q.judged, q.implausible, q.duplicates, q.measured_at
FROM reports_qualityday q, market_series se, market_instrument i, market_venue ve
WHERE se.id = q.series_id AND i.id = se.instrument_id AND ve.id = i.venue_id""",
    "bi_candles": """
SELECT (SELECT name FROM market_venue WHERE id = i.venue_id), i.symbol, c.timeframe, c.open_time, c.open,
       c.high, c.low, c.close, CASE WHEN c.volume <> 'NaN' THEN c.volume END
FROM candle c JOIN market_instrument i ON i.id = c.instrument_id""",
    "bi_measures_by_hour": """
SELECT date_bin('1 hour', p.at, 'epoch'), m.name, m.labels, count(p.number)::int, min(p.number),
       round(avg(p.number)::numeric, 9), max(p.number), (array_agg(p.number ORDER BY p.at DESC))[1]
FROM (SELECT at, u.id, u.number FROM monitor_sample, unnest(series, numbers) AS u(id, number)) p
JOIN monitor_series m ON m.id = p.id WHERE p.number IS NOT NULL GROUP BY 1, 2, 3""",
}
ROUNDED = {"sum_r", "sum_return_pct", "mean"}


def test_each_view_is_the_tables_row_by_row_and_column_by_column():
    fill(make_ledger(), 40)
    fold(most=20)
    make_world()
    keep_days(first=date(2024, 1, 1), last=date(2024, 1, 4), at=NOW)
    for place, score in enumerate((90.0, None, 80.5, 70.25)):
        look = known(SCORE, score) if score else unknown(SCORE, "nobody knows")
        write([look], at=NOON + place * timedelta(minutes=25), spent_ms=1)
    roll_up(at=NOON + timedelta(hours=3))

    for name, by_hand in BY_HAND.items():
        columns = [row[2] for row in ask(DESCRIBED) if row[0] == name]
        chosen = [f"round({one}::numeric, 9)" if one in ROUNDED else one for one in columns]
        told = sorted(ask(f"SELECT {', '.join(chosen)} FROM {name}"), key=repr)
        wanted = sorted(ask(by_hand), key=repr)
        assert told, name
        assert told == wanted, name


def test_the_role_of_the_page_reads_the_views_and_nothing_else():
    make_world()
    grant = re.search(r"GRANT SELECT ON [^;]+;", PAGE.read_text())[0]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE bi NOLOGIN; {grant} SET LOCAL ROLE bi")

    assert {name: len(ask(f"SELECT * FROM {name} LIMIT 1")) for name in ("bi_signals", "bi_candles")} == {
        "bi_signals": 1,
        "bi_candles": 1,
    }
    for name in {row[0] for row in ask(DESCRIBED)}:
        ask(f"SELECT count(*) FROM {name}")
    for statement in (
        "SELECT * FROM signals_signal",
        "SELECT * FROM accounts_person",
        "DELETE FROM bi_quality_by_day",
        "UPDATE bi_candles SET close = 1",
    ):
        with pytest.raises(DatabaseError, match=r"permission denied|cannot"), transaction.atomic():
            ask(statement)


def test_each_view_answers():
    make_world()
    counts = {name: ask(f"SELECT count(*) FROM {name}")[0][0] for name in {row[0] for row in ask(DESCRIBED)}}

    assert counts["bi_signals"] == Signal.objects.count()
    assert counts["bi_candles"] == 900
    assert set(counts) == {
        "bi_signals", "bi_results_by_day", "bi_quality_by_day", "bi_candles", "bi_measures_by_hour",
    }  # fmt: skip


def test_the_reference_says_what_the_database_says_of_itself():
    told = re.findall(
        r"^\| `(\w+)` \| ([\w ]+) \| (.+) \|$|^## `(\w+)`\n\n(.+)$", PAGE.read_text(), re.MULTILINE
    )
    views, wanted = {}, {}
    for column, kind, says, view, about in told:
        if view:
            newest = views[view] = (about, [])
        else:
            newest[1].append((column, kind, says))
    for view, about, column, kind, says in ask(DESCRIBED):
        wanted.setdefault(view, (about, []))[1].append((column, kind, says))
    assert views == wanted
