"""Lists of ends by an instrument or in a rare state read all signals: an outcome knows what it is found by."""

import django.db.models.deletion
from django.db import migrations, models

# What is final stays so: these are facts of its signal.
FILL = """
ALTER TABLE signals_outcome DISABLE TRIGGER USER;
UPDATE signals_outcome o SET instrument_id = s.instrument_id, bar_time = s.bar_time
FROM signals_signal s WHERE s.id = o.signal_id;
ALTER TABLE signals_outcome ENABLE TRIGGER USER;
"""
SETTLED = models.Q(state="settled")


def _instrument(*, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        to="market.instrument",
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        db_index=False,
        null=null,
    )


class Migration(migrations.Migration):
    dependencies = [("signals", "0008_lists_by_history_and_confidence")]

    operations = [
        migrations.AddField("outcome", "instrument", _instrument(null=True)),
        migrations.AddField("outcome", "bar_time", models.DateTimeField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("outcome", "instrument", _instrument()),
        migrations.AlterField("outcome", "bar_time", models.DateTimeField()),
        migrations.RemoveIndex("outcome", "outcome_by_state"),
        migrations.AddIndex(
            "outcome",
            models.Index(fields=["-exit_time", "-signal"], condition=SETTLED, name="outcome_settled"),
        ),
        migrations.AddIndex(
            "outcome",
            models.Index(
                fields=["instrument", "-exit_time", "-signal"], condition=SETTLED, name="outcome_settled_of"
            ),
        ),
        migrations.AddIndex(
            "outcome",
            models.Index(
                fields=["state", "-bar_time", "-signal"], condition=~SETTLED, name="outcome_not_settled"
            ),
        ),
    ]
