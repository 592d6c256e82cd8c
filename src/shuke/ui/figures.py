"""Writers of figures in the reader's language, for charts: each turns a number into text."""

from __future__ import annotations

import re
from collections.abc import Callable

from shuke.kit import text
from shuke.ui import language

Write = Callable[[float], str]
_ROUND = re.compile(r"\.0+(?!\d)")


def numbers(decimals: int = 0) -> Write:
    """Plain numbers with separators of thousands.

    >>> from django.utils.translation import override
    >>> with override("en"):
    ...     numbers()(1234567)
    '1,234,567'
    """
    tongue = language.active()
    return lambda value: text.number(value, tongue, decimals)


def trimmed(decimals: int = 1) -> Write:
    """Numbers for axes: with decimals only where they say something.

    >>> from django.utils.translation import override
    >>> with override("en"):
    ...     [trimmed()(value) for value in (0.0, 0.5, 200.0)]
    ['0', '0.5', '200']
    """
    tongue = language.active()
    return lambda value: _ROUND.sub("", text.number(value, tongue, decimals))


def shares(decimals: int = 0) -> Write:
    """Shares of one as percent."""
    tongue = language.active()
    return lambda value: text.share(value, tongue, decimals)


def amounts(currency: str) -> Write:
    """Exact amounts; the values are minor units."""
    tongue = language.active()
    return lambda minor: text.money(round(minor), currency, tongue)


def short_amounts(currency: str) -> Write:
    """Large amounts in short, as axes and marks want them, without .00; the values are minor units.

    >>> from django.utils.translation import override
    >>> with override("en"):
    ...     [short_amounts("CNY")(minor) for minor in (20_000, 20_050, 150_000_000)]
    ['CN¥200', 'CN¥200.50', 'CN¥1.5M']
    """
    tongue = language.active()
    return lambda minor: _ROUND.sub("", text.compact_money(round(minor), currency, tongue))
