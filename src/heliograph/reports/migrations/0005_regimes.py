"""The regime of each signal's instrument at its bar, and the sums of settled signals by it.

`reports_regime` is filled behind the commits of signals, from `reports_unplaced`, in which a trigger notes
them. A settled signal whose regime is not looked at yet is summed under NOT_YET; triggers move it when the
regime comes, or changes.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

sums = import_module(f"{__package__}.0001_sums")
NOT_YET = -1
PARTS = "'day', 'instrument', 'hour', 'confidence', 'regime'"

TABLES = f"""
CREATE TABLE reports_unplaced (signal_id bigint NOT NULL);
ALTER TABLE reports_sum DROP CONSTRAINT reports_sum_part_check;
ALTER TABLE reports_sum ADD CONSTRAINT reports_sum_part_check CHECK (part IN ({PARTS}));
CREATE FUNCTION reports_regime_of(bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT regime::bigint FROM reports_regime WHERE signal_id = $1), {NOT_YET})
$$;
"""

ADD = f"""
INSERT INTO reports_sum (part, version_id, side, period, key, {sums.NAMES})
SELECT CASE grouping(day, instrument_id, hour, confidence, regime)
           WHEN 15 THEN 'day' WHEN 23 THEN 'instrument' WHEN 27 THEN 'hour' WHEN 29 THEN 'confidence'
           ELSE 'regime' END,
       version_id, side, coalesce(day, month), coalesce(instrument_id, hour, confidence, regime, 0),
       {", ".join(f"sum({name})" for name in sums.SUMS)}
FROM (SELECT *, reports_regime_of(signal_id) AS regime FROM reports_settled {{where}}) AS settled
GROUP BY GROUPING SETS ((version_id, side, day), (version_id, side, month, instrument_id),
                        (version_id, side, month, hour), (version_id, side, month, confidence),
                        (version_id, side, month, regime))
"""
FOLD = f"""
CREATE OR REPLACE FUNCTION reports_fold(most int) RETURNS int LANGUAGE plpgsql {sums.LED} AS $$
DECLARE ids bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock('reports_sum'::regclass::bigint);
    WITH taken AS (
        DELETE FROM reports_unsummed
        WHERE ctid = ANY (ARRAY(SELECT ctid FROM reports_unsummed LIMIT most)) RETURNING signal_id
    ) SELECT array_agg(signal_id) INTO ids FROM taken;
    IF ids IS NULL THEN RETURN 0; END IF;
    {ADD.format(where="WHERE signal_id = ANY (ids) AND of_signal = ANY (ids)")} {sums.ONTO};
    RETURN cardinality(ids);
END $$;

CREATE OR REPLACE FUNCTION reports_anew() RETURNS void LANGUAGE plpgsql SET jit = off AS $$
BEGIN
    PERFORM pg_advisory_xact_lock('reports_sum'::regclass::bigint);
    DELETE FROM reports_sum;
    WITH noted AS (DELETE FROM reports_unsummed) {ADD.format(where="")};
END $$;

CREATE OR REPLACE FUNCTION reports_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM reports_sum; DELETE FROM reports_unsummed; DELETE FROM reports_unplaced;
    RETURN NULL;
END $$;
"""

# Of those that are added already: what is only noted is added by its regime of then.
MOVE = f"""
INSERT INTO reports_sum (part, version_id, side, period, key, {sums.NAMES})
SELECT 'regime', version_id, side, month, place, {", ".join(f"sum(sign * {name})" for name in sums.SUMS)}
FROM reports_settled AS settled JOIN ({{places}}) AS placed (of_place, place, sign) ON of_place = signal_id
WHERE signal_id = ANY (ids) AND of_signal = ANY (ids)
  AND NOT EXISTS (SELECT FROM reports_unsummed AS noted WHERE noted.signal_id = settled.signal_id)
GROUP BY version_id, side, month, place
{sums.ONTO};
DELETE FROM reports_sum WHERE part = 'regime' AND number = 0;
"""


def moving(name: str, former: str) -> str:
    """Triggers see both states in one statement; the sums of a signal go from one place to the other."""
    places = f"SELECT {former} UNION ALL SELECT signal_id, regime, 1 FROM changed"
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {sums.LED} AS $$
DECLARE ids bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock('reports_sum'::regclass::bigint);
    SELECT array_agg(signal_id) INTO ids FROM changed;
    IF ids IS NULL THEN RETURN NULL; END IF;
    {MOVE.format(places=places)}
    RETURN NULL;
END $$;"""


TRIGGERS = f"""
CREATE FUNCTION reports_note_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO reports_unplaced SELECT id FROM added; RETURN NULL; END $$;
CREATE TRIGGER noted_for_regimes AFTER INSERT ON signals_signal REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION reports_note_place();
{moving("reports_place", f"signal_id, {NOT_YET}, -1 FROM changed")}
{moving("reports_place_anew", "signal_id, regime, -1 FROM former")}
CREATE TRIGGER placed AFTER INSERT ON reports_regime REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION reports_place();
CREATE TRIGGER placed_anew AFTER UPDATE ON reports_regime REFERENCING OLD TABLE AS former NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION reports_place_anew();
"""
# What is there already: nothing of it is looked at yet.
BEGIN = f"""
INSERT INTO reports_unplaced SELECT id FROM signals_signal ORDER BY id;
INSERT INTO reports_sum (part, version_id, side, period, key, {sums.NAMES})
SELECT 'regime', version_id, side, period, {NOT_YET}, {", ".join(f"sum({name})" for name in sums.SUMS)}
FROM reports_sum WHERE part = 'hour' GROUP BY version_id, side, period;
"""
DROP = f"""
DROP TRIGGER placed_anew ON reports_regime;
DROP TRIGGER placed ON reports_regime;
DROP FUNCTION reports_place_anew();
DROP FUNCTION reports_place();
DROP TRIGGER noted_for_regimes ON signals_signal;
DROP FUNCTION reports_note_place();
{sums.FUNCTIONS.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")}
DROP FUNCTION reports_regime_of(bigint);
DELETE FROM reports_sum WHERE part = 'regime';
DROP TABLE reports_unplaced;
"""


class Migration(migrations.Migration):
    dependencies = [("signals", "0009_outcomes_know_their_bar"), ("reports", "0004_views_for_bi")]

    operations = [
        migrations.CreateModel(
            name="RegimeOfSignal",
            fields=[
                (
                    "signal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="regime",
                        serialize=False,
                        to="signals.signal",
                    ),
                ),
                ("regime", models.SmallIntegerField()),
            ],
            options={"db_table": "reports_regime"},
        ),
        migrations.RunSQL(TABLES + FOLD + TRIGGERS + BEGIN, DROP),
    ]
