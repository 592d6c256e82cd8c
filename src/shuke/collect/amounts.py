"""Amounts as people and programs write them, into exact decimals.

The style of a column (is "1.234" a thousand or one and a bit?) is decided by the values in it that leave no doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

UNREADABLE = "unreadable_amount"
AMBIGUOUS = "ambiguous_amount"
FOREIGN = "other_currency"
LARGEST = Decimal(10) ** 12

_DOLLARS = frozenset({"USD", "TWD", "HKD", "SGD", "AUD", "CAD", "NZD", "MOP"})
# The longer sign first: NT$ before $.
_SIGNS: tuple[tuple[str, frozenset[str]], ...] = (
    ("NT$", frozenset({"TWD"})),
    ("HK$", frozenset({"HKD"})),
    ("US$", frozenset({"USD"})),
    ("S$", frozenset({"SGD"})),
    ("A$", frozenset({"AUD"})),
    ("C$", frozenset({"CAD"})),
    ("MOP$", frozenset({"MOP"})),
    ("人民币", frozenset({"CNY"})),
    ("人民幣", frozenset({"CNY"})),
    ("新台币", frozenset({"TWD"})),
    ("新臺幣", frozenset({"TWD"})),
    ("新台幣", frozenset({"TWD"})),
    ("RMB", frozenset({"CNY"})),
    ("CNH", frozenset({"CNY"})),
    ("NTD", frozenset({"TWD"})),
    ("¥", frozenset({"CNY", "JPY"})),
    ("元", frozenset({"CNY", "TWD", "HKD", "MOP"})),
    ("圆", frozenset({"CNY"})),
    ("圓", frozenset({"CNY", "TWD", "HKD"})),
    ("円", frozenset({"JPY"})),
    ("€", frozenset({"EUR"})),
    ("£", frozenset({"GBP"})),
    ("₩", frozenset({"KRW"})),
    ("₫", frozenset({"VND"})),
    ("฿", frozenset({"THB"})),
    ("$", _DOLLARS),
)
_TIMES = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_CODE = re.compile(r"^([A-Z]{3})(?=[-\d.,(])|(?<=[\d.,)])([A-Z]{3})$")
_PLAIN = re.compile(r"^(\d+\.?\d*|\.\d+)$")
_POWER = re.compile(r"^\d+(\.\d+)?E[+-]?\d{1,2}$")
_POINT = re.compile(r"^\d{1,3}(,\d{3})+\.\d*$|^\d{1,3}(,\d{3}){2,}$")
_COMMA = re.compile(r"^\d{1,3}(\.\d{3})+,\d*$|^\d{1,3}(\.\d{3}){2,}$|^\d*,\d{1,2}$|^\d*,\d{4,}$|^(\d{4,}|0),\d+$")
_EITHER = re.compile(r"^[1-9]\d{0,2}([.,])\d{3}$")


class Style(StrEnum):
    """What separates the decimals in a column."""

    UNKNOWN = "unknown"
    POINT = "point"
    COMMA = "comma"
    BOTH = "both"


@dataclass(frozen=True)
class _Parts:
    """An amount taken apart: its digits with separators, the sign, a factor (万), the currencies its mark allows."""

    digits: str
    negative: bool
    times: int
    currencies: frozenset[str] | None


def style_of(texts: Iterable[str], known: Style = Style.UNKNOWN) -> Style:
    """The style that the values without doubt show; `BOTH` where they contradict each other.

    >>> style_of(["1.234,50", "1.234"]), style_of(["1,234"]), style_of(["1,234.5", "1.234,5"])
    (<Style.COMMA: 'comma'>, <Style.UNKNOWN: 'unknown'>, <Style.BOTH: 'both'>)
    """
    for text in texts:
        parts = _take_apart(text)
        shown = _shown_style(parts.digits) if parts is not None else None
        if shown is None or shown is known:
            continue
        if known is not Style.UNKNOWN:
            return Style.BOTH
        known = shown
    return known


def _shown_style(digits: str) -> Style | None:
    if _COMMA.match(digits):
        return Style.COMMA
    if _POINT.match(digits) or ("." in digits and _PLAIN.match(digits) and not _EITHER.match(digits)):
        return Style.POINT
    return None


def parse_amount(text: str, currency: str, style: Style = Style.UNKNOWN) -> Decimal | str:
    """The amount in major units, or the reason why it cannot be told.

    "1,234" and "1.234" follow the column's style; where the column shows none, the point separates decimals and the
    comma thousands; where it shows both, they are ambiguous.

    >>> parse_amount("¥1,234.50", "CNY"), parse_amount("(12.00)", "CNY"), parse_amount("1.234,50", "CNY")
    (Decimal('1234.50'), Decimal('-12.00'), Decimal('1234.50'))
    >>> parse_amount("1.2万元", "CNY"), parse_amount("NT$120", "CNY"), parse_amount("twelve", "CNY")
    (Decimal('12000.0'), 'other_currency', 'unreadable_amount')
    """
    parts = _take_apart(text)
    if parts is None:
        return UNREADABLE
    if parts.currencies is not None and currency not in parts.currencies:
        return FOREIGN
    number = _number(parts.digits, style)
    if isinstance(number, str):
        return number
    value = number * parts.times
    if value >= LARGEST:
        return UNREADABLE
    return -value if parts.negative and value else value


def _number(digits: str, style: Style) -> Decimal | str:
    if _EITHER.match(digits):
        if style is Style.BOTH:
            return AMBIGUOUS
        decimal_mark = "," if style is Style.COMMA else "."
    elif _COMMA.match(digits):
        decimal_mark = ","
    elif _PLAIN.match(digits) or _POINT.match(digits) or _POWER.match(digits):
        decimal_mark = "."
    else:
        return UNREADABLE
    thousands = "." if decimal_mark == "," else ","
    return Decimal(digits.replace(thousands, "").replace(decimal_mark, ".").removesuffix(".") or "0")


def _take_apart(text: str) -> _Parts | None:
    """Currency, sign and factor off, the digits left; None where something else is in the way."""
    rest = unicodedata.normalize("NFKC", text).upper().translate(_DROPPED)
    negative = False
    currencies: frozenset[str] | None = None
    while not (rest[:1].isdigit() and rest[-1:].isdigit()):
        before = rest
        rest, minus = _without_sign(rest)
        negative ^= minus
        rest, allowed = _without_currency(rest)
        if allowed is not None:
            currencies = allowed if currencies is None else currencies & allowed
        if rest == before:
            break
    times = _TIMES.get(rest[-1:], 1)
    rest = rest[:-1] if times > 1 else rest
    return _Parts(rest, negative, times, currencies) if rest and rest[-1].isdigit() | (rest[-1] == ".") else None


_DROPPED = str.maketrans({" ": None, "\t": None, "\u00a0": None, "'": None, "’": None, "−": "-", "–": "-", "，": ","})


def _without_sign(text: str) -> tuple[str, bool]:
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1], True
    if text.startswith("-"):
        return text[1:], True
    if text.endswith("-"):
        return text[:-1], True
    return text.removeprefix("+"), False


def _without_currency(text: str) -> tuple[str, frozenset[str] | None]:
    for sign, currencies in _SIGNS:
        if text.startswith(sign):
            return text.removeprefix(sign), currencies
        if text.endswith(sign):
            return text.removesuffix(sign), currencies
    code = _CODE.search(text)
    if code is None:
        return text, None
    name = code.group(1) or code.group(2)
    return text.removeprefix(name).removesuffix(name), frozenset({name})


def rounded(amount: Decimal, decimals: int) -> Decimal:
    """To so many decimals, halves away from zero.

    >>> rounded(Decimal("12.345"), 2), rounded(Decimal("-0.005"), 2)
    (Decimal('12.35'), Decimal('-0.01'))
    """
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
