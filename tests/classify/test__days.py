"""Days in order: what is bought and given back on one day, and one look at lines against two."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pyarrow as pa
import pytest

from shuke.classify import Indicators, known_of, signs

AS_OF = date(2024, 12, 31)
FIRST = date(2024, 3, 1)


def purchases_of(engine, lines):
    """Lines as (customer, days after FIRST, amount)."""
    who, days, amounts = zip(*lines, strict=True)
    columns = {
        "customer_id": pa.array(who),
        "purchased_on": pa.array([FIRST + timedelta(days=day) for day in days]),
        "amount_minor": pa.array(amounts, pa.int64()),
    }
    return engine.from_arrow("purchases", pa.table(columns))


def row_of(table, *names):
    (row,) = table.engine.fetch(f"SELECT {', '.join(names)} FROM {{t}}", t=table).to_pylist()
    return tuple(row.values())


def test_a_day_given_back_in_full_counts_for_evenness_but_not_for_the_own_past(engine):
    """Bought on days 0, 10, 20, 30 and 40, where the one of day 20 is given back at once."""
    lines = [("u", day, 100) for day in (0, 10, 20, 30, 40)] + [("u", 20, -100)]
    purchases = purchases_of(engine, lines)
    known = known_of(purchases, as_of=AS_OF, indicators=Indicators(wanted=("gap_variation", "amount_variation")))
    assert row_of(known.measured.table, "gap_variation", "amount_variation") == (0, 0)
    # Four purchase days in the past of 40 days up to the last: 3 in the (AS_OF - 90 - FIRST) days before the period.
    before = (AS_OF - timedelta(days=90) - FIRST).days
    usual, z = row_of(known.signs, "usual_purchases", "alarm_r_z")
    assert usual == pytest.approx(3 * 90 / before)
    assert z > 3


def test_without_returns_the_own_past_has_every_day(engine):
    purchases = purchases_of(engine, [("u", day, 100) for day in (0, 10, 20, 30, 40)])
    before = (AS_OF - timedelta(days=90) - FIRST).days
    assert row_of(signs(purchases, as_of=AS_OF), "usual_purchases") == (pytest.approx(4 * 90 / before),)


def test_one_look_at_lines_says_what_two_say(duckdb_engine):
    dice = random.Random(3)  # noqa: S311 - no secret, a repeatable base
    lines = [(f"c{dice.randrange(40)}", dice.randrange(300), dice.choice([-300, 500, 900, 1500])) for _ in range(2000)]
    purchases = purchases_of(duckdb_engine, lines)
    known = known_of(purchases, as_of=AS_OF)
    apart = Indicators().measure(purchases, as_of=AS_OF).table, signs(purchases, as_of=AS_OF)
    for together, alone in zip((known.measured.table, known.signs), apart, strict=True):
        sql = "SELECT * FROM {t} ORDER BY customer_id"
        expected = duckdb_engine.fetch(sql, t=alone).to_pylist()
        found = duckdb_engine.fetch(sql, t=together).to_pylist()
        assert len(found) == len(expected) == 40
        for mine, theirs in zip(found, expected, strict=True):
            assert mine == pytest.approx(theirs, abs=1e-6)
