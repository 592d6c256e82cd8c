from __future__ import annotations

import timeit
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuke.kit.errors import InputError
from shuke.kit.text import LANGUAGES, explain, money
from shuke.kit.text._explain import _writer


@given(
    minor=st.integers(-(10**17), 10**17),
    currency=st.sampled_from(["CNY", "TWD", "JPY", "USD", "KWD", "EUR"]),
    language=st.sampled_from(LANGUAGES),
)
def test_money_is_written_as_the_slow_way_writes_it(minor, currency, language):
    assert _writer("clv_minor", language, currency)(minor) == money(minor, currency, language)


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("recency_days", 1234, "1,234"),
        ("typical_gap_days", 3.6, "4"),
        ("churn_probability", 0.456, "46%"),
        ("churn_probability", 0.0, "0%"),
        ("churn_probability", 0.004, "<1%"),
        ("churn_probability", 0.999, ">99%"),
        ("churn_probability", 1.0, "100%"),
        ("tier_rank", 12345, "12,345"),
        ("expected_purchases", 2.345, "2.3"),
        ("first_purchase", date(2017, 3, 5), "2017年3月5日"),
        ("value_basis", "margin", "毛利"),
        ("tier_in_force", "A", "A 级 VIP 客户"),
        ("tier_in_force", "gold", "gold"),
        ("customer_id", "u1", "u1"),
    ],
)
def test_a_figure_is_written_as_its_column_asks(column, value, text):
    assert _writer(column, "zh-hans", "CNY")(value) == text


@pytest.mark.parametrize("column", ["clv_minor", "recency_days", "churn_probability", "first_purchase", "stage"])
def test_what_is_unknown_is_a_dash(column):
    assert _writer(column, "en", "CNY")(None) == "—"


def test_what_is_not_in_the_row_is_a_dash():
    assert explain("stage_why.late", "en", "CNY", {"recency_days": 9}) == (
        "Last purchase 9 days ago; usually one comes every — days."
    )


def test_one_day_is_not_one_days():
    row = {"purchases": 1, "age_days": 1}
    assert explain("why.growing", "en", "CNY", row) == "Growing: 1 purchase in 1 day."
    assert explain("why.growing", "en", "CNY", {"purchases": 2, "age_days": 30}) == "Growing: 2 purchases in 30 days."


def test_an_unknown_code_language_or_currency_is_refused():
    for key, language, currency in [("no.such", "en", "CNY"), ("why.growing", "fr", "CNY"), ("why.growing", "en", "X")]:
        with pytest.raises(InputError):
            explain(key, language, currency, {})


def test_a_sentence_takes_microseconds():
    row = {"tier_rank": 4123, "tier_base": 100_000, "value_basis": "margin", "tier_measure_minor": 123_456}
    row["tier_next_minor"] = 1_240_000
    best = min(timeit.repeat(lambda: explain("tier_why.ranked", "zh-hans", "CNY", row), number=2000, repeat=5)) / 2000
    # About 5 µs; the bound is loose, since machines of a build are slow and shared.
    assert best < 50e-6
