"""Keys and ids by the ten thousand: in SQL of our own, since the ORM's `in` takes ten times as long.

A card that was merged into another left its key and its number behind as an alias: both lead to the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from json import dumps

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from shuke.crm.customers.models import Alias, Customer, Kind
from shuke.crm.customers.search import search_columns

_AMONG = {"postgresql": "key = ANY(%s)", "sqlite": "key IN (SELECT value FROM json_each(%s))"}
_COLUMNS = (
    "key", "sort_name", "search_text", "search_initials", "search_phone", "kind", "created_at", "updated_at",
    "name", "phone", "email", "traits", '"values"',
)  # fmt: skip


def ids_of(keys: Sequence[str]) -> dict[str, int]:
    """The ids of the customers there are, by key; the key of a card that was merged leads to the other."""
    return _found("SELECT key, id FROM customers_customer", keys) | aliased(keys)


def aliased(keys: Sequence[str]) -> dict[str, int]:
    """Those of the keys whose cards were merged into others, and the ids of these."""
    return _found("SELECT key, customer_id FROM customers_alias", keys)


def _found(select: str, keys: Sequence[str]) -> dict[str, int]:
    wanted = list(keys) if connection.vendor == "postgresql" else dumps(list(keys))
    with connection.cursor() as cursor:
        cursor.execute(f"{select} WHERE {_AMONG[connection.vendor]}", [wanted])
        return dict(cursor.fetchall())


def among(ids: Sequence[int]) -> Q:
    """Rows with one of these ids, which are one parameter to the database."""
    if connection.vendor == "postgresql":
        return Q(pk__in=RawSQL("SELECT unnest(%s::bigint[])", (list(ids),)))
    return Q(pk__in=RawSQL("SELECT value FROM json_each(%s)", (dumps(list(ids)),)))


def keys_of(customer: Customer) -> list[str]:
    """All keys under which facts of a customer may stand: its own, and those of the cards merged into it."""
    merged = Alias.objects.filter(customer=customer).order_by("key").values_list("key", flat=True)
    return [customer.key, *merged]


def numbers_of(ids: Sequence[int]) -> list[int]:
    """The ids that the cards merged into these customers had."""
    return list(Alias.objects.filter(customer__in=ids).values_list("number", flat=True))


def stands_for(number: int) -> int:
    """The id of the customer that an id means: its own, or of the card it was merged into."""
    return Alias.objects.filter(number=number).values_list("customer", flat=True).first() or number


def is_taken(key: str) -> bool:
    """Whether a customer has the key, or had it before a merge."""
    return Customer.objects.filter(key=key).exists() or Alias.objects.filter(key=key).exists()


def create(keys: Iterable[str]) -> None:
    """Create customers of whom only the key is known; one that is there already stays as it is."""
    fields = {field.name: field for field in Customer._meta.local_fields}
    moment = fields["created_at"].get_db_prep_save(timezone.now(), connection)
    nothing = fields["traits"].get_db_prep_save({}, connection)
    # A customer without a name has no words to search for, so the search table needs no row.
    rest = (Kind.PERSON.value, moment, moment, "", "", "", nothing, nothing)
    rows = [(key, *astuple(search_columns(key=key, name="", phone=""))) for key in keys]
    names, known = ", ".join(_COLUMNS), ", ".join(["%s"] * len(rest))
    if connection.vendor == "postgresql":  # in one statement, in half the time of one each
        arrays = [list(column) for column in zip(*rows, strict=True)]
        unnested = ", ".join(["%s::text[]"] * len(arrays))
        source, given = f"SELECT told.*, {known} FROM unnest({unnested}) AS told", [(*rest, *arrays)] if rows else []
    else:
        source = f"VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
        given = [(*row, *rest) for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO customers_customer ({names}) {source} ON CONFLICT (key) DO NOTHING", given)
