from django.db import migrations

# Only where the server loads it, and to whom may make it: tuning says what to do elsewhere.
MAKE = """
DO $$ BEGIN
    IF current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%' THEN
        CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
    END IF;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("tuning", "0001_rows")]
    operations = [migrations.RunSQL(MAKE, migrations.RunSQL.noop)]
