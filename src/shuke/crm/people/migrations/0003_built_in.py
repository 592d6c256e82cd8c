"""The rows of the built-in roles, and the triggers that keep the audit append-only."""

from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from shuke.crm.people.trail import guards, unguards

ROLES = ("owner", "manager", "staff")


def add_roles(apps: StateApps, _: BaseDatabaseSchemaEditor) -> None:
    role = apps.get_model("people", "Role")
    for code in ROLES:
        role.objects.get_or_create(code=code)


def take_roles(apps: StateApps, _: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("people", "Role").objects.filter(code__in=ROLES).delete()


def guard(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for sql in guards(editor.connection.vendor):
        editor.execute(sql, params=None)


def unguard(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for sql in unguards(editor.connection.vendor):
        editor.execute(sql, params=None)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("people", "0002_rights")]
    operations: ClassVar = [migrations.RunPython(add_roles, take_roles), migrations.RunPython(guard, unguard)]
