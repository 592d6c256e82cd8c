"""Saving many customers at once, with what the search knows of them: names, phones, searchable fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

from django.db import connection, transaction
from django.utils import timezone

from shuke.crm.customers import fields, search_table
from shuke.crm.customers.models import Customer, Field
from shuke.crm.customers.search import search_columns

_CHUNK = 2000
_SAVED = (
    "name", "kind", "phone", "email", "traits", "values", "updated_at",
    "sort_name", "search_text", "search_initials", "search_phone",
)  # fmt: skip


def searchable() -> list[Field]:
    """The fields whose words the search finds."""
    return list(Field.objects.filter(is_searchable=True, is_archived=False, section__repeats=False))


def lay_words(customer: Customer, known: Sequence[Field]) -> None:
    """Set the search columns of a customer, which follow from the others."""
    more = " ".join(
        fields.words(field, customer.values[field.code]) for field in known if field.code in customer.values
    )
    columns = search_columns(key=customer.key, name=customer.name, phone=customer.phone, more=more)
    for column, text in asdict(columns).items():
        setattr(customer, column, text)


def save_values(customers: Sequence[Customer]) -> None:
    """Save the fields of customers, none of which the search finds: the indexes of names and phones rest."""
    for customer in customers:
        customer.updated_at = timezone.now()
    _update(customers, ("values", "updated_at"))


def save_all(customers: Sequence[Customer], known: Sequence[Field]) -> None:
    """Save customers that are there, with their words. In a transaction, before which nobody else changed them."""
    old = dict(Customer.objects.filter(pk__in=[one.pk for one in customers]).values_list("pk", "search_text"))
    for customer in customers:
        lay_words(customer, known)
        customer.updated_at = timezone.now()
    moved = [one for one in customers if old.get(one.pk) != one.search_text]
    search_table.remove((one.pk, old[one.pk]) for one in moved if one.pk in old)
    _update(customers, _SAVED)
    search_table.add((one.pk, one.search_text) for one in moved)


def _update(customers: Sequence[Customer], names: Sequence[str]) -> None:
    """One statement for all: the ORM's update of many takes ten times as long."""
    columns = {field.name: field for field in Customer._meta.local_fields}
    places = ", ".join(f'"{name}" = %s' for name in names)
    rows = [
        (*(columns[name].get_db_prep_save(getattr(one, name), connection) for name in names), one.pk)
        for one in customers
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE customers_customer SET {places} WHERE id = %s", rows)


def write_words(told: Callable[[int], None] | None = None) -> int:
    """Write the words of all customers anew, after fields became searchable or ceased to be; how many customers."""
    known, last, done = searchable(), 0, 0
    while True:
        with transaction.atomic():
            rows = Customer.objects.select_for_update().filter(pk__gt=last).order_by("pk")
            chunk = list(rows[:_CHUNK])
            if not chunk:
                return done
            save_all(chunk, known)
        last, done = chunk[-1].pk, done + len(chunk)
        if told is not None:
            told(done)
