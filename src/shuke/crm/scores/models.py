"""Runs, and the scores of the latest of them.

Three tables of scores are taken in turn: the current run's, the previous run's, and one that the next run fills while
the other two are read. A run is published by naming its table current, so nobody meets half a run; and the table that
is filled has no index and no reader to slow it down.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from shuke.crm.customers.models import Customer
from shuke.crm.scores.labels import WITH_INDEX


class Run(models.Model):
    """One published run: what it was asked, what it found in sum, and which table holds its scores.

    `figures` are the precomputed figures of the Overview. `cells` counts customers by what lists filter by: each is
    [tier, stage, segment, valuable at risk, likely to churn, tier before, count], and a score's `cell` is its place.
    `counts` sums them up for each filter, and counts each of `labels.LABELS`, those of RFM together too. `names`: what
    labels are called that do not go by the catalogue's names, by key and language.
    """

    class State(models.TextChoices):
        FILLING = "filling", "filling"
        CURRENT = "current", "current"
        PREVIOUS = "previous", "previous"
        OLD = "old", "old"

    run_id = models.CharField(max_length=64, unique=True)
    as_of = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)
    currency = models.CharField(max_length=3)
    horizon_days = models.PositiveIntegerField()
    period_days = models.PositiveIntegerField()
    ledger_version = models.BigIntegerField()
    parameters = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    cells = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    names = models.JSONField(default=dict)
    customers = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.FILLING)
    slot = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["-published_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state__in=["current", "previous"]), name="one_run_of_each_state"
            ),
            models.UniqueConstraint(fields=["slot"], condition=models.Q(slot__isnull=False), name="one_run_per_slot"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} ({self.as_of:%Y-%m-%d})"


class Scored(models.Model):
    """The columns of `scores` (mission 2 and 3) and, of our own, where the row stands in the run's cells.

    Money is in minor units of the run's currency. Derived data, rewritten whole: the database keeps no foreign key.
    """

    first_purchase = models.DateField()
    last_purchase = models.DateField()
    left_truncated = models.BooleanField()
    purchases = models.BigIntegerField()
    orders = models.BigIntegerField()
    recency_days = models.BigIntegerField()
    age_days = models.BigIntegerField()
    typical_gap_days = models.FloatField(null=True)
    spend_minor = models.BigIntegerField()
    margin_minor = models.BigIntegerField()
    value_basis = models.CharField(max_length=16)
    mean_spend_minor = models.BigIntegerField()
    rfm_r = models.SmallIntegerField()
    rfm_f = models.SmallIntegerField()
    rfm_m = models.SmallIntegerField()
    rfm_segment = models.CharField(max_length=32)
    tier_computed = models.CharField(max_length=16)
    tier_in_force = models.CharField(max_length=16)
    tier_why_code = models.CharField(max_length=32)
    tier_rank = models.BigIntegerField(null=True)
    tier_base = models.BigIntegerField()
    tier_measure_minor = models.BigIntegerField()
    tier_next_minor = models.BigIntegerField(null=True)
    historic_value_minor = models.BigIntegerField()
    current_value_minor = models.BigIntegerField()
    potential_value_minor = models.BigIntegerField(null=True)
    clv_minor = models.BigIntegerField(null=True)
    value_total_minor = models.BigIntegerField(null=True)
    clv_low_minor = models.BigIntegerField(null=True)
    clv_high_minor = models.BigIntegerField(null=True)
    probability_alive = models.FloatField(null=True)
    expected_purchases = models.FloatField(null=True)
    churn_probability = models.FloatField(null=True)
    next_purchase_due = models.DateField(null=True)
    expected_lifetime_days = models.FloatField(null=True)
    value_at_risk_minor = models.BigIntegerField(null=True)
    stage = models.CharField(max_length=16)
    stage_why_code = models.CharField(max_length=32)
    prospect = models.CharField(max_length=16, default="")
    prospect_why_code = models.CharField(max_length=32, default="")
    rfm_alarm = models.CharField(max_length=16, default="")
    quadrant = models.CharField(max_length=16, default="")
    type = models.CharField(max_length=24, default="")
    type_confidence = models.FloatField(null=True)
    loyalty_kind = models.CharField(max_length=16, default="")
    loyalty_truth = models.CharField(max_length=16, default="")
    loyalty_score = models.FloatField(null=True)
    loyalty_confidence = models.FloatField(null=True)
    satisfaction = models.CharField(max_length=16, default="")
    credit = models.CharField(max_length=16, default="")
    credit_score = models.FloatField(null=True)
    credit_why_code = models.CharField(max_length=32, default="")
    stability = models.CharField(max_length=16, default="")
    standing_list = models.CharField(max_length=16, default="")
    list_proposal = models.CharField(max_length=16, default="")
    list_why_code = models.CharField(max_length=32, default="")
    price_code = models.CharField(max_length=16, default="")
    channel_code = models.CharField(max_length=16, default="")
    affinity_code = models.CharField(max_length=16, default="")
    rhythm = models.CharField(max_length=16, default="")
    usual_weekday = models.SmallIntegerField(null=True)
    usual_month = models.SmallIntegerField(null=True)
    policy_code = models.CharField(max_length=48)
    why_code = models.CharField(max_length=32)
    cell = models.SmallIntegerField()

    class Meta:
        abstract = True


COLUMNS = ("customer_id", *(field.name for field in Scored._meta.local_fields if field.name != "cell"))
"""The columns a row given to `writes.publish` has, in order: those of the core's `scores`."""

DESCENDING = (
    "clv_minor", "current_value_minor", "historic_value_minor", "value_total_minor", "value_at_risk_minor",
    "churn_probability", "expected_purchases", "last_purchase", "first_purchase", "purchases", "spend_minor",
)  # fmt: skip
ASCENDING = ("tier_rank", "next_purchase_due", "stage", "rfm_segment")
"""What lists may be sorted by, and in which direction people look first."""


FIRST_OF_CELLS = ("clv_minor", "current_value_minor")
"""The orders of which each cell has an index of its own: those in which filtered lists are looked at most."""


def _indexes(letter: str) -> list[models.Index]:
    """An index for each order of the list. It ends in the cell, so that a filter is decided without the row.

    Those that begin with the cell find the first customers of a filter that are far down in the order of all.
    """
    orders = [f"-{name}" for name in DESCENDING] + list(ASCENDING)
    sorts = [
        models.Index(fields=[order, "customer", "cell"], name=f"score_{letter}_{order.strip('-')[:20]}")
        for order in orders
    ]
    firsts = [
        models.Index(fields=["cell", f"-{order}", "customer"], name=f"score_{letter}_cell_{order[:17]}")
        for order in FIRST_OF_CELLS
    ]
    labels = [models.Index(fields=[name], name=f"score_{letter}_{name[:20]}") for name in WITH_INDEX]
    scores = models.Index(fields=["rfm_f", "rfm_m", "rfm_r", "customer"], name=f"score_{letter}_rfm")
    return [*sorts, *firsts, *labels, scores]


class ScoreA(Scored):
    customer = models.OneToOneField(
        Customer, on_delete=models.CASCADE, primary_key=True, db_constraint=False, related_name="score_a"
    )

    class Meta:
        indexes: ClassVar = _indexes("a")


class ScoreB(Scored):
    customer = models.OneToOneField(
        Customer, on_delete=models.CASCADE, primary_key=True, db_constraint=False, related_name="score_b"
    )

    class Meta:
        indexes: ClassVar = _indexes("b")


class ScoreC(Scored):
    customer = models.OneToOneField(
        Customer, on_delete=models.CASCADE, primary_key=True, db_constraint=False, related_name="score_c"
    )

    class Meta:
        indexes: ClassVar = _indexes("c")


Score = ScoreA | ScoreB | ScoreC
SLOTS: tuple[type[Score], ...] = (ScoreA, ScoreB, ScoreC)
RELATIONS = ("score_a", "score_b", "score_c")
"""How a customer leads to the score in each slot."""


class TierChange(models.Model):
    """A customer's tier was another one in the run before: what a card tells as its history."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    before = models.CharField(max_length=16)
    after = models.CharField(max_length=16)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "run"], name="one_tier_change_per_run"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.before} → {self.after}"


class StageChange(models.Model):
    """A customer's stage was another one in the run before: told on the timeline."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    before = models.CharField(max_length=16)
    after = models.CharField(max_length=16)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "run"], name="one_stage_change_per_run"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.before} → {self.after}"
