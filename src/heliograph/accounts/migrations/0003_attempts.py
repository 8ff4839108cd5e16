"""A table for counting attempts to sign in, in the shape of Django's database cache."""

from django.db import migrations

MAKE = """
CREATE UNLOGGED TABLE accounts_attempts (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX accounts_attempts_expires ON accounts_attempts (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_roles_and_the_final_trail")]

    operations = [migrations.RunSQL(MAKE, "DROP TABLE accounts_attempts")]
