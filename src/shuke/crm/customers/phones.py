"""Phone numbers as people write them, made one: +8613800138000."""

from __future__ import annotations

import phonenumbers

_REGIONS = ("CN", "TW", "HK", "MO")
"""Where a number without a country code is looked for, in this order."""


def normalised(typed: str) -> str:
    """The number with its country code (E.164), or empty for what is no number of any of the regions.

    >>> normalised("138 0013 8000"), normalised("010-8888 7777"), normalised("0912-345-678"), normalised("12345")
    ('+8613800138000', '+861088887777', '+886912345678', '')
    """
    for region in _REGIONS:
        try:
            number = phonenumbers.parse(typed, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return ""


def shown(phone: str) -> str:
    """A number as people read it: those of mainland China without country code; what is no number as it is.

    >>> shown("+8613800138000"), shown("+886912345678"), shown("ext. 12")
    ('138 0013 8000', '+886 912 345 678', 'ext. 12')
    """
    if not phone.startswith("+"):
        return phone
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return phone
    plain = number.country_code == 86
    form = phonenumbers.PhoneNumberFormat.NATIONAL if plain else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(number, form))


def tail(phone: str) -> str:
    """The digits backwards without the country code, as `search_phone` begins with them whichever way it was written.

    >>> tail("+8613800138000"), tail("010-8888 7777"), tail("12")
    ('00083100831', '7777888801', '')
    """
    number = normalised(phone)
    if not number:
        return ""
    return str(phonenumbers.parse(number, None).national_number)[::-1]
