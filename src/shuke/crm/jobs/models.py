"""A piece of work for later."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from shuke.crm.words import here, lazily
from shuke.kit.text import keys


class State(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", lazily("jobs.state.queued")
    RUNNING = "running", lazily("jobs.state.running")
    DONE = "done", lazily("jobs.state.done")
    FAILED = "failed", lazily("jobs.state.failed")
    CANCELLED = "cancelled", lazily("jobs.state.cancelled")


SWEPT = "swept"
"""In a payload of which something was taken out (`writes.rewrite`)."""


class Job(models.Model):
    """One piece of work: its kind names the handler (SHUKE_JOBS), its payload what the handler is told."""

    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    exclusive_key = models.CharField(max_length=120, blank=True, default="")
    """Of the jobs with one key, one runs at a time."""
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    created_at = models.DateTimeField(default=timezone.now)
    run_after = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    attempts_at_most = models.PositiveSmallIntegerField(default=3)
    claimed_by = models.CharField(max_length=160, blank=True, default="")
    claimed_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    stage = models.CharField(max_length=60, blank=True, default="")
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    error = models.TextField(blank=True, default="")
    """Why it went wrong, in English, for logs; `reason` says it to a reader."""
    error_key = models.CharField(max_length=100, blank=True, default="")
    error_figures = models.JSONField(default=dict, blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)
        verbose_name = lazily("jobs.job")
        verbose_name_plural = lazily("jobs.jobs")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["run_after", "id"], condition=Q(state="queued"), name="jobs_queue"),
            models.Index(fields=["started_by", "-id"], name="jobs_of_user"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="jobs_state"),
            # The database itself sees to it that two workers never run two jobs of one key.
            models.UniqueConstraint(
                fields=["exclusive_key"],
                condition=Q(state="running") & ~Q(exclusive_key=""),
                name="jobs_one_running_of_a_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.pk}"

    @property
    def title(self) -> str:
        """What the job does, in the reader's language: the sentence `<app>.job.<name>` of its kind `<app>.<name>`."""
        app, _, name = self.kind.partition(".")
        return _said(f"{app}.job.{name}", "jobs.job")

    @property
    def stage_text(self) -> str:
        """What it is doing just now: `<app>.stage.<stage>`, else the command line's word for the stage."""
        app = self.kind.partition(".")[0]
        return _said(f"{app}.stage.{self.stage}", f"cli.progress.{self.stage}", "jobs.working")

    @property
    def reason(self) -> str:
        """Why it failed, in the reader's language where the catalogue has it; empty where it did not fail."""
        if self.state != State.FAILED:
            return ""
        if self.error_key in keys(self.error_key):
            return here(self.error_key, **self.error_figures)
        return self.error or here("jobs.worker_lost", attempts=self.attempts)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in {State.DONE, State.FAILED, State.CANCELLED}

    @property
    def is_swept(self) -> bool:
        """Whether the payload lacks something of what was asked for, so that the job must never run."""
        return SWEPT in self.payload

    @property
    def progress_share(self) -> float | None:
        """Done of total, 0 to 1; None where the total is not known."""
        return min(self.progress_done / self.progress_total, 1.0) if self.progress_total else None

    @property
    def result_url(self) -> str:
        """The page that shows what came of it, where the handler's result names one."""
        found = self.result.get("url", "") if isinstance(self.result, dict) else ""
        return found if isinstance(found, str) and found.startswith("/") and not found.startswith("//") else ""


class Worker(models.Model):
    """A process that runs jobs, and when it last gave a sign of life."""

    name = models.CharField(max_length=160, unique=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


def _said(*candidates: str) -> str:
    return next(here(key) for key in candidates if key in keys(key))
