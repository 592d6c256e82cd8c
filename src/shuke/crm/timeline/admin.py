"""Outcomes in /admin/: what a contact of each kind may come to."""

from __future__ import annotations

from django.contrib import admin

from shuke.crm.people.admin import AuditedAdmin
from shuke.crm.timeline.models import Outcome


@admin.register(Outcome)
class OutcomeAdmin(AuditedAdmin):
    """Add, rename, put in order; one that touches have is archived, not deleted."""

    list_display = ("kind", "code", "zh_hans", "zh_hant", "en", "place", "archived")
    list_display_links = ("code",)
    list_editable = ("zh_hans", "zh_hant", "en", "place", "archived")
    list_filter = ("kind", "archived")
