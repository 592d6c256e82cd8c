"""PostgreSQL finds Chinese names by their beginning in an index of their own, and leaves them out among the words."""

from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from shuke.crm.customers.search_table import CREATE_NAMES_POSTGRESQL, CREATE_POSTGRESQL

_BEFORE = "CREATE INDEX customers_search ON customers_customer USING gin (to_tsvector('simple', search_text))"


def create(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX customers_search")
        editor.execute(CREATE_POSTGRESQL)
        editor.execute(CREATE_NAMES_POSTGRESQL)


def drop(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX customers_name_begins")
        editor.execute("DROP INDEX customers_search")
        editor.execute(_BEFORE)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("customers", "0007_begun_texts_with_ids")]
    operations: ClassVar = [migrations.RunPython(create, drop)]
