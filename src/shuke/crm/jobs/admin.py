"""Jobs in /admin/: to look at."""

from __future__ import annotations

from django.contrib import admin

from shuke.crm.jobs.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """The queue and its past."""

    list_display = ("id", "kind", "state", "attempts", "created_at", "finished_at")
    list_filter = ("state", "kind")

    def has_add_permission(self, request: object) -> bool:
        """Jobs are enqueued with what causes them."""
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        """A job's state changes only by its worker, or by the buttons on its page."""
        return False
