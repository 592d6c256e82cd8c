"""Which purchases spend is learned from, by hand and on both engines."""

import pyarrow as pa
import pytest

from shuke.value.spending import spend_histories, spends


def summary_of(engine, rows):
    """Rows of (purchases, spend, repeat spend)."""
    purchases, spend, repeat = (list(column) for column in zip(*rows, strict=True))
    columns = {
        "x": [count - 1 for count in purchases],
        "purchases": purchases,
        "spend_minor": spend,
        "repeat_spend_minor": repeat,
    }
    return engine.from_arrow("summary", pa.table(columns))


def test_spend_is_learned_from_repeat_purchases_alone(engine):
    """A car of 200,000 and four services of 300 each: 300 is what the next visit brings."""
    drivers = [(5, 201_200, 1_200)] * 25
    others = [(1, 150_000, 0), (3, 200_003, 3), (2, 700, -50), (3, 9_000, 1)]
    found = spend_histories(summary_of(engine, drivers + others))
    assert not found.first_too
    assert found.histories.to_pylist() == [
        {"x": 2, "spend": 1.0, "customers": 1},
        {"x": 2, "spend": 2.0, "customers": 1},
        {"x": 4, "spend": 300.0, "customers": 25},
    ]
    learned = found.fitted().params_
    assert not learned.first_too
    assert learned.mean_spend == pytest.approx((25 * 300 + 3) / 27)


def test_where_too_few_came_back_all_purchases_are_taken_and_it_is_said(engine):
    rows = [(2, 3_000, 1_000)] * 19 + [(1, 500, 0), (1, -4, 0)]
    found = spend_histories(summary_of(engine, rows))
    assert found.histories.to_pylist() == [
        {"x": 1, "spend": 500.0, "customers": 1},
        {"x": 2, "spend": 1500.0, "customers": 19},
    ]
    learned = found.fitted().params_
    assert (learned.first_too, learned.notes[0]) == (True, "first_purchases_too")


@pytest.mark.parametrize(("customers", "first_too"), [(19, True), (20, False)])
def test_twenty_customers_with_spend_at_a_repeat_purchase_are_enough(customers, first_too):
    repeat = {"x": [1, 1, 0], "spend": [10.0, 0.0, 0.0], "customers": [customers, 50, 50]}
    assert spends(lambda _: repeat).first_too == first_too
