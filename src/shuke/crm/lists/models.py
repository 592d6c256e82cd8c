"""Who was put on a list, why, until when, and that it ended. What was written is never altered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.words import lazily

REASON_LENGTH = 500


class ListCode(models.TextChoices):
    """The lists there are."""

    BLACK = "black", lazily("list.black")
    RED = "red", lazily("list.red")


class Listed(models.Model):
    """One customer on one list, from a day on, to a day (None: for good), with the reason.

    Only its end is ever added: by whom and when the customer was taken off, or put on a list anew. A customer is on the
    list of the latest row that holds; a merge may bring two.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="listed")
    list_code = models.CharField(max_length=8, choices=ListCode.choices)
    reason = models.CharField(max_length=REASON_LENGTH)
    since_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    listed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    listed_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-since_on", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-since_on", "-id"], name="listed_of_customer"),
            models.Index(fields=["list_code", "-since_on", "-id"], name="listed_now", condition=Q(ended_at=None)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(list_code__in=ListCode.values), name="listed_code"),
            models.CheckConstraint(condition=~Q(reason=""), name="listed_with_reason"),
            models.CheckConstraint(condition=Q(until_on=None) | Q(until_on__gte=F("since_on")), name="listed_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.list_code}"

    def holds(self, day: date) -> bool:
        """Whether the customer is on the list by this row on that day, as far as is known today."""
        return self.ended_at is None and self.since_on <= day and (self.until_on is None or self.until_on >= day)

    @property
    def last_on(self) -> date | None:
        """The last whole day of it: the day agreed, or the one before it was ended; None where it goes on."""
        if self.ended_at is None:
            return self.until_on
        before = timezone.localtime(self.ended_at).date() - timedelta(days=1)
        return before if self.until_on is None else min(before, self.until_on)
