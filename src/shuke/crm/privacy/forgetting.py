"""What else goes from cards with erased customers: fields of others that name them, acts and tags of theirs alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from django.db.models import Exists, OuterRef

from shuke.crm.customers.models import Act, Change, Customer, CustomerTag, Entry, Field, SavedView, Tag


def forget(customers: Sequence[int]) -> None:
    """In the transaction of the erasure, before the cards go."""
    for code in Field.objects.filter(type=Field.Type.CUSTOMER).values_list("code", flat=True):
        _unlink(Customer.objects.exclude(pk__in=customers), code, customers)
        _unlink(Entry.objects.exclude(customer__in=customers), code, customers)
    _forget_acts(customers)
    _forget_tags(customers)


def _unlink(rows: Any, code: str, customers: Sequence[int]) -> None:
    for row in rows.filter(**{f"values__{code}__in": list(customers)}).only("values"):
        values = {name: value for name, value in row.values.items() if name != code}
        type(row).objects.filter(pk=row.pk).update(values=values)


def _forget_acts(customers: Sequence[int]) -> None:
    """What was set for them alone; an act on others too says nothing of them."""
    others = Change.objects.filter(act=OuterRef("pk")).exclude(customer__in=customers)
    theirs = Act.objects.filter(changes__customer__in=customers).exclude(Exists(others)).values_list("pk", flat=True)
    Act.objects.filter(pk__in=list(theirs)).update(value=None)


def _forget_tags(customers: Sequence[int]) -> None:
    """Words that nobody else has, unless a saved list asks for them."""
    others = CustomerTag.objects.filter(tag=OuterRef("pk")).exclude(customer__in=customers)
    had = Change.objects.filter(customer__in=customers, field="tag").values_list("before", "after")
    names = {side["name"] for pair in had for side in pair if isinstance(side, dict)}
    names |= set(Tag.objects.filter(tagged__customer__in=customers).values_list("name", flat=True))
    for query in SavedView.objects.exclude(query="").values_list("query", flat=True):
        names -= set(parse_qs(query).get("tag", ()))
    Tag.objects.filter(name__in=names).exclude(Exists(others)).delete()
