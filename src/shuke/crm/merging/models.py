"""Merges, with all that is needed to take one back; and pairs of cards that may be one customer's."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from shuke.crm.customers.models import Customer


class Merge(models.Model):
    """One act of merging: the cards `numbers` went into `survivor`.

    While it stands, `cards` are the rows of the cards that went (their keys are aliases), `values` what it changed on
    the survivor ({code: [before, after]}), `stamps` when the survivor was last changed (before, after), `changes` the
    history it wrote, and `moves` what each mover did. Taken back, these are empty: nothing of the others is kept but
    `counts`, how many rows of each kind went along.
    """

    survivor = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="merges")
    numbers = models.JSONField(default=list)
    cards = models.JSONField(default=list)
    values = models.JSONField(default=dict)
    stamps = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    moves = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["survivor", "-at", "-id"], name="merge_of_survivor")]

    def __str__(self) -> str:
        return f"{self.numbers} → {self.survivor_id}"

    @property
    def gone(self) -> list[dict[str, Any]]:
        """Key and name of each card that went."""
        return [{"key": card["key"], "name": card["name"] or card["key"]} for card in self.cards]


class Pair(models.Model):
    """Two cards that may be one customer's: how strongly, and what speaks for it as [[sign, weight], …].

    Weights are in bits: each doubles the odds. One whom somebody has said to be different stays so.
    """

    class State(models.TextChoices):
        OPEN = "open", "open"
        DIFFERENT = "different", "different"

    one = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    two = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    weight = models.FloatField()
    signs = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    search = models.CharField(max_length=64, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "-weight", "id"], name="pair_by_strength")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["one", "two"], name="a_pair_once"),
            models.CheckConstraint(condition=Q(one__lt=F("two")), name="a_pair_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} = {self.two_id}?"
