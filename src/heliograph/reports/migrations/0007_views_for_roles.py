"""Results by day for a role that may read the views and nothing else.

A function in a view is run by whoever asks, and may read no more than they: what is not summed yet was asked
for by one, so that such a role was refused. A view reads what its owner may.
"""

from importlib import import_module

from django.db import migrations

views = import_module("heliograph.reports.migrations.0004_views_for_bi")
NAME = "bi_results_by_day"
SAYS, SOURCE, COLUMNS = views.VIEWS[NAME]
NOT_SUMMED = """reports_settled
WHERE signal_id = ANY (ARRAY(SELECT signal_id FROM reports_unsummed))
  AND of_signal = ANY (ARRAY(SELECT signal_id FROM reports_unsummed))"""


def anew(source: str) -> str:
    """The same columns from elsewhere; comments and grants stay."""
    chosen = ", ".join(f"{term} AS {column}" for column, (term, _) in COLUMNS.items())
    return f"CREATE OR REPLACE VIEW {NAME} AS SELECT {chosen} {source};"


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_rejected")]

    operations = [
        migrations.RunSQL(anew(SOURCE.replace("reports_pending()", NOT_SUMMED)), anew(SOURCE)),
    ]
