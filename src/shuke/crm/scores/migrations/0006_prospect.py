"""What the forecast holds for the tier, and names that a business gives to its labels."""

from typing import ClassVar

from django.db import migrations, models

SCORES = ("scorea", "scoreb", "scorec")


class Migration(migrations.Migration):
    """Scores published before have no prospect until the next run."""

    dependencies: ClassVar = [("scores", "0005_expected_lifetime")]
    operations: ClassVar = [
        migrations.AddField("run", "names", models.JSONField(default=dict)),
        *(migrations.AddField(name, "prospect", models.CharField(default="", max_length=16)) for name in SCORES),
        *(
            migrations.AddField(name, "prospect_why_code", models.CharField(default="", max_length=32))
            for name in SCORES
        ),
        *(
            migrations.AddIndex(name, models.Index(fields=["prospect"], name=f"score_{name[-1]}_prospect"))
            for name in SCORES
        ),
    ]
