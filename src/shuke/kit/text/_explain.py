"""A code and the figures of a row into a sentence, fast enough for every row of an export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache
from math import floor
from string import Formatter
from typing import Any

from shuke.kit.money import minor_digits, require_currency
from shuke.kit.text._catalogue import keys, require_language, template
from shuke.kit.text._figures import day, money
from shuke.kit.text._names import name_given

_UNKNOWN = "—"
_Writer = Callable[[Any], str]
# Columns that hold a code, and where the codes' names stand.
_NAMES = {
    "loyalty_kind": "loyalty.",
    "prospect": "prospect.",
    "rfm_segment": "rfm.",
    "quadrant": "quadrant.",
    "stage": "stage.",
    "tier_computed": "tier.",
    "tier_in_force": "tier.",
    "type": "type.",
    "type_runner_up": "type.",
    "type_sign_1": "sign.",
    "type_sign_2": "sign.",
    "value_basis": "value_basis.",
}
_PLURALS = {" surveys": " survey", " days": " day", " purchases": " purchase", " customers": " customer"}


def explain(key: str, language: str, currency: str, row: Mapping[str, object]) -> str:
    """The sentence for a code, its figures taken from a row and written as the language writes them.

    How a figure is written follows from its column's name: `…_minor` is money in the currency, `…_days` whole days,
    `…probability` and `…_share` percent, `…_score` two decimals, cut off; dates are days, and a code that has a name
    (`stage`, `tier_in_force`, `value_basis` …) is written as its name. What is null or not in the row is written —.

    Errors: InputError for a code without a sentence, an unknown language or currency.

    >>> row = {"recency_days": 36, "typical_gap_days": 7.2}
    >>> explain("stage_why.late", "en", "CNY", row)
    'Last purchase 36 days ago; usually one comes every 7 days.'
    """
    given = name_given(key, language)
    if given is not None:
        return given
    return "".join([text if write is None else write(row.get(text)) for text, write in _parts(key, language, currency)])


@cache
def _parts(key: str, language: str, currency: str) -> tuple[tuple[str, _Writer | None], ...]:
    """The template taken apart: plain text (without a writer), and columns with what writes their figure."""
    language, currency = require_language(language), require_currency(currency)
    pieces = [piece[:2] for piece in Formatter().parse(template(key, language))]
    parts: list[tuple[str, _Writer | None]] = []
    for text, column in pieces:
        if language == "en" and parts:
            text = _count_in_words(parts, text)
        if text:
            parts.append((text, None))
        if column is not None:
            parts.append((column, _writer(column, language, currency)))
    return tuple(parts)


def _count_in_words(parts: list[tuple[str, _Writer | None]], text: str) -> str:
    """Hand a plural after a figure over to its writer, which knows when it is one; give the text that is left."""
    column, write = parts[-1]
    for plural, singular in _PLURALS.items():
        if write is not None and text.startswith(plural):
            parts[-1] = (column, _counting(write, singular, plural))
            return text.removeprefix(plural)
    return text


def _counting(write: _Writer, singular: str, plural: str) -> _Writer:
    def counted(value: Any) -> str:
        figure = write(value)
        return figure + (singular if figure == "1" else plural)

    return counted


@cache
def _writer(column: str, language: str, currency: str) -> _Writer:
    if column.endswith("_minor"):
        return _money_writer(language, currency)
    if column.endswith("_days"):
        return _whole
    if column.endswith(("probability", "_share")):
        return percent
    if column.endswith("_score"):
        return _hundredths
    if column.endswith("_rank"):
        return _rank
    if column in _NAMES:
        return _name_writer(_NAMES[column], language)

    def plain(value: Any) -> str:
        return _plain(value, language)

    return plain


def _money_writer(language: str, currency: str) -> _Writer:
    """As `money` writes it. One sample shows where sign and symbol stand, since Babel takes 30 µs a figure."""
    digits = minor_digits(currency)
    one = 10**digits
    sample = "1" + ("." + "0" * digits if digits else "")
    above, below = (money(amount, currency, language).split(sample) for amount in (one, -one))

    def write(minor: Any) -> str:
        if minor is None:
            return _UNKNOWN
        before, after = above if minor >= 0 else below
        major, rest = divmod(abs(minor), one)
        return f"{before}{major:,}.{rest:0{digits}d}{after}" if digits else f"{before}{major:,}{after}"

    return write


def _name_writer(prefix: str, language: str) -> _Writer:
    names = {key.removeprefix(prefix): template(key, language) for key in keys(prefix)}

    def write(code: Any) -> str:
        return _UNKNOWN if code is None else name_given(prefix + code, language) or names.get(code, str(code))

    return write


def _whole(value: Any) -> str:
    return _UNKNOWN if value is None else f"{round(value):,}"


def _hundredths(value: Any) -> str:
    """Cut off and not rounded, so that what is below a cut never reads as if it were not."""
    return _UNKNOWN if value is None else f"{floor(round(value * 100, 6)) / 100:.2f}"


def _rank(value: Any) -> str:
    return _UNKNOWN if value is None else f"{value:,.1f}".removesuffix(".0")


def percent(value: float | None) -> str:
    """A share of one in whole percent, alike in all languages; what is not quite none or all never reads as such.

    >>> percent(0.999), percent(1.0), percent(0.005), percent(None)
    ('>99%', '100%', '<1%', '—')
    """
    if value is None:
        return _UNKNOWN
    if 0 < value <= 0.005:
        return "<1%"
    return ">99%" if 0.995 <= value < 1 else f"{value:.0%}"


def _plain(value: Any, language: str) -> str:
    if value is None:
        return _UNKNOWN
    if isinstance(value, date):
        return _day(value, language)
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


@lru_cache(maxsize=20_000)
def _day(value: date, language: str) -> str:
    return day(value, language)
