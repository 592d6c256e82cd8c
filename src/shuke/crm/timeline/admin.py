"""Outcomes in /admin/: what a contact of each kind may come to."""

from __future__ import annotations

from django.contrib import admin

from shuke.crm.timeline.models import Outcome


@admin.register(Outcome)
class OutcomeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Add, rename, put in order; one that touches have is archived, not deleted."""

    list_display = ("kind", "code", "zh_hans", "zh_hant", "en", "place", "archived")
    list_display_links = ("code",)
    list_editable = ("zh_hans", "zh_hant", "en", "place", "archived")
    list_filter = ("kind", "archived")
