"""Tags put on before cards had a history are told by it too, with the day and the person they were put on by."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_NAMED = {"sqlite": "json_object('name', tag.name)", "postgresql": "jsonb_build_object('name', tag.name)"}
_NAME_OF = {"sqlite": "json_extract(told.after, '$.name')", "postgresql": "told.after ->> 'name'"}
_SQL = """
INSERT INTO customers_change (customer_id, field, after, origin, by_id, at)
SELECT put.customer_id, 'tag', {named}, put.origin, put.tagged_by_id, put.tagged_at
FROM customers_customertag put JOIN customers_tag tag ON tag.id = put.tag_id
WHERE NOT EXISTS (
    SELECT 1 FROM customers_change told
    WHERE told.customer_id = put.customer_id AND told.field = 'tag' AND {name_of} = tag.name
)
ORDER BY put.tagged_at, put.id
"""


def tell_tags(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """One statement: an upgrade may meet a million tags."""
    vendor = editor.connection.vendor
    with editor.connection.cursor() as cursor:
        cursor.execute(_SQL.format(named=_NAMED[vendor], name_of=_NAME_OF[vendor]))


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_owner")]

    operations = [migrations.RunPython(tell_tags, migrations.RunPython.noop)]
