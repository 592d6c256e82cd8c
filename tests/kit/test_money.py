from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuke.kit.errors import InputError
from shuke.kit.money import minor_digits, require_currency, to_major, to_minor


@given(st.integers(-(2**62), 2**62), st.sampled_from(["CNY", "JPY", "KWD", "TWD"]))
def test_minor_to_major_and_back_is_the_same_money(minor, currency):
    assert to_minor(to_major(minor, currency), currency) == minor


def test_halves_are_rounded_away_from_zero():
    assert [to_minor(Decimal(text), "CNY") for text in ("1.005", "-1.005", "1.0049")] == [101, -101, 100]


def test_an_unknown_currency_is_told_what_a_code_looks_like():
    with pytest.raises(InputError, match=r"'yuan'.*CNY"):
        require_currency("yuan")
    assert minor_digits("cny") == 2


def test_money_past_64_bits_is_refused():
    with pytest.raises(InputError, match="too large"):
        to_minor(Decimal(10) ** 20, "CNY")
