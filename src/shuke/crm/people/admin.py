"""Users in /admin/: to look at and correct; passwords are changed on the pages."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group

from shuke.crm.people.models import User

# Roles carry the rights here; a second system of groups beside them would only mislead.
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Everybody."""

    list_display = ("username", "name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "name", "email")
    readonly_fields = ("username", "last_login", "created_at")
    exclude = ("password",)

    def has_add_permission(self, request: object) -> bool:
        """Users are added on /people/add/, which asks for a password."""
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        """Users are shut out, not deleted: what they did names them."""
        return False
