"""The table (SQLite) or index (PostgreSQL) that customers are searched in."""

from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from shuke.crm.customers.search_table import CREATE_SQLITE

CREATE_POSTGRESQL = "CREATE INDEX customers_search ON customers_customer USING gin (to_tsvector('simple', search_text))"


def create(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute(CREATE_POSTGRESQL if editor.connection.vendor == "postgresql" else CREATE_SQLITE)


def drop(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    kind = "INDEX" if editor.connection.vendor == "postgresql" else "TABLE"
    editor.execute(f"DROP {kind} customers_search")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("customers", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(create, drop)]
