from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbound", "0001_rows")]

    operations = [
        migrations.AddField(
            model_name="source",
            name="former_digest",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]
