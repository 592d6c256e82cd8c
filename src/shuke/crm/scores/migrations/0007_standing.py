"""What stands beside tier and stage: alarms, quadrant, type, loyalty, satisfaction, credit, stability, lists."""

from typing import ClassVar

from django.db import migrations, models

SCORES = ("scorea", "scoreb", "scorec")
INDEXED = {
    "rfm_alarm": 16, "quadrant": 16, "type": 24, "loyalty_kind": 16, "satisfaction": 16, "credit": 16,
    "stability": 16, "list_proposal": 16,
}  # fmt: skip
WORDS = INDEXED | {"loyalty_truth": 16, "credit_why_code": 32, "standing_list": 16, "list_why_code": 32}
FIGURES = ("type_confidence", "loyalty_score", "loyalty_confidence", "credit_score")


class Migration(migrations.Migration):
    """Scores published before have none of these until the next run."""

    dependencies: ClassVar = [("scores", "0006_prospect")]
    operations: ClassVar = [
        *(
            migrations.AddField(name, word, models.CharField(default="", max_length=most))
            for name in SCORES
            for word, most in WORDS.items()
        ),
        *(migrations.AddField(name, figure, models.FloatField(null=True)) for name in SCORES for figure in FIGURES),
        *(
            migrations.AddIndex(name, models.Index(fields=[word], name=f"score_{name[-1]}_{word}"))
            for name in SCORES
            for word in INDEXED
        ),
    ]
