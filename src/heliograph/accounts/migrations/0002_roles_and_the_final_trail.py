"""The four roles are groups; the audit trail is written once: the database itself refuses anything else."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ROLES = ("viewer", "analyst", "operator", "admin")

REFUSE = """
CREATE FUNCTION refuse_rewriting_the_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the audit trail is final', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER audit_entry_is_final BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_the_trail();
CREATE TRIGGER audit_trail_is_kept BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_the_trail();
"""

ALLOW = """
DROP TRIGGER audit_trail_is_kept ON accounts_auditentry;
DROP TRIGGER audit_entry_is_final ON accounts_auditentry;
DROP FUNCTION refuse_rewriting_the_trail;
"""


def make_groups(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people")]

    operations = [
        migrations.RunPython(make_groups, migrations.RunPython.noop),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
