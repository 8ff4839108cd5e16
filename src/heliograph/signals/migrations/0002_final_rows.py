"""What was published is never rewritten: the database itself refuses it."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: what it says is final', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER signal_is_final BEFORE UPDATE OR DELETE ON signals_signal
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();

CREATE TRIGGER ended_outcome_is_final BEFORE UPDATE ON signals_outcome
    FOR EACH ROW WHEN (OLD.state NOT IN ('pending', 'open')) EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER outcome_is_kept BEFORE DELETE ON signals_outcome
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();

CREATE TRIGGER revision_is_final BEFORE UPDATE OR DELETE ON signals_outcomerevision
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();

CREATE TRIGGER version_text_is_final BEFORE UPDATE ON signals_strategyversion
    FOR EACH ROW WHEN (
        (OLD.strategy_id, OLD.number, OLD.text, OLD.digest, OLD.timeframe, OLD.origin, OLD.created_at)
        IS DISTINCT FROM
        (NEW.strategy_id, NEW.number, NEW.text, NEW.digest, NEW.timeframe, NEW.origin, NEW.created_at)
    ) EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER version_is_kept BEFORE DELETE ON signals_strategyversion
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
"""

ALLOW = """
DROP TRIGGER version_is_kept ON signals_strategyversion;
DROP TRIGGER version_text_is_final ON signals_strategyversion;
DROP TRIGGER revision_is_final ON signals_outcomerevision;
DROP TRIGGER outcome_is_kept ON signals_outcome;
DROP TRIGGER ended_outcome_is_final ON signals_outcome;
DROP TRIGGER signal_is_final ON signals_signal;
DROP FUNCTION refuse_rewriting;
"""


class Migration(migrations.Migration):
    dependencies = [("signals", "0001_rows")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
