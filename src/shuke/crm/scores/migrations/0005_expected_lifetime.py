from django.db import migrations, models


class Migration(migrations.Migration):
    """Scores published before have none until the next run."""

    dependencies = [
        ("scores", "0004_stage_change"),
    ]

    operations = [
        migrations.AddField(
            model_name=model,
            name="expected_lifetime_days",
            field=models.FloatField(null=True),
        )
        for model in ("scorea", "scoreb", "scorec")
    ]
