"""Counts that go along with the rows: each statement adds what it changed, and nobody waits for another.

A row of `signals_tally` is a difference; what holds is their sum. `fold` makes few of many.
"""

from django.db import migrations

TABLE = """
CREATE TABLE signals_tally (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version_id bigint NOT NULL, venue_id bigint NOT NULL, side varchar(5) NOT NULL,
    historical boolean NOT NULL,
    -- published or rejected, of signals; else the state of an outcome.
    state varchar(10) NOT NULL,
    -- Why it was rejected.
    reason varchar(24) NOT NULL,
    number bigint NOT NULL,
    -- Of settled ones: how many had a return above zero, and the sums of R and of returns with their squares.
    hits bigint NOT NULL DEFAULT 0,
    with_r bigint NOT NULL DEFAULT 0, r float8 NOT NULL DEFAULT 0, r_squares float8 NOT NULL DEFAULT 0,
    pct float8 NOT NULL DEFAULT 0, pct_squares float8 NOT NULL DEFAULT 0,
    newest timestamptz
);
CREATE INDEX signals_tally_of_version ON signals_tally (version_id);
"""

KEY = "version_id, venue_id, side, historical, state, reason"
SUMS = "number, hits, with_r, r, r_squares, pct, pct_squares, newest"

OF_SIGNALS = """
SELECT s.version_id, i.venue_id, s.side, s.historical, s.state, s.reason,
       count(*), 0, 0, 0::float8, 0::float8, 0::float8, 0::float8, max(s.bar_time)
FROM {rows} s
CROSS JOIN LATERAL (SELECT venue_id FROM market_instrument WHERE id = s.instrument_id OFFSET 0) i
GROUP BY 1, 2, 3, 4, 5, 6
"""
# `sign` is 1 for what came to be and -1 for what is no more.
OF_OUTCOMES = """
SELECT s.version_id, i.venue_id, s.side, s.historical, o.state, '',
       sum(o.sign), coalesce(sum(o.sign) FILTER (WHERE o.state = 'settled' AND o.return_pct > 0), 0),
       coalesce(sum(o.sign) FILTER (WHERE o.state = 'settled' AND o.r IS NOT NULL), 0),
       coalesce(sum(o.sign * o.r) FILTER (WHERE o.state = 'settled'), 0),
       coalesce(sum(o.sign * o.r * o.r) FILTER (WHERE o.state = 'settled'), 0),
       coalesce(sum(o.sign * o.return_pct) FILTER (WHERE o.state = 'settled'), 0),
       coalesce(sum(o.sign * o.return_pct * o.return_pct) FILTER (WHERE o.state = 'settled'), 0), NULL
FROM ({rows}) o {join}
GROUP BY 1, 2, 3, 4, 5 HAVING sum(o.sign) <> 0 OR bool_or(o.state = 'settled')
"""
# Cheap whatever the statistics say. A session keeps its plan, and to one made while the tables were empty, or seemed
# so, any plan is as good as another: it would read a table, or a longer index that holds the id too, for each row.
# So the signals are asked for once, and what is found is joined by hashing.
EACH = """
JOIN (SELECT * FROM signals_signal WHERE id = ANY (ARRAY(SELECT signal_id FROM {rows}))) s ON s.id = o.signal_id
CROSS JOIN LATERAL (SELECT venue_id FROM market_instrument WHERE id = s.instrument_id OFFSET 0) i
"""
ALL = "JOIN signals_signal s ON s.id = o.signal_id JOIN market_instrument i ON i.id = s.instrument_id"


def rows_of(table: str, sign: int) -> str:
    return f"SELECT signal_id, state, r, return_pct, {sign} AS sign FROM {table}"


def adding(name: str, select: str) -> str:
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_nestloop = off AS $$
BEGIN INSERT INTO signals_tally ({KEY}, {SUMS}) {select}; RETURN NULL; END $$;"""


CHANGED = f"{rows_of('former', -1)} UNION ALL {rows_of('changed', 1)}"
TRIGGERS = f"""
{adding("tally_signals", OF_SIGNALS.format(rows="added"))}
{adding("tally_outcomes", OF_OUTCOMES.format(rows=rows_of("added", 1), join=EACH.format(rows="added")))}
{adding("tally_changed_outcomes", OF_OUTCOMES.format(rows=CHANGED, join=EACH.format(rows="changed")))}
CREATE TRIGGER tallied AFTER INSERT ON signals_signal REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_signals();
CREATE TRIGGER tallied AFTER INSERT ON signals_outcome REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_outcomes();
CREATE FUNCTION tally_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN DELETE FROM signals_tally; RETURN NULL; END $$;
CREATE TRIGGER emptied AFTER TRUNCATE ON signals_signal FOR EACH STATEMENT EXECUTE FUNCTION tally_nothing();
CREATE TRIGGER change_tallied AFTER UPDATE ON signals_outcome
    REFERENCING OLD TABLE AS former NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tally_changed_outcomes();

CREATE FUNCTION tally_anew() RETURNS void LANGUAGE sql AS $$
    DELETE FROM signals_tally;
    INSERT INTO signals_tally ({KEY}, {SUMS}) {OF_SIGNALS.format(rows="signals_signal")};
    INSERT INTO signals_tally ({KEY}, {SUMS})
    {OF_OUTCOMES.format(rows=rows_of("signals_outcome", 1), join=ALL)};
$$;
SELECT tally_anew();
"""
# Counting what was found of late, and listing what settled last.
INDEXES = """
CREATE INDEX signal_found ON signals_signal (created_at) WHERE NOT historical;
CREATE INDEX outcome_settled_last ON signals_outcome (settled_at DESC, exit_time DESC, signal_id DESC)
    WHERE state = 'settled';
"""

DROP = """
DROP INDEX signal_found;
DROP INDEX outcome_settled_last;
DROP FUNCTION tally_signals() CASCADE;
DROP FUNCTION tally_outcomes() CASCADE;
DROP FUNCTION tally_changed_outcomes() CASCADE;
DROP FUNCTION tally_nothing() CASCADE;
DROP FUNCTION tally_anew();
DROP TABLE signals_tally;
"""


class Migration(migrations.Migration):
    dependencies = [("signals", "0006_version_author")]

    operations = [migrations.RunSQL(TABLE + TRIGGERS + INDEXES, DROP)]
