"""Money is whole minor units inside (`…_minor`), Decimal major units at the edges."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from babel.core import get_global

from shuke.kit.errors import InputError

_LARGEST_MINOR = 2**63 - 1


def minor_digits(currency: str) -> int:
    """How many decimals the currency has (ISO 4217).

    >>> minor_digits("CNY"), minor_digits("JPY"), minor_digits("KWD")
    (2, 0, 3)
    """
    code = require_currency(currency)
    fractions: dict[str, tuple[int, ...]] = get_global("currency_fractions")
    return fractions.get(code, fractions["DEFAULT"])[0]


def require_currency(currency: str) -> str:
    """The code in capitals, or an error that says what a code looks like.

    >>> require_currency("cny")
    'CNY'
    """
    code = currency.strip().upper()
    if code not in get_global("all_currencies"):
        raise InputError.of("error.unknown_currency", currency=currency)
    return code


def to_minor(amount: Decimal, currency: str) -> int:
    """Major units to whole minor units, halves away from zero.

    >>> to_minor(Decimal("12.345"), "CNY"), to_minor(Decimal("-12.345"), "CNY")
    (1235, -1235)
    """
    scaled = amount.scaleb(minor_digits(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    if abs(scaled) > _LARGEST_MINOR:
        raise InputError.of("error.amount_too_large", amount=amount, currency=currency, limit=_LARGEST_MINOR)
    return int(scaled)


def to_major(minor: int, currency: str) -> Decimal:
    """Whole minor units to major units, exactly.

    >>> to_major(123450, "CNY")
    Decimal('1234.50')
    """
    return Decimal(minor).scaleb(-minor_digits(currency))
