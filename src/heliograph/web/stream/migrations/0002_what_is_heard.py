"""What the stream hears of: triggers write an event wherever a row of signals, outcomes or the fleet changes.

They see every writer, those in SQL too, and the rooms below need not know of the stream.
"""

from django.db import migrations

ISO = '\'YYYY-MM-DD"T"HH24:MI:SS"Z"\''

# The same names as in notices of signals, and what a page needs besides.
SIGNAL = f"""jsonb_build_object(
    'signal_id', s.id, 'strategy', t.name, 'version', v.number, 'stage', v.stage, 'venue', e.name,
    'symbol', i.symbol, 'timeframe', v.timeframe, 'side', s.side,
    'bar_time', to_char(s.bar_time AT TIME ZONE 'UTC', {ISO}), 'close', s.close, 'stop', s.stop,
    'targets', to_jsonb(s.targets), 'confidence', s.confidence, 'reward_risk', s.reward_risk, 'late', s.late)"""

NAMES = """
    CROSS JOIN LATERAL (SELECT * FROM signals_strategyversion WHERE id = s.version_id OFFSET 0) v
    CROSS JOIN LATERAL (SELECT * FROM signals_strategy WHERE id = v.strategy_id OFFSET 0) t
    CROSS JOIN LATERAL (SELECT * FROM market_instrument WHERE id = s.instrument_id OFFSET 0) i
    CROSS JOIN LATERAL (SELECT * FROM market_venue WHERE id = i.venue_id OFFSET 0) e"""


# Cheap whatever the statistics say: see the migration of tallies.
def of(rows: str) -> str:
    """What changed in outcomes or revisions, with its signals and their names."""
    return f"""FROM {rows} o JOIN
        (SELECT * FROM signals_signal WHERE id = ANY (ARRAY(SELECT signal_id FROM {rows}))) s
        ON s.id = o.signal_id {NAMES}"""


ENDED = f"""jsonb_build_object(
    'state', o.state, 'entry_time', to_char(o.entry_time AT TIME ZONE 'UTC', {ISO}),
    'entry_price', o.entry_price, 'exit_time', to_char(o.exit_time AT TIME ZONE 'UTC', {ISO}),
    'exit_price', o.exit_price, 'exit_reason', nullif(o.exit_reason, ''), 'r', o.r,
    'return_pct', o.return_pct)"""

IS_NEWS = "o.settled_at IS NOT NULL AND o.state <> 'unscored' AND NOT s.historical"

COLUMNS = "INSERT INTO stream_event (topic, kind, strategy_id, strategy, symbol, data, at) SELECT"
RING = "IF FOUND THEN PERFORM pg_notify('heliograph_events', ''); END IF; RETURN NULL;"


def told(name: str, statement: str) -> str:
    return f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
        SET enable_seqscan = off SET enable_nestloop = off AS $$ BEGIN {statement}; {RING} END $$;"""


FUNCTIONS = [
    told(
        "stream_signals",
        f"""{COLUMNS} 'signals', 'signal.published', t.id, t.name, i.symbol, {SIGNAL}, clock_timestamp()
        FROM added s {NAMES} WHERE s.state = 'published' AND NOT s.historical ORDER BY s.id""",
    ),
    told(
        "stream_ends",
        f"""{COLUMNS} 'outcomes', 'signal.settled', t.id, t.name, i.symbol,
            {SIGNAL} || jsonb_build_object('outcome', {ENDED}), clock_timestamp()
        {of("added")} WHERE {IS_NEWS} ORDER BY s.id""",
    ),
    told(
        "stream_changed_ends",
        f"""{COLUMNS} 'outcomes', 'signal.settled', t.id, t.name, i.symbol,
            {SIGNAL} || jsonb_build_object('outcome', {ENDED}), clock_timestamp()
        {of("changed")}
        WHERE {IS_NEWS} AND o.signal_id NOT IN (SELECT signal_id FROM former WHERE settled_at IS NOT NULL)
        ORDER BY s.id""",
    ),
    told(
        "stream_revisions",
        f"""{COLUMNS} 'outcomes', 'signal.revised', t.id, t.name, i.symbol,
            {SIGNAL} || jsonb_build_object('outcome', {ENDED}, 'cause', o.cause), clock_timestamp()
        {of("added")} WHERE NOT s.historical ORDER BY o.id""",
    ),
    told(
        "stream_jobs",
        f"""{COLUMNS} 'progress', CASE NEW.state WHEN 'running' THEN 'job.progress'
            ELSE 'job.' || NEW.state END, NULL, '', '', jsonb_build_object(
            'job_id', NEW.id, 'kind', NEW.kind, 'title', NEW.title, 'state', NEW.state, 'done', NEW.done,
            'total', NEW.total, 'unit', NEW.unit, 'error', nullif(NEW.error, '')), clock_timestamp()""",
    ),
    told(
        "stream_work",
        f"""{COLUMNS} 'health', CASE WHEN NEW.state IN ('parked', 'dropped')
            THEN 'work.' || NEW.state ELSE 'work.resumed' END, NULL, '', '', jsonb_build_object(
            'kind', NEW.kind, 'key', NEW.key, 'tries', NEW.tries, 'error', nullif(NEW.error, '')),
            clock_timestamp()""",
    ),
    told(
        "stream_nodes",
        f"""{COLUMNS} 'health', TG_ARGV[0], NULL, '', '', jsonb_build_object(
            'node', NEW.name, 'queues', to_jsonb(NEW.queues),
            'reason', nullif(CASE TG_ARGV[0] WHEN 'node.draining' THEN NEW.reason
                WHEN 'node.ejected' THEN NEW.ejection_reason ELSE '' END, '')), clock_timestamp()""",
    ),
    told(
        "stream_notices",
        f"""{COLUMNS} 'health', NEW.topic, NULL, '', '',
            jsonb_build_object('subject', NEW.subject) || NEW.payload, clock_timestamp()""",
    ),
]

# A bar of progress has a hundred steps; where the whole is not known each report is told.
CAME_ON = """OLD.state <> NEW.state OR NEW.done <> OLD.done AND (
    coalesce(NEW.total, 0) <= 0
    OR floor(100.0 * NEW.done / NEW.total) <> floor(100.0 * OLD.done / NEW.total))"""

TRIGGERS = f"""
CREATE TRIGGER told_to_stream AFTER INSERT ON signals_signal REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION stream_signals();
CREATE TRIGGER told_to_stream AFTER INSERT ON signals_outcome REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION stream_ends();
CREATE TRIGGER end_told_to_stream AFTER UPDATE ON signals_outcome
    REFERENCING OLD TABLE AS former NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION stream_changed_ends();
CREATE TRIGGER told_to_stream AFTER INSERT ON signals_outcomerevision REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION stream_revisions();
CREATE TRIGGER told_to_stream AFTER INSERT ON fleet_job FOR EACH ROW EXECUTE FUNCTION stream_jobs();
CREATE TRIGGER progress_told_to_stream AFTER UPDATE ON fleet_job
    FOR EACH ROW WHEN ({CAME_ON}) EXECUTE FUNCTION stream_jobs();
CREATE TRIGGER told_to_stream AFTER UPDATE ON fleet_work
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND 'parked' IN (OLD.state, NEW.state))
    EXECUTE FUNCTION stream_work();
CREATE TRIGGER joining_told_to_stream AFTER INSERT ON fleet_node
    FOR EACH ROW EXECUTE FUNCTION stream_nodes('node.joined');
CREATE TRIGGER leaving_told_to_stream AFTER UPDATE ON fleet_node
    FOR EACH ROW WHEN (NEW."left" AND NOT OLD."left") EXECUTE FUNCTION stream_nodes('node.left');
CREATE TRIGGER return_told_to_stream AFTER UPDATE ON fleet_node
    FOR EACH ROW WHEN (NOT NEW."left" AND (OLD."left" OR NEW.heartbeat_at > OLD.heartbeat_at + interval '10 s'))
    EXECUTE FUNCTION stream_nodes('node.back');
CREATE TRIGGER draining_told_to_stream AFTER UPDATE ON fleet_node
    FOR EACH ROW WHEN (NEW.draining AND NOT OLD.draining) EXECUTE FUNCTION stream_nodes('node.draining');
CREATE TRIGGER ejection_told_to_stream AFTER UPDATE ON fleet_node
    FOR EACH ROW WHEN (NEW.ejections > OLD.ejections) EXECUTE FUNCTION stream_nodes('node.ejected');
CREATE TRIGGER told_to_stream AFTER INSERT ON notices_notice
    FOR EACH ROW WHEN (NEW.topic NOT LIKE 'signal.%%' AND NEW.topic NOT LIKE 'work.%%')
    EXECUTE FUNCTION stream_notices();
""".replace("%%", "%")

# Positions are given after the commit, by one at a time: who holds the row of the last one. Each statement
# of the function sees what was committed before it began, so what it numbers is all that precedes.
PLACE = """
CREATE FUNCTION stream_place_events(most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    reached bigint;
    placed integer;
BEGIN
    IF NOT EXISTS (SELECT FROM stream_event WHERE position IS NULL) THEN
        RETURN 0;
    END IF;
    INSERT INTO stream_last (id) VALUES (1) ON CONFLICT DO NOTHING;
    SELECT position INTO reached FROM stream_last WHERE id = 1 FOR UPDATE;
    UPDATE stream_event e SET position = reached + fresh.place
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM (
            SELECT id FROM stream_event WHERE position IS NULL ORDER BY id LIMIT most) AS oldest) AS fresh
    WHERE e.id = fresh.id;
    GET DIAGNOSTICS placed = ROW_COUNT;
    UPDATE stream_last SET position = reached + placed WHERE id = 1 AND placed > 0;
    RETURN placed;
END $$;
"""

FORGET = """
DROP FUNCTION stream_place_events(integer);
DROP FUNCTION stream_signals() CASCADE;
DROP FUNCTION stream_ends() CASCADE;
DROP FUNCTION stream_changed_ends() CASCADE;
DROP FUNCTION stream_revisions() CASCADE;
DROP FUNCTION stream_jobs() CASCADE;
DROP FUNCTION stream_work() CASCADE;
DROP FUNCTION stream_nodes() CASCADE;
DROP FUNCTION stream_notices() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("stream", "0001_rows"),
        ("signals", "0005_revisions_that_run_on"),
        ("fleet", "0005_work_taken_at"),
        ("notices", "0002_leases"),
    ]

    operations = [migrations.RunSQL("\n".join([*FUNCTIONS, TRIGGERS, PLACE]), FORGET)]
