"""Touches with their mentions and attachments, and the bookings that carry their minutes to the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from shuke.crm.customers.labels import in_language
from shuke.crm.customers.models import Customer
from shuke.crm.words import here, lazily

TEXT_LENGTH = 5000
MOST_MINUTES = 24 * 60


class Kind(models.TextChoices):
    """What sort of contact it was. A note is no contact: nobody spoke to the customer."""

    NOTE = "note", lazily("timeline.kind.note")
    CALL = "call", lazily("timeline.kind.call")
    VISIT = "visit", lazily("timeline.kind.visit")
    MESSAGE = "message", lazily("timeline.kind.message")
    EMAIL = "email", lazily("timeline.kind.email")
    OTHER = "other", lazily("timeline.kind.other")


class Direction(models.TextChoices):
    """Who reached out."""

    NONE = "", lazily("timeline.direction.none")
    OUT = "out", lazily("timeline.direction.out")
    IN = "in", lazily("timeline.direction.in")


class Outcome(models.Model):
    """How a contact of a kind may end; an owner edits them in /admin/. An empty label falls back to one that is not."""

    kind = models.CharField(max_length=8, choices=Kind.choices)
    code = models.SlugField(max_length=40)
    zh_hans = models.CharField("简体中文", max_length=60, blank=True)
    zh_hant = models.CharField("繁體中文", max_length=60, blank=True)
    en = models.CharField("English", max_length=60, blank=True)
    place = models.PositiveSmallIntegerField(default=100)
    archived = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["kind", "place", "pk"]
        verbose_name = lazily("timeline.outcome")
        verbose_name_plural = lazily("timeline.outcomes")
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "code"], name="one_outcome_of_a_code")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.code}"

    def label(self, language: str) -> str:
        """What it is called in the language."""
        labels = {"zh-hans": self.zh_hans, "zh-hant": self.zh_hant, "en": self.en}
        return in_language(labels, language) or self.code


class Touch(models.Model):
    """One contact with a customer, or a note about one: when, by whom, what came of it, and minutes spent.

    A deleted touch is kept until it cannot be taken back any more, then it goes for good with its files.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="touches")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    direction = models.CharField(max_length=3, choices=Direction.choices, blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    minutes = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["customer", "-at", "-id"], name="touch_of_customer"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="touch_deleted"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(minutes__lte=MOST_MINUTES), name="touch_minutes_of_a_day"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="touch_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Mention(models.Model):
    """A touch names a user, who sees it among what is for them until they have opened it."""

    touch = models.ForeignKey(Touch, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="mention_of_user"),
            models.Index(fields=["user"], condition=Q(seen_at__isnull=True), name="mention_unseen"),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["touch", "user"], name="one_mention_of_a_user")]

    def __str__(self) -> str:
        return f"{self.touch_id} @{self.user_id}"


class Attachment(models.Model):
    """A file that somebody added to a touch. `place` is its path below SHUKE_ATTACHMENTS, and says nothing of it."""

    touch = models.ForeignKey(Touch, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    place = models.CharField(max_length=80, unique=True)
    size = models.BigIntegerField()
    content_type = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """The file itself."""
        return Path(settings.SHUKE_ATTACHMENTS) / self.place


class LastTouch(models.Model):
    """When somebody was last in contact with a customer; notes do not count."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="last_touch")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at", "customer"], name="last_touch_by_day")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.at:%Y-%m-%d}"


class Batch(models.Model):
    """Bookings on their way into the ledger together, under an id that is fixed before the first row leaves."""

    import_id = models.CharField(max_length=100, unique=True)
    sealed_at = models.DateTimeField(default=timezone.now)
    landed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.import_id


class Booking(models.Model):
    """One entry of what a touch cost: never changed, corrected by a reversing entry (touches −1, minutes negative).

    The touch is named by number alone: its bookings outlive it. `key`: the customer's when it was booked, where the
    card was merged into another since; else it is the customer's own.
    """

    touch_number = models.BigIntegerField()
    key = models.CharField(max_length=200, blank=True, default="")
    number = models.PositiveIntegerField()
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8)
    direction = models.CharField(max_length=3, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=60, blank=True)
    touches = models.SmallIntegerField()
    minutes = models.SmallIntegerField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="bookings")

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["id"], condition=Q(batch__isnull=True), name="booking_waiting")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["touch_number", "number"], name="one_booking_of_a_number"),
            models.CheckConstraint(condition=Q(touches__in=[1, -1]), name="booking_adds_or_reverses"),
        ]

    def __str__(self) -> str:
        return f"{self.touch_number}/{self.number}: {self.minutes}"


def kind_name(code: str) -> str:
    """What a kind is called in the reader's language."""
    return here(f"timeline.kind.{code}")
