"""Lists are filtered by the scores of recency, frequency and amount: the cells of two pictures lead to them."""

from typing import ClassVar

from django.db import migrations, models

SCORES = ("scorea", "scoreb", "scorec")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("scores", "0008_traits")]
    operations: ClassVar = [
        migrations.AddIndex(
            name, models.Index(fields=["rfm_f", "rfm_m", "rfm_r", "customer"], name=f"score_{name[-1]}_rfm")
        )
        for name in SCORES
    ]
