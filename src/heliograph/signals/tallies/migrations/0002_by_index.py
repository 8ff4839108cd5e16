"""A plan that a session made while the tables were small would read them whole for each row ever after."""

from django.db import migrations

FUNCTIONS = ("tally_signals", "tally_outcomes", "tally_changed_outcomes")
SET = "".join(f"ALTER FUNCTION {name}() SET enable_seqscan = off;" for name in FUNCTIONS)
RESET = "".join(f"ALTER FUNCTION {name}() RESET enable_seqscan;" for name in FUNCTIONS)


class Migration(migrations.Migration):
    dependencies = [("tallies", "0001_tallies")]

    operations = [migrations.RunSQL(SET, RESET)]
