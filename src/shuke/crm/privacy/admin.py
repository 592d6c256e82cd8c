"""Channels in /admin/: the ways in which customers are reached."""

from __future__ import annotations

from django.contrib import admin

from shuke.crm.people.admin import AuditedAdmin
from shuke.crm.privacy.models import Channel


@admin.register(Channel)
class ChannelAdmin(AuditedAdmin):
    """Add, rename, put in order; one that customers spoke of is archived, not deleted."""

    list_display = ("code", "zh_hans", "zh_hant", "en", "place", "archived")
    list_editable = ("zh_hans", "zh_hant", "en", "place", "archived")
