from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_search"),
        ("scores", "0002_run_counts"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="scorea",
            name="score_a_cell",
        ),
        migrations.RemoveIndex(
            model_name="scoreb",
            name="score_b_cell",
        ),
        migrations.RemoveIndex(
            model_name="scorec",
            name="score_c_cell",
        ),
        migrations.AddIndex(
            model_name="scorea",
            index=models.Index(fields=["cell", "-clv_minor", "customer"], name="score_a_cell_clv_minor"),
        ),
        migrations.AddIndex(
            model_name="scorea",
            index=models.Index(
                fields=["cell", "-current_value_minor", "customer"], name="score_a_cell_current_value_min"
            ),
        ),
        migrations.AddIndex(
            model_name="scoreb",
            index=models.Index(fields=["cell", "-clv_minor", "customer"], name="score_b_cell_clv_minor"),
        ),
        migrations.AddIndex(
            model_name="scoreb",
            index=models.Index(
                fields=["cell", "-current_value_minor", "customer"], name="score_b_cell_current_value_min"
            ),
        ),
        migrations.AddIndex(
            model_name="scorec",
            index=models.Index(fields=["cell", "-clv_minor", "customer"], name="score_c_cell_clv_minor"),
        ),
        migrations.AddIndex(
            model_name="scorec",
            index=models.Index(
                fields=["cell", "-current_value_minor", "customer"], name="score_c_cell_current_value_min"
            ),
        ),
    ]
