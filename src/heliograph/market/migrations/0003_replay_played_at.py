from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("market", "0002_candle_table"),)

    operations = (
        migrations.AddField(model_name="replay", name="played_at", field=models.DateTimeField(null=True)),
    )
