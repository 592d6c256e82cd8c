"""Where staff time goes, and where the money comes from."""

from __future__ import annotations

from datetime import date, datetime

import pyarrow as pa
import pytest

from shuke.classify import effort
from shuke.kit.errors import InputError
from shuke.tables import TOUCHES

AS_OF = date(2017, 12, 31)


def touches(engine, *lines):
    rows = [
        {"touch_id": f"t{place}", "entry": 1, "customer_id": who, "touched_on": day, "kind": "call", "minutes": minutes,
         "touched_at": datetime(day.year, day.month, day.day), "touches": 1 if minutes > 0 else -1}
        for place, (who, day, minutes) in enumerate(lines)
    ]  # fmt: skip
    return engine.from_arrow("touches", pa.Table.from_pylist(rows, schema=TOUCHES.schema))


def scores(customers, engine, margins=(900_00, 100_00)):
    return customers(
        engine, customer_id=["u", "v"], tier_in_force=["A", "D"], current_value_minor=list(margins), clv_minor=[1, None]
    )


def test_hours_astray_are_those_beyond_the_share_of_margin(customers, duckdb_engine):
    told = touches(
        duckdb_engine, ("u", date(2017, 6, 1), 30), ("v", date(2017, 6, 1), 90), ("v", AS_OF, -20), ("w", AS_OF, 600)
    )
    top, low = effort(scores(customers, duckdb_engine), told, order=["A", "D"], as_of=AS_OF, hourly_cost_minor=60_00)
    assert (top.minutes, low.minutes) == (30, 70)
    assert (top.worth_minutes, low.worth_minutes) == (90.0, 10.0)
    assert (top.astray_minor, low.astray_minor) == (-60_00, 60_00)
    assert (low.touches, low.clv_minor, low.spend_minor) == (0, None, 100_00)


def test_contacts_before_the_twelve_months_and_after_the_day_do_not_count(customers, duckdb_engine):
    told = touches(duckdb_engine, ("u", date(2016, 12, 31), 30), ("u", date(2017, 1, 1), 5), ("u", date(2018, 1, 1), 9))
    assert effort(scores(customers, duckdb_engine), told, order=["A", "D"], as_of=AS_OF)[0].minutes == 5


@pytest.mark.parametrize(
    ("margins", "lines"), [((900, 100), []), ((-900, 0), [("u", AS_OF, 30)])], ids=["no minute", "no margin"]
)
def test_without_minutes_or_margin_nothing_is_astray(customers, duckdb_engine, margins, lines):
    found = effort(
        scores(customers, duckdb_engine, margins), touches(duckdb_engine, *lines), order=["A"], as_of=AS_OF,
        hourly_cost_minor=1,
    )  # fmt: skip
    assert [one.tier for one in found] == ["A", "D"]
    assert {(one.worth_minutes, one.astray_minutes, one.astray_minor) for one in found} == {(None, None, None)}


def test_columns_that_are_missing_are_named(customers, duckdb_engine):
    with pytest.raises(InputError, match="tier_in_force"):
        effort(customers(duckdb_engine, clv_minor=[1]), touches(duckdb_engine), order=[], as_of=AS_OF)


@pytest.mark.spark
def test_effort_is_the_same_on_both_engines(customers, duckdb_engine, spark_engine):
    lines = (("u", date(2017, 6, 1), 30), ("v", date(2017, 6, 1), 90))
    on = [
        effort(scores(customers, engine), touches(engine, *lines), order=["A", "D"], as_of=AS_OF, hourly_cost_minor=60)
        for engine in (duckdb_engine, spark_engine)
    ]
    assert on[0] == on[1]
