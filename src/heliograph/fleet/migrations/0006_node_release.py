"""A node says which release it runs: what only an older one needs stays until none is left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fleet", "0005_work_taken_at")]

    operations = [
        migrations.AddField(
            "node", "release", models.CharField(blank=True, db_default="", default="", max_length=64)
        ),
    ]
