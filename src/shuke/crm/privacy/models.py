"""What customers said about being contacted, and the erasures of customers."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from shuke.crm.customers.labels import in_language
from shuke.crm.customers.models import Customer
from shuke.crm.jobs.models import Job
from shuke.crm.words import lazily

EVIDENCE_LENGTH = 500


class State(models.TextChoices):
    """What was said. Of whom nothing was noted nothing is known: there is no row."""

    GIVEN = "given", lazily("privacy.state.given")
    REFUSED = "refused", lazily("privacy.state.refused")
    WITHDRAWN = "withdrawn", lazily("privacy.state.withdrawn")


class Purpose(models.TextChoices):
    """What the contact is for."""

    MARKETING = "marketing", lazily("privacy.purpose.marketing")
    SURVEY = "survey", lazily("privacy.purpose.survey")
    SERVICE = "service", lazily("privacy.purpose.service")


class Source(models.TextChoices):
    """Where it was said."""

    FORM = "form", lazily("privacy.source.form")
    SHOP = "shop", lazily("privacy.source.shop")
    CALL = "call", lazily("privacy.source.call")
    MESSAGE = "message", lazily("privacy.source.message")
    WEBSITE = "website", lazily("privacy.source.website")
    CONTRACT = "contract", lazily("privacy.source.contract")
    IMPORT = "import", lazily("privacy.source.import")
    OTHER = "other", lazily("privacy.source.other")


class Channel(models.Model):
    """A way to reach customers; an owner edits them in /admin/. An empty label falls back to one that is not."""

    code = models.SlugField(max_length=40, unique=True)
    zh_hans = models.CharField("简体中文", max_length=60, blank=True)
    zh_hant = models.CharField("繁體中文", max_length=60, blank=True)
    en = models.CharField("English", max_length=60, blank=True)
    place = models.PositiveSmallIntegerField(default=100)
    archived = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["place", "pk"]
        verbose_name = lazily("privacy.channel")
        verbose_name_plural = lazily("privacy.channels")

    def __str__(self) -> str:
        return self.code

    def label(self, language: str) -> str:
        """What it is called in the language."""
        labels = {"zh-hans": self.zh_hans, "zh-hant": self.zh_hant, "en": self.en}
        return in_language(labels, language) or self.code


class Statement(models.Model):
    """What a customer said on a day about one channel and purpose. Never altered; the next one stands beside it."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="statements")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=16, choices=Purpose.choices, default=Purpose.MARKETING)
    state = models.CharField(max_length=16, choices=State.choices)
    source = models.CharField(max_length=16, choices=Source.choices)
    on = models.DateField()
    evidence = models.CharField(max_length=EVIDENCE_LENGTH, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-on", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["customer", "channel", "purpose", "-on", "-id"], name="statement_of_customer")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="statement_state"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="statement_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.channel_id} {self.state}"


class Standing(models.Model):
    """The latest statement of each customer, channel and purpose, for lists; follows from the statements."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="standings")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    state = models.CharField(max_length=16, choices=State.choices)
    on = models.DateField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["channel", "purpose", "state", "customer"], name="standing_by_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "channel", "purpose"], name="one_standing_of_a_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.channel_id} {self.state}"


class Reason(models.TextChoices):
    """Why a customer is erased."""

    ASKED = "asked", lazily("privacy.reason.asked")
    WITHDREW = "withdrew", lazily("privacy.reason.withdrew")
    ENDED = "ended", lazily("privacy.reason.ended")
    WRONG = "wrong", lazily("privacy.reason.wrong")
    OTHER = "other", lazily("privacy.reason.other")


class Erasure(models.Model):
    """The erasing of one customer. Until it is done it holds what is needed to go on after a stop: keys, marks (what
    names the customer elsewhere), what was gathered before the records went; then all these are emptied.

    `customer` is the number the card had, `steps` what is done of it, `counts` how much there was of each kind.
    """

    class State(models.TextChoices):
        WAITING = "waiting", lazily("privacy.erasure.state.waiting")
        RUNNING = "running", lazily("privacy.erasure.state.running")
        DONE = "done", lazily("privacy.erasure.state.done")

    customer = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=16, choices=Reason.choices)
    reference = models.CharField(max_length=60, blank=True)
    keeps_purchases = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    steps = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    keys = models.JSONField(default=list)
    marks = models.JSONField(default=list)
    gathered = models.JSONField(default=dict)
    unnamed = models.CharField(max_length=60, blank=True)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer"], condition=~Q(state="done"), name="one_erasure_under_way"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.state}"


class ErasedKey(models.Model):
    """A key that imports may not bring back: only a digest under the secret key, from which none reads the key."""

    digest = models.CharField(max_length=64, unique=True)
    erasure = models.ForeignKey(Erasure, on_delete=models.CASCADE, related_name="digests")

    def __str__(self) -> str:
        return self.digest[:8]
