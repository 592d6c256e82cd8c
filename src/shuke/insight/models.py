"""Files that people brought, runs that people asked for, and what winning customers costs."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from shuke.crm.jobs.models import Job
from shuke.crm.words import lazily


class Upload(models.Model):
    """One file on its way into the ledger: of purchases, answers, payments or sources (`kind`).

    `mapping` holds field -> column where its user chose another than was guessed ("" for none); `options` how to read
    dates and duplicates, and that no scores are wanted right after; `preview` the header and first rows
    (`peek.Preview`); `quality` the report after the import. `digest` tells its content apart in the ledger
    (`booking.content_of`). `import_id` is fixed when the import is asked for, so that a job that runs twice books once.
    """

    class State(models.TextChoices):
        READY = "ready", "ready"
        IMPORTING = "importing", "importing"
        IMPORTED = "imported", "imported"
        ALREADY = "already", "already"
        UNDONE = "undone", "undone"

    class Kind(models.TextChoices):
        PURCHASES = "purchases", lazily("insight.kind.purchases")
        SURVEYS = "surveys", lazily("insight.kind.surveys")
        PAYMENTS = "payments", lazily("insight.kind.payments")
        SOURCES = "sources", lazily("insight.kind.sources")

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.PURCHASES)
    folder = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State, default=State.READY)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)
    quality = models.JSONField(default=dict)
    rejects = models.BooleanField(default=False)
    import_id = models.CharField(max_length=100, blank=True, default="")
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["import_id"], name="insight_upload_import")]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> Path:
        """The folder that holds this file and nothing else but its rejects."""
        return Path(settings.SHUKE_UPLOADS) / self.folder

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.place / self.name

    @property
    def rejects_path(self) -> Path:
        """The file of rows set aside."""
        return self.place / "rejects.csv"


class RunRequest(models.Model):
    """A run that was asked for: with what, by whom, and which job does it.

    `ledger_version` is fixed when the run first starts, so that a second attempt sees the same purchases: unless an
    erasure dropped that version meanwhile.
    """

    run_id = models.CharField(max_length=64, unique=True)
    parameters = models.JSONField(default=dict)
    ledger_version = models.BigIntegerField(null=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.run_id


class AcquisitionCost(models.Model):
    """What winning one customer of a source costs, in minor units of the currency; source "": of all together."""

    source = models.TextField(unique=True, blank=True)
    cost_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["source"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(cost_minor__gte=0), name="insight_cost_not_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.cost_minor} {self.currency}"


class Definition(models.Model):
    """One version of how customers are classified: the newest of a code holds from the next run on.

    Rows are only ever added: what a run was told can be read for good, and an earlier version is restored by saving it
    again.
    """

    code = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    body = models.JSONField()
    comment = models.CharField(max_length=200, blank=True, default="")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["code", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="insight_definition_version"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"
