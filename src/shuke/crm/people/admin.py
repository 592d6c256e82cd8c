"""Users in /admin/, to look at: they are changed on the pages, which hold the rules and note every change. And a class
for tables that /admin/ may change, so that it notes them as well."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest

from shuke.crm.people import audit
from shuke.crm.people.models import User

# Roles carry the rights here; a second system of groups beside them would only mislead.
admin.site.unregister(Group)


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """A table of /admin/ whose changes are noted."""

    def save_model(self, request: HttpRequest, obj: Model, form: BaseForm, change: bool) -> None:
        """Saved, and noted."""
        super().save_model(request, obj, form, change)
        self._note(obj, form.changed_data)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Noted, and deleted."""
        self._note(obj, ["deleted"])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """The same for several."""
        for obj in queryset:
            self._note(obj, ["deleted"])
        super().delete_queryset(request, queryset)

    def _note(self, obj: Model, fields: list[str]) -> None:
        kind = str(obj._meta.model_name)
        audit.note("configured", kind=kind if kind == "tag" else "configuration", record=obj.pk, fields=fields)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Everybody."""

    list_display = ("username", "name", "role", "team", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "name", "email")
    exclude = ("password",)

    def has_add_permission(self, request: object) -> bool:
        """Users are added on /people/add/, which asks for a password."""
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        """Users are changed on /people/, which keeps an owner and gives nobody more than the giver has."""
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """Users are shut out, not deleted: what they did names them."""
        return False
