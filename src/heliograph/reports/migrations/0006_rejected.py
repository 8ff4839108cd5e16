"""What rejected signals would have come to, and the sums of that by reason.

`reports_wouldbe` is filled behind the commits of signals, from `reports_unlived`, in which a trigger notes
those that are rejected. What holds is the sums and what is noted together; triggers keep the sums of what is
written, whatever became of it before.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

sums = import_module(f"{__package__}.0001_sums")
regimes = import_module(f"{__package__}.0005_regimes")
# A key is 10 times the place of the reason, from 1 on and 0 for others, and the place of the state.
REASONS = (
    *("no_stop", "no_target", "no_confidence", "wrong_side", "both_sides"),
    *("min_confidence", "min_reward_risk", "cooldown", "opposite", "late_data"),
)
STATES = (
    *("waiting", "running", "settled", "missed"),
    *("no_levels", "no_candles", "unscored", "unresolved", "external"),
)
PARTS = f"{regimes.PARTS}, 'reject', 'reject_day'"


def place(name: str, names: tuple[str, ...], *, first: int) -> str:
    listed = ", ".join(f"'{one}'" for one in names)
    return f"coalesce(array_position(ARRAY[{listed}], {name}::text) - 1 + {first}, 0)"


KEY = f"(10 * {place('s.reason', REASONS, first=1)} + {place('w.state', STATES, first=0)})::bigint"
DAY = "s.bar_time AT TIME ZONE 'UTC'"


def measured(rows: str, more: str = "") -> str:
    """One row for each of `rows`, by the day of the bar; only what settled has measures."""
    known = {"r": "r", "return_pct": "pct", "mfe_r": "mfe", "mae_r": "mae"}
    finite = ", ".join(
        f"CASE WHEN w.state = 'settled' AND w.{name} BETWEEN -1e300 AND 1e300 THEN w.{name} END AS {short}"
        for name, short in known.items()
    )
    return f"""
SELECT sign, version_id, side, day, month, key,
       {", ".join(f"({term}) AS {name}" for name, term in sums.SUMS.items())}
FROM (
    SELECT *, width_bucket(r, {sums.array(sums.R_EDGES)}) AS r_bin, (pct > 0)::int AS hit,
           CASE WHEN pct IS NOT NULL AND confidence BETWEEN 0 AND 1 THEN confidence END AS said
    FROM (
        SELECT w.sign, s.version_id, s.side, ({DAY})::date AS day, date_trunc('month', {DAY})::date AS month,
               {KEY} AS key, s.confidence, CASE WHEN w.state = 'settled' THEN w.bars_held END AS bars_held,
               CASE WHEN w.state = 'settled'
                    THEN extract(epoch FROM w.exit_time - w.entry_time)::float8 END AS seconds, {finite}
        FROM ({rows}) AS w JOIN signals_signal AS s ON s.id = w.signal_id {more}
    ) AS life
) AS measured
"""


def rows_of(table: str, sign: int) -> str:
    names = "signal_id, state, entry_time, exit_time, r, return_pct, mfe_r, mae_r, bars_held"
    return f"SELECT {names}, {sign} AS sign FROM {table}"


def adding(rows: str, more: str = "") -> str:
    return f"""
INSERT INTO reports_sum (part, version_id, side, period, key, {sums.NAMES})
SELECT CASE grouping(day, month) WHEN 1 THEN 'reject_day' ELSE 'reject' END, version_id, side,
       coalesce(day, month), key, {", ".join(f"sum(sign * {name})" for name in sums.SUMS)}
FROM ({measured(rows, more)}) AS added
GROUP BY GROUPING SETS ((version_id, side, key, day), (version_id, side, key, month))
"""


def keeping(name: str, rows: str) -> str:
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {sums.LED} AS $$
DECLARE ids bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock('reports_sum'::regclass::bigint);
    SELECT array_agg(signal_id) INTO ids FROM changed;
    IF ids IS NULL THEN RETURN NULL; END IF;
    {adding(rows, "AND s.id = ANY (ids)")} {sums.ONTO};
    DELETE FROM reports_sum WHERE part IN ('reject', 'reject_day') AND number = 0;
    RETURN NULL;
END $$;"""


NULLS = (
    "NULL::timestamptz AS entry_time, NULL::timestamptz AS exit_time, NULL::float8 AS r, "
    "NULL::float8 AS return_pct, NULL::float8 AS mfe_r, NULL::float8 AS mae_r, NULL::int AS bars_held"
)
WAITING = f"SELECT signal_id, 'waiting' AS state, {NULLS}, 1 AS sign FROM reports_unlived"

MADE = f"""
CREATE TABLE reports_unlived (signal_id bigint NOT NULL);
CREATE INDEX reports_unlived_signal ON reports_unlived (signal_id);
ALTER TABLE reports_sum DROP CONSTRAINT reports_sum_part_check;
ALTER TABLE reports_sum ADD CONSTRAINT reports_sum_part_check CHECK (part IN ({PARTS}));
-- Those that are noted and not looked at yet.
CREATE VIEW reports_unlived_rows AS {measured(WAITING)};
CREATE FUNCTION reports_waiting() RETURNS SETOF reports_unlived_rows LANGUAGE sql STABLE {sums.LED} AS $$
    {measured(WAITING, "AND s.id = ANY (ARRAY(SELECT signal_id FROM reports_unlived))")}
$$;
"""
CHANGED = f"{rows_of('former', -1)} UNION ALL {rows_of('changed', 1)}"
TRIGGERS = f"""
CREATE FUNCTION reports_note_rejected() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reports_unlived SELECT id FROM added WHERE state = 'rejected';
    RETURN NULL;
END $$;
CREATE TRIGGER noted_if_rejected AFTER INSERT ON signals_signal REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION reports_note_rejected();
{keeping("reports_lived", rows_of("changed", 1))}
{keeping("reports_lived_on", CHANGED)}
CREATE TRIGGER lived AFTER INSERT ON reports_wouldbe REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION reports_lived();
CREATE TRIGGER lived_on AFTER UPDATE ON reports_wouldbe REFERENCING OLD TABLE AS former NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION reports_lived_on();
"""
# Signals that were written with triggers disabled are noted, too.
FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION reports_anew() RETURNS void LANGUAGE plpgsql SET jit = off AS $$
BEGIN
    PERFORM pg_advisory_xact_lock('reports_sum'::regclass::bigint);
    DELETE FROM reports_sum;
    WITH noted AS (DELETE FROM reports_unsummed) {regimes.ADD.format(where="")};
    {adding(rows_of("reports_wouldbe", 1))};
    DELETE FROM reports_unplaced;
    INSERT INTO reports_unplaced SELECT s.id FROM signals_signal AS s
    WHERE NOT EXISTS (SELECT FROM reports_regime AS g WHERE g.signal_id = s.id) ORDER BY s.id;
    DELETE FROM reports_unlived;
    INSERT INTO reports_unlived SELECT s.id FROM signals_signal AS s WHERE s.state = 'rejected'
      AND NOT EXISTS (SELECT FROM reports_wouldbe AS w WHERE w.signal_id = s.id) ORDER BY s.id;
END $$;
CREATE OR REPLACE FUNCTION reports_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM reports_sum; DELETE FROM reports_unsummed;
    DELETE FROM reports_unplaced; DELETE FROM reports_unlived;
    RETURN NULL;
END $$;
INSERT INTO reports_unlived SELECT id FROM signals_signal WHERE state = 'rejected' ORDER BY id;
"""
DROP = f"""
{regimes.FOLD}
DROP TRIGGER lived_on ON reports_wouldbe;
DROP TRIGGER lived ON reports_wouldbe;
DROP FUNCTION reports_lived_on();
DROP FUNCTION reports_lived();
DROP TRIGGER noted_if_rejected ON signals_signal;
DROP FUNCTION reports_note_rejected();
DROP FUNCTION reports_waiting();
DROP VIEW reports_unlived_rows;
DROP TABLE reports_unlived;
DELETE FROM reports_sum WHERE part IN ('reject', 'reject_day');
"""


class Migration(migrations.Migration):
    dependencies = [("signals", "0009_outcomes_know_their_bar"), ("reports", "0005_regimes")]

    operations = [
        migrations.CreateModel(
            name="WouldBe",
            fields=[
                (
                    "signal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="would_be",
                        serialize=False,
                        to="signals.signal",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("settled", "Settled"),
                            ("missed", "Missed"),
                            ("no_levels", "No Levels"),
                            ("no_candles", "No Candles"),
                            ("unscored", "Unscored"),
                            ("unresolved", "Unresolved"),
                            ("external", "External"),
                        ],
                        max_length=10,
                    ),
                ),
                ("entry_time", models.DateTimeField(null=True)),
                ("entry_price", models.FloatField(null=True)),
                ("exit_time", models.DateTimeField(null=True)),
                ("exit_price", models.FloatField(null=True)),
                ("exit_reason", models.CharField(default="", max_length=10)),
                ("r", models.FloatField(null=True)),
                ("return_pct", models.FloatField(null=True)),
                ("fees_pct", models.FloatField(null=True)),
                ("mfe_r", models.FloatField(null=True)),
                ("mae_r", models.FloatField(null=True)),
                ("bars_held", models.PositiveIntegerField(null=True)),
                ("look_from", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "reports_wouldbe",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "running")), fields=["signal"], name="wouldbe_running"
                    )
                ],
            },
        ),
        migrations.RunSQL(MADE + TRIGGERS + FUNCTIONS, DROP),
    ]
