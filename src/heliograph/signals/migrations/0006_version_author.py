"""Who wrote a version stands beside it, as final as its text."""

from django.db import migrations, models

COLUMNS = "strategy_id, number, text, digest, timeframe, origin, created_at"
FINAL = """
DROP TRIGGER version_text_is_final ON signals_strategyversion;
CREATE TRIGGER version_text_is_final BEFORE UPDATE ON signals_strategyversion
    FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION refuse_rewriting();
"""


def _final(columns: str) -> str:
    names = columns.split(", ")
    old, new = (", ".join(f"{row}.{name}" for name in names) for row in ("OLD", "NEW"))
    return FINAL.format(old=old, new=new)


class Migration(migrations.Migration):
    dependencies = [("signals", "0005_revisions_that_run_on")]

    operations = [
        migrations.AddField(
            model_name="strategyversion",
            name="author",
            field=models.CharField(db_default="", default="", max_length=120),
        ),
        migrations.RunSQL(_final(f"{COLUMNS}, author"), _final(COLUMNS)),
    ]
