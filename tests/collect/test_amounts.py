"""Amounts as they come, into exact decimals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuke.collect.amounts import AMBIGUOUS, FOREIGN, UNREADABLE, Style, parse_amount, style_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"),
        ("+12.5", "12.5"),
        ("-12.50", "-12.50"),
        ("12.50-", "-12.50"),
        ("(12.00)", "-12.00"),
        ("（12.00）", "-12.00"),
        ("−12", "-12"),
        ("¥1,234.50", "1234.50"),
        ("￥1，234.50", "1234.50"),
        ("-¥12", "-12"),
        ("¥-12", "-12"),
        ("¥(12)", "-12"),
        ("12.50元", "12.50"),
        ("RMB 12.50", "12.50"),
        ("CNY12.50", "12.50"),
        ("12.50 CNY", "12.50"),
        ("人民币12.5", "12.5"),
        ("１２３.４５", "123.45"),
        ("1 234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("0,5", "0.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1.2万", "12000"),
        ("3亿元", "300000000"),
        ("1.5E3", "1500"),
        ("0.00", "0"),
        ("-0", "0"),
    ],
)
def test_an_amount_that_leaves_no_doubt_is_read_exactly(text: str, value: str) -> None:
    assert parse_amount(text, "CNY") == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "¥",
        "twelve",
        "12,34,5",
        "1,23.4,5",
        "12-13",
        "2017-01-02",
        "12%",
        "--",
        "1.2.3",
        "(",
        "()",
        "1e999",
        "NaN",
    ],
)
def test_what_is_no_amount_is_unreadable(text: str) -> None:
    assert parse_amount(text, "CNY") == UNREADABLE


def test_an_amount_out_of_all_proportion_is_unreadable() -> None:
    assert parse_amount("1000000000000", "CNY") == UNREADABLE
    assert parse_amount("999999999999", "CNY") == Decimal(999999999999)


@pytest.mark.parametrize(
    ("text", "currency", "readable"),
    [
        ("NT$100", "TWD", True),
        ("NT$100", "CNY", False),
        ("HK$100", "HKD", True),
        ("$100", "USD", True),
        ("$100", "TWD", True),
        ("$100", "CNY", False),
        ("€5", "EUR", True),
        ("€5", "CNY", False),
        ("100元", "TWD", True),
        ("100元", "USD", False),
        ("¥100", "JPY", True),
        ("USD 5", "CNY", False),
    ],
)
def test_a_mark_of_another_currency_is_never_taken_for_ours(text: str, currency: str, readable: bool) -> None:
    assert (parse_amount(text, currency) != FOREIGN) is readable


def test_one_value_without_doubt_decides_the_style_of_the_column() -> None:
    style = style_of(["1.234", "1.234,50"])
    assert parse_amount("1.234", "EUR", style) == Decimal(1234)
    assert parse_amount("1,234", "EUR", style) == Decimal("1.234")


def test_without_evidence_the_point_separates_decimals() -> None:
    assert style_of(["1.234", "1,234", "12"]) is Style.UNKNOWN
    assert parse_amount("1.234", "CNY") == Decimal("1.234")
    assert parse_amount("1,234", "CNY") == Decimal(1234)


def test_a_column_written_both_ways_leaves_doubtful_values_ambiguous_and_reads_the_others() -> None:
    style = style_of(["1.234,50", "1,234.50"])
    assert style is Style.BOTH
    assert parse_amount("1.234", "EUR", style) == AMBIGUOUS
    assert parse_amount("1.234,50", "EUR", style) == parse_amount("1,234.50", "EUR", style) == Decimal("1234.50")


@given(st.decimals(min_value="-999999999", max_value="999999999", places=2, allow_nan=False))
def test_whatever_is_written_in_a_known_form_is_read_back(value: Decimal) -> None:
    assert parse_amount(f"{value:,.2f}", "CNY") == value
    assert parse_amount(f"¥{value:.2f}", "CNY") == value
    european = f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
    assert parse_amount(european, "CNY") == value


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_has_a_reason(text: str) -> None:
    style_of([text])
    assert isinstance(parse_amount(text, "CNY"), Decimal) or parse_amount(text, "CNY") in {UNREADABLE, FOREIGN}
