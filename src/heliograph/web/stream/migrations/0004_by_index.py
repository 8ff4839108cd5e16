"""A plan that a session made while the tables were small would read them whole for each row ever after."""

from django.db import migrations

FUNCTIONS = ("stream_signals", "stream_ends", "stream_changed_ends", "stream_revisions")
SET = "".join(f"ALTER FUNCTION {name}() SET enable_seqscan = off;" for name in FUNCTIONS)
RESET = "".join(f"ALTER FUNCTION {name}() RESET enable_seqscan;" for name in FUNCTIONS)


class Migration(migrations.Migration):
    dependencies = [("stream", "0003_whose_it_is")]

    operations = [migrations.RunSQL(SET, RESET)]
