"""Tags may be renamed and deleted; customers themselves are written by `writes` alone, which keeps them searchable."""

from __future__ import annotations

from django.contrib import admin

from shuke.crm.customers.models import Tag
from shuke.crm.people.admin import AuditedAdmin


@admin.register(Tag)
class TagAdmin(AuditedAdmin):
    """The words that customers are tagged with."""

    list_display = ("name", "created_at")
    search_fields = ("name",)
