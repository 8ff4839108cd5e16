"""Sums of settled signals, so that no answer reads all of them.

A settled outcome is final, so it is added once. Whoever settles only notes its id in `reports_unsummed`, and
waits for nobody; `reports_fold` adds those to `reports_sum`. What holds is the sums and what is noted
together.
"""

from django.db import migrations

# Where a bin begins; the first bin is below all of them, each holds its lower edge (engine: R_EDGES).
R_EDGES = [edge / 2 for edge in range(-6, 11)]
R_BINS = [f"r_bin_{place}" for place in range(len(R_EDGES) + 1)]
# As numpy's linspace has them: 3 * 0.1 is a little above 0.3.
CONFIDENCE_EDGES = [place * 0.1 for place in range(10)]
NO_CONFIDENCE = 10


def array(edges: list[float]) -> str:
    return f"ARRAY[{', '.join(map(repr, edges))}]::float8[]"


# What each signal adds. `hit` is 1 or 0, and null where the return is unknown.
COUNTS = {
    "number": "1",
    "with_pct": "(pct IS NOT NULL)::int",
    "hits": "coalesce(hit, 0)",
    "with_r": "(r IS NOT NULL)::int",
    "with_mfe": "(mfe IS NOT NULL)::int",
    "with_mae": "(mae IS NOT NULL)::int",
    "with_bars": "(bars_held IS NOT NULL)::int",
    "with_seconds": "(seconds IS NOT NULL)::int",
    # With a return and a confidence that is a probability.
    "said": "(said IS NOT NULL)::int",
    "said_hits": "CASE WHEN said IS NULL THEN 0 ELSE hit END",
    **{name: f"(r_bin IS NOT NULL AND r_bin = {place})::int" for place, name in enumerate(R_BINS)},
}
AMOUNTS = {
    "pct": "coalesce(pct, 0)",
    "pct_squares": "coalesce(pct * pct, 0)",
    "pct_won": "coalesce(greatest(pct, 0), 0)",
    "pct_lost": "coalesce(least(pct, 0), 0)",
    "r": "coalesce(r, 0)",
    "r_squares": "coalesce(r * r, 0)",
    "r_won": "coalesce(greatest(r, 0), 0)",
    "r_lost": "coalesce(least(r, 0), 0)",
    "mfe": "coalesce(mfe, 0)",
    "mae": "coalesce(mae, 0)",
    "bars": "coalesce(bars_held, 0)",
    "seconds": "coalesce(seconds, 0)",
    "said_confidence": "coalesce(said, 0)",
    "said_squares": "coalesce((said - hit) * (said - hit), 0)",
    # (`greatest` passes over nulls.)
    "said_log_loss": "CASE WHEN said IS NULL THEN 0"
    " ELSE -ln(greatest(CASE WHEN hit = 1 THEN said ELSE 1 - said END, 1e-15)) END",
}
SUMS = COUNTS | AMOUNTS
NAMES = ", ".join(SUMS)

TABLES = f"""
CREATE TABLE reports_sum (
    -- What is told apart by `key`: nothing, instruments (by id), hours of the signal's bar, bins of confidence.
    part varchar(10) NOT NULL CHECK (part IN ('day', 'instrument', 'hour', 'confidence')),
    version_id bigint NOT NULL, side varchar(5) NOT NULL,
    -- The UTC day of the exit in part `day`, the first of its month in the others.
    period date NOT NULL, key bigint NOT NULL,
    {", ".join(f"{name} bigint NOT NULL" for name in COUNTS)},
    {", ".join(f"{name} float8 NOT NULL" for name in AMOUNTS)},
    PRIMARY KEY (part, period, version_id, side, key)
) WITH (fillfactor = 80);
CREATE TABLE reports_unsummed (signal_id bigint NOT NULL);
"""

# What is not finite is unknown. (To PostgreSQL, NaN is above all numbers.)
VIEW = f"""
CREATE VIEW reports_settled AS
SELECT signal_id, of_signal, version_id, side, instrument_id, exit_time,
       (exit_time AT TIME ZONE 'UTC')::date AS day,
       date_trunc('month', exit_time AT TIME ZONE 'UTC')::date AS month,
       extract(hour FROM bar_time AT TIME ZONE 'UTC')::bigint AS hour,
       CASE WHEN confidence BETWEEN 0 AND 1
            THEN width_bucket(confidence, {array(CONFIDENCE_EDGES)}) - 1
            ELSE {NO_CONFIDENCE} END::bigint AS confidence,
       {", ".join(f"({term}) AS {name}" for name, term in SUMS.items())}
FROM (
    SELECT *, width_bucket(r, {array(R_EDGES)}) AS r_bin, (pct > 0)::int AS hit,
           CASE WHEN pct IS NOT NULL AND confidence BETWEEN 0 AND 1 THEN confidence END AS said
    FROM (
        SELECT o.signal_id, s.id AS of_signal, s.version_id, s.side, o.instrument_id, o.exit_time, s.bar_time,
               s.confidence, o.bars_held, extract(epoch FROM o.exit_time - o.entry_time)::float8 AS seconds,
               CASE WHEN o.r BETWEEN -1e300 AND 1e300 THEN o.r END AS r,
               CASE WHEN o.return_pct BETWEEN -1e300 AND 1e300 THEN o.return_pct END AS pct,
               CASE WHEN o.mfe_r BETWEEN -1e300 AND 1e300 THEN o.mfe_r END AS mfe,
               CASE WHEN o.mae_r BETWEEN -1e300 AND 1e300 THEN o.mae_r END AS mae
        FROM signals_outcome o JOIN signals_signal s ON s.id = o.signal_id
        WHERE o.state = 'settled' AND o.exit_time IS NOT NULL
    ) AS outcome
) AS measured;
"""

ADD = f"""
INSERT INTO reports_sum (part, version_id, side, period, key, {NAMES})
SELECT CASE grouping(day, instrument_id, hour, confidence)
           WHEN 7 THEN 'day' WHEN 11 THEN 'instrument' WHEN 13 THEN 'hour' ELSE 'confidence' END,
       version_id, side, coalesce(day, month), coalesce(instrument_id, hour, confidence, 0),
       {", ".join(f"sum({name})" for name in SUMS)}
FROM reports_settled
{{where}}
GROUP BY GROUPING SETS ((version_id, side, day), (version_id, side, month, instrument_id),
                        (version_id, side, month, hour), (version_id, side, month, confidence))
"""
ONTO = f"""
ON CONFLICT (part, period, version_id, side, key) DO UPDATE
SET {", ".join(f"{name} = reports_sum.{name} + EXCLUDED.{name}" for name in SUMS)}
"""
# By index whatever the statistics say, and each signal asked for once: see signals/tallies.
LED = "SET enable_seqscan = off SET enable_nestloop = off SET jit = off"
FUNCTIONS = f"""
CREATE FUNCTION reports_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO reports_unsummed SELECT signal_id FROM changed WHERE state = 'settled'; RETURN NULL; END $$;
CREATE FUNCTION reports_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN DELETE FROM reports_sum; DELETE FROM reports_unsummed; RETURN NULL; END $$;

CREATE FUNCTION reports_fold(most int) RETURNS int LANGUAGE plpgsql {LED} AS $$
DECLARE ids bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock('reports_sum'::regclass::bigint);
    WITH taken AS (
        DELETE FROM reports_unsummed
        WHERE ctid = ANY (ARRAY(SELECT ctid FROM reports_unsummed LIMIT most)) RETURNING signal_id
    ) SELECT array_agg(signal_id) INTO ids FROM taken;
    IF ids IS NULL THEN RETURN 0; END IF;
    {ADD.format(where="WHERE signal_id = ANY (ids) AND of_signal = ANY (ids)")} {ONTO};
    RETURN cardinality(ids);
END $$;

-- Those that are noted and not yet added.
CREATE FUNCTION reports_pending() RETURNS SETOF reports_settled LANGUAGE sql STABLE {LED} AS $$
    SELECT * FROM reports_settled
    WHERE signal_id = ANY (ARRAY(SELECT signal_id FROM reports_unsummed))
      AND of_signal = ANY (ARRAY(SELECT signal_id FROM reports_unsummed))
$$;

-- The last statement sees outcomes and notes at one moment: what settles meanwhile stays noted.
CREATE FUNCTION reports_anew() RETURNS void LANGUAGE plpgsql SET jit = off AS $$
BEGIN
    PERFORM pg_advisory_xact_lock('reports_sum'::regclass::bigint);
    DELETE FROM reports_sum;
    WITH noted AS (DELETE FROM reports_unsummed) {ADD.format(where="")};
END $$;
"""
TRIGGERS = """
CREATE TRIGGER noted_for_reports AFTER INSERT ON signals_outcome REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION reports_note();
CREATE TRIGGER change_noted_for_reports AFTER UPDATE ON signals_outcome REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION reports_note();
CREATE TRIGGER emptied_for_reports AFTER TRUNCATE ON signals_outcome
    FOR EACH STATEMENT EXECUTE FUNCTION reports_nothing();
SELECT reports_anew();
"""
DROP = """
DROP TRIGGER emptied_for_reports ON signals_outcome;
DROP TRIGGER change_noted_for_reports ON signals_outcome;
DROP TRIGGER noted_for_reports ON signals_outcome;
DROP FUNCTION reports_anew();
DROP FUNCTION reports_pending();
DROP FUNCTION reports_fold(int);
DROP FUNCTION reports_nothing();
DROP FUNCTION reports_note();
DROP VIEW reports_settled;
DROP TABLE reports_unsummed;
DROP TABLE reports_sum;
"""


class Migration(migrations.Migration):
    dependencies = [("signals", "0009_outcomes_know_their_bar")]

    operations = [migrations.RunSQL(TABLES + VIEW + FUNCTIONS + TRIGGERS, DROP)]
