"""The columns of the list of customers: what each shows, how it is written, what it is sorted by."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Any, Literal

from django.utils import timezone

from shuke.crm.customers import fields as types
from shuke.crm.customers import phones
from shuke.crm.customers.labels import in_language
from shuke.crm.customers.models import Field
from shuke.crm.people.models import User
from shuke.kit.money import minor_digits, to_major
from shuke.kit.text import explain, keys, money, name_given, percent, say, template

Form = Literal["money", "whole", "tenth", "share", "day", "name", "text", "sentence", "field"]
Writer = Callable[[Any], str]
_UNKNOWN = "—"
LAST_CONTACT, LAST_TOUCH = "last_contact", "last_touch__at"
"""A customer's last contact, and where it is kept: a row beside the customer's, which the app of timelines writes."""


@dataclass(frozen=True)
class Column:
    """One column: its code in addresses, the field it shows, how it is written, and the field it is sorted by."""

    code: str
    field: str
    form: Form
    order: str = ""
    names: str = ""
    of: Field | None = dataclasses.field(default=None, compare=False)
    """The field of the card it shows, where it is of no score."""

    @property
    def is_number(self) -> bool:
        of_number = self.of is not None and self.of.type in (Field.Type.NUMBER, Field.Type.MONEY)
        return of_number or self.form in ("money", "whole", "tenth", "share")

    def title(self, language: str) -> str:
        if self.of is not None:
            return in_language(self.of.labels, language) or self.of.code
        return say(f"scores.column.{self.code}", language)


def _sorted(code: str, form: Form, field: str = "") -> Column:
    return Column(code, field or code, form, order=field or code)


COLUMNS: Mapping[str, Column] = {
    column.code: column
    for column in (
        Column("tier", "tier_in_force", "name", order="tier_rank", names="tier."),
        Column("stage", "stage", "name", order="stage", names="stage."),
        Column("prospect", "prospect", "name", names="prospect."),
        Column("rfm_alarm", "rfm_alarm", "name", names="rfm_alarm."),
        Column("quadrant", "quadrant", "name", names="quadrant."),
        Column("type", "type", "name", names="type."),
        Column("loyalty_kind", "loyalty_kind", "name", names="loyalty."),
        Column("loyalty_truth", "loyalty_truth", "name", names="loyalty_truth."),
        Column("loyalty_score", "loyalty_score", "share"),
        Column("satisfaction", "satisfaction", "name", names="satisfaction."),
        Column("credit", "credit", "name", names="credit."),
        Column("stability", "stability", "name", names="stability."),
        Column("price_code", "price_code", "name", names="price."),
        Column("channel_code", "channel_code", "name", names="channel."),
        Column("affinity_code", "affinity_code", "name", names="affinity."),
        Column("rhythm", "rhythm", "name", names="rhythm."),
        Column("usual_weekday", "usual_weekday", "name", names="weekday."),
        Column("usual_month", "usual_month", "name", names="month."),
        Column("standing_list", "standing_list", "name", names="list."),
        Column("list_proposal", "list_proposal", "name", names="list."),
        Column("segment", "rfm_segment", "name", order="rfm_segment", names="rfm."),
        Column("rfm_r", "rfm_r", "whole"),
        Column("rfm_f", "rfm_f", "whole"),
        Column("rfm_m", "rfm_m", "whole"),
        _sorted("clv", "money", "clv_minor"),
        _sorted("current_value", "money", "current_value_minor"),
        _sorted("historic_value", "money", "historic_value_minor"),
        _sorted("value_total", "money", "value_total_minor"),
        _sorted("value_at_risk", "money", "value_at_risk_minor"),
        _sorted("churn_probability", "share"),
        _sorted("expected_purchases", "tenth"),
        _sorted("next_purchase_due", "day"),
        Column("expected_lifetime", "expected_lifetime_days", "whole"),
        _sorted("last_purchase", "day"),
        _sorted("first_purchase", "day"),
        _sorted("purchases", "whole"),
        _sorted("spend", "money", "spend_minor"),
        Column("tier_rank", "tier_rank", "whole", order="tier_rank"),
        Column("policy", "policy_code", "name", names="policy."),
        Column("why", "why_code", "sentence"),
        Column("phone", "phone", "text"),
        Column("email", "email", "text"),
        Column("tags", "tags", "text"),
        Column("consents", "consents", "text"),
        Column("owner", "owner", "text"),
        Column("created", "created_at", "day", order="created_at"),
        Column("last_contact", LAST_CONTACT, "day", order=LAST_TOUCH),
    )
}
DEFAULT = ("tier", "stage", "clv", "current_value", "value_at_risk", "churn_probability", "last_purchase", "policy")
ORDERS = {"name": "sort_name"} | {code: column.order for code, column in COLUMNS.items() if column.order}
"""What lists are sorted by: the code in addresses and the field."""
OF_CUSTOMER = {"phone", "email", "created_at", "owner", LAST_CONTACT}
BESIDE = {"tags", "consents"}
"""Columns of texts that are asked for beside the rows, for a page of them at once."""
OF_CARD = "values."
"""What the field of a column begins with that shows a field of the card."""


def card_column(of: Field, viewer: User | None = None) -> Column:
    """A field of the card as a column. By contacts that are masked for the viewer nothing is sorted.

    >>> card_column(Field(code="budget", type="money")).order
    'f.budget'
    """
    code = f"f.{of.code}"
    is_sorted = of.type in types.SORTED and not types.is_closed(of, viewer)
    return Column(code, OF_CARD + of.code, "field", order=code if is_sorted else "", of=of)


def writers(viewer: User, columns: tuple[Column, ...], language: str, currency: str) -> list[Writer]:
    """What writes the figure of each column, for pages: money in whole major units, days as 2017-12-31."""
    return [_writer(viewer, column, language, currency) for column in columns]


def _writer(viewer: User, column: Column, language: str, currency: str) -> Writer:
    if column.form == "money":
        return _money(language, currency)
    if column.form == "name":
        return _names(column.names, language).get_or_code
    if column.of is not None:
        return partial(types.shown, column.of, viewer=viewer)
    if column.code == "phone" and viewer.may("contacts"):
        return _or_unknown(phones.shown)
    return _PLAIN[column.form]


def _or_unknown(write: Writer) -> Writer:
    return lambda value: _UNKNOWN if value is None or value == "" else write(value)


def _day(value: date) -> str:
    """A moment's day is that of the business's clock."""
    day = timezone.localtime(value) if isinstance(value, datetime) else value
    return f"{day:%Y-%m-%d}"


_PLAIN: dict[str, Writer] = {
    "whole": _or_unknown(lambda value: f"{value:,.0f}"),
    "tenth": _or_unknown(lambda value: f"{value:,.1f}"),
    "share": percent,
    "day": _or_unknown(_day),
    "text": _or_unknown(str),
    "sentence": _or_unknown(str),
}


@cache
def _money(language: str, currency: str) -> Writer:
    """Whole major units. One sample shows where the symbol stands, since Babel takes 30 µs a figure."""
    digits = minor_digits(currency)
    sample = "1" + ("." + "0" * digits if digits else "")
    before, after = money(10**digits, currency, language).split(sample)
    return _or_unknown(lambda minor: _major(minor, digits, before, after))


def _major(minor: int, digits: int, before: str, after: str) -> str:
    whole = (abs(minor) + 10**digits // 2) // 10**digits
    return f"{'-' if minor < 0 and whole else ''}{before}{whole:,}{after}"


@dataclass(frozen=True)
class Names:
    """Codes and what they are called: by the business, else in the catalogue."""

    prefix: str
    language: str
    called: Mapping[str, str]

    def get_or_code(self, code: str | int | None) -> str:
        """Weekdays and months are codes too, 1 is Monday or January."""
        if not code:
            return _UNKNOWN
        code = str(code)
        return name_given(self.prefix + code, self.language) or self.called.get(code, code)


@cache
def _names(prefix: str, language: str) -> Names:
    called = {key.removeprefix(prefix).removesuffix(".name"): template(key, language) for key in keys(prefix)
              if not key.endswith(".do")}  # fmt: skip
    return Names(prefix, language, called)


def name_of(prefix: str, code: str, language: str) -> str:
    """What a code is called: `name_of("tier.", "A", "en")`.

    >>> name_of("stage.", "former", "en"), name_of("policy.", "A.decline", "en")
    ('Former', 'Manager saves in person')
    """
    return _names(prefix, language).get_or_code(code)


def short_tier(code: str, language: str) -> str:
    """A tier in a badge: A to D as they are, others by name.

    >>> short_tier("A", "en"), short_tier("vital", "en")
    ('A', 'Vital few (80% of value)')
    """
    return code if len(code) == 1 else name_of("tier.", code, language)


def why_sentence(row: Mapping[str, object], language: str, currency: str) -> str:
    """Why the policy holds now, from the row's own figures."""
    return explain(f"why.{row['why_code']}", language, currency, row)


def file_text(column: Column, value: object, language: str, currency: str) -> str:
    """A figure as a file has it: money in major units without a symbol, shares as they are, codes by name.

    >>> file_text(COLUMNS["clv"], 123450, "en", "CNY"), file_text(COLUMNS["tier"], "A", "en", "CNY")
    ('1234.50', 'A · VIP')
    """
    if value is None:
        return ""
    assert column.of is None, "what cards say is written by `fields.file_text`, for somebody"  # noqa: S101
    if column.form == "money" and isinstance(value, int):
        return str(to_major(value, currency))
    if column.form == "name":
        return name_of(column.names, str(value), language)
    if isinstance(value, float):
        return f"{value:.4f}"
    return _day(value) if isinstance(value, date) else str(value)
