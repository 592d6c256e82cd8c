"""What customers are like, read from their purchases: price, channel, category, rhythm."""

from typing import ClassVar

from django.db import migrations, models

SCORES = ("scorea", "scoreb", "scorec")
CODES = ("price_code", "channel_code", "affinity_code", "rhythm")
WHEN = ("usual_weekday", "usual_month")


class Migration(migrations.Migration):
    """Scores published before have none of these until the next run. Codes have no index: see `labels.WITH_INDEX`."""

    dependencies: ClassVar = [("scores", "0007_standing")]
    operations: ClassVar = [
        *(
            migrations.AddField(name, code, models.CharField(default="", max_length=16))
            for name in SCORES
            for code in CODES
        ),
        *(migrations.AddField(name, when, models.SmallIntegerField(null=True)) for name in SCORES for when in WHEN),
    ]
