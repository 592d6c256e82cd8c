"""Tags may be renamed and deleted; customers themselves are written by `writes` alone, which keeps them searchable."""

from __future__ import annotations

from django.contrib import admin

from shuke.crm.customers.models import Tag


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """The words that customers are tagged with."""

    list_display = ("name", "created_at")
    search_fields = ("name",)
