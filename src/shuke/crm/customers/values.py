"""A field of the card as an expression of the database: to filter and to sort by, and what its index is made of."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.expressions import F, Func
from django.db.models.lookups import Exact, GreaterThanOrEqual, IContains, In, IsNull, LessThanOrEqual
from django.db.models.sql.compiler import SQLCompiler

from shuke.crm.customers.models import Field

T = Field.Type
_CASTS = {T.NUMBER: "double precision", T.MONEY: "bigint", T.YES_NO: "boolean", T.CUSTOMER: "bigint"}
_OUTPUT: dict[str, type[models.Field[Any, Any]]] = {
    T.NUMBER: models.FloatField, T.MONEY: models.BigIntegerField, T.YES_NO: models.BooleanField,
    T.CUSTOMER: models.BigIntegerField,
}  # fmt: skip
INDEXED = {T.TEXT, T.NUMBER, T.MONEY, T.DATE, T.CHOICE, T.YES_NO, T.PHONE, T.CUSTOMER}
"""Types that an index serves; long text and several choices are looked through."""


def sql(code: str, kind: str, vendor: str, column: str = '"values"') -> str:
    """The value of a field in SQL; the same text in an index and in a query, or the index would not serve.

    >>> sql("city", "text", "sqlite"), sql("budget", "money", "postgresql")
    ('json_extract("values", \\'$.city\\')', '(("values" ->> \\'budget\\')::bigint)')
    """
    if vendor == "sqlite":
        return f"json_extract({column}, '$.{code}')"
    text = f"({column} ->> '{code}')"
    return f"({text}::{_CASTS[T(kind)]})" if kind in _CASTS else text


class FieldValue(Func):
    """The value of a field of a customer; `prefix` leads from the rows asked to their customers."""

    def __init__(self, field: Field, prefix: str = "") -> None:
        super().__init__(F(f"{prefix}values"), output_field=_OUTPUT.get(field.type, models.TextField)())
        self._code, self._kind = field.code, field.type

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, list[Any]]:
        column, parameters = compiler.compile(self.source_expressions[0])
        return sql(self._code, self._kind, connection.vendor, column), list(parameters)


def there(field: Field, prefix: str = "") -> Q:
    """The customers who have a value: said in so many words, since the index holds no others."""
    return Q(IsNull(FieldValue(field, prefix), False))


def empty(field: Field, prefix: str = "") -> Q:
    """The customers who have none."""
    return Q(IsNull(FieldValue(field, prefix), True))


def is_one_of(field: Field, wanted: list[Any], prefix: str = "") -> Q:
    """The customers who have one of the values; of several choices, any of them."""
    value = FieldValue(field, prefix)
    if field.type == T.MULTI_CHOICE:
        found = Q()
        for code in wanted:
            found |= Q(IContains(value, f'"{code}"'))  # codes are small letters, digits and _: no quote in them
        return there(field, prefix) & found
    test = Exact(value, wanted[0]) if len(wanted) == 1 else In(value, wanted)
    return there(field, prefix) & Q(test)


def holds(field: Field, text: str, prefix: str = "") -> Q:
    """The customers whose value holds the words."""
    return there(field, prefix) & Q(IContains(FieldValue(field, prefix), text))


def between(field: Field, lowest: Any, highest: Any, prefix: str = "") -> Q:
    """The customers whose value is from one to another; None leaves an end open."""
    found = there(field, prefix)
    if lowest is not None:
        found &= Q(GreaterThanOrEqual(FieldValue(field, prefix), lowest))
    if highest is not None:
        found &= Q(LessThanOrEqual(FieldValue(field, prefix), highest))
    return found
