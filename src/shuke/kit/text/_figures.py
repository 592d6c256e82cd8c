"""Figures as a reader of each language expects them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent

from shuke.kit.money import to_major
from shuke.kit.text._catalogue import require_language

# Babel takes up to 100 µs a figure, and a page writes the same ones many times over: in each size of a chart, for each
# reader of a run. 20,000 figures are a few megabytes.
_kept = lru_cache(maxsize=20_000)
_LOCALES = {"zh-hans": "zh_Hans_CN", "zh-hant": "zh_Hant_TW", "en": "en_US"}


@_kept
def money(minor: int, currency: str, language: str) -> str:
    """An exact amount.

    >>> money(1240000, "CNY", "en"), money(1240000, "CNY", "zh-hans")
    ('CN¥12,400.00', '¥12,400.00')
    """
    return str(format_currency(to_major(minor, currency), currency, locale=_locale(language)))


@_kept
def compact_money(minor: int, currency: str, language: str) -> str:
    """A large amount in short: 4.65 亿 in Chinese, 465M in English; small ones in full.

    >>> compact_money(46500000000, "CNY", "zh-hans"), compact_money(46500000000, "CNY", "en")
    ('¥4.65亿', 'CN¥465M')
    """
    if abs(to_major(minor, currency)) < Decimal(10_000):
        return money(minor, currency, language)
    return str(
        format_compact_currency(to_major(minor, currency), currency, locale=_locale(language), fraction_digits=2)
    )


@_kept
def number(value: float | Decimal, language: str, decimals: int = 0) -> str:
    """A plain number with separators of thousands.

    >>> number(1469307, "zh-hans"), number(0.4567, "en", decimals=2)
    ('1,469,307', '0.46')
    """
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(format_decimal(value + 0, format=pattern, locale=_locale(language)))


@_kept
def share(value: float, language: str, decimals: int = 0) -> str:
    """A share of one as percent; what is not quite none or all never reads as none or all.

    >>> share(0.1234, "en", decimals=1), share(0.0003, "en"), share(0.99996, "en", decimals=1)
    ('12.3%', '<1%', '>99.9%')
    """
    least = 10.0 ** -(decimals + 2)
    if 0 < value <= least / 2:
        return "<" + share(least, language, decimals)
    if 1 - least / 2 <= value < 1:
        return ">" + share(1 - least, language, decimals)
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "") + "%"
    return str(format_percent(value + 0, format=pattern, locale=_locale(language)))


@_kept
def day(value: date, language: str) -> str:
    """A day as the language writes it.

    >>> day(date(2017, 12, 31), "zh-hans"), day(date(2017, 12, 31), "en")
    ('2017年12月31日', 'Dec 31, 2017')
    """
    return str(format_date(value, format="medium" if language == "en" else "long", locale=_locale(language)))


def _locale(language: str) -> str:
    return _LOCALES[require_language(language)]
