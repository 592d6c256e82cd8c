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
INDEXED = {*T} - {T.LONG_TEXT}
"""Types that an index serves: all by which lists are sorted. Long text is looked through."""


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
    """The value of a field of a customer; `prefix` leads from the rows asked to their customers.

    `walked`: rows are walked in another order and only held against it, so SQLite shall leave its index alone (by which
    it would fetch and sort a tenth of all customers for one page). PostgreSQL weighs that well by itself.
    """

    def __init__(self, field: Field, prefix: str = "", *, walked: bool = False) -> None:
        super().__init__(F(f"{prefix}values"), output_field=_OUTPUT.get(field.type, models.TextField)())
        self._code, self._kind, self._walked = field.code, field.type, walked

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, list[Any]]:
        column, parameters = compiler.compile(self.source_expressions[0])
        plus = "+" if self._walked and connection.vendor == "sqlite" else ""
        return plus + sql(self._code, self._kind, connection.vendor, column), list(parameters)


def there(field: Field, prefix: str = "", *, walked: bool = False) -> Q:
    """The customers who have a value: said in so many words, since the index holds no others."""
    return Q(IsNull(FieldValue(field, prefix, walked=walked), False))


def empty(field: Field, prefix: str = "", *, walked: bool = False) -> Q:
    """The customers who have none."""
    return Q(IsNull(FieldValue(field, prefix, walked=walked), True))


def is_one_of(field: Field, wanted: list[Any], prefix: str = "", *, walked: bool = False) -> Q:
    """The customers who have one of the values; of several choices, any of them."""
    value = FieldValue(field, prefix, walked=walked)
    if field.type == T.MULTI_CHOICE:
        found = Q()
        for code in wanted:
            found |= Q(IContains(value, f'"{code}"'))  # codes are small letters, digits and _: no quote in them
        return there(field, prefix, walked=walked) & found
    test = Exact(value, wanted[0]) if len(wanted) == 1 else In(value, wanted)
    return there(field, prefix, walked=walked) & Q(test)


def holds(field: Field, text: str, prefix: str = "", *, walked: bool = False) -> Q:
    """The customers whose value holds the words."""
    return there(field, prefix, walked=walked) & Q(IContains(FieldValue(field, prefix, walked=walked), text))


def between(field: Field, lowest: Any, highest: Any, prefix: str = "", *, walked: bool = False) -> Q:
    """The customers whose value is from one to another; None leaves an end open."""
    found = there(field, prefix, walked=walked)
    if lowest is not None:
        found &= Q(GreaterThanOrEqual(FieldValue(field, prefix, walked=walked), lowest))
    if highest is not None:
        found &= Q(LessThanOrEqual(FieldValue(field, prefix, walked=walked), highest))
    return found
