"""Looking back from any day: by hand, against the summary, and the same sample on both engines."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from shuke.tables import PURCHASES
from shuke.value import count_histories, sampled, summarise

AS_OF = date(2024, 12, 31)
START = date(2024, 1, 1)


def facts_of(engine, lines):
    """Lines of (customer, day, amount)."""
    empty = dict.fromkeys(PURCHASES.names) | {"source_file": "sales.csv", "source_row": 1}
    rows = [empty | {"customer_id": who, "purchased_on": day, "amount_minor": amount} for who, day, amount in lines]
    return engine.from_arrow("facts", pa.Table.from_pylist(rows, PURCHASES.schema))


def sampled_of(engine, lines, **limits):
    facts = facts_of(engine, lines)
    summary = summarise(facts, as_of=AS_OF, left_truncation_days=0).table
    return sampled(facts, summary, as_of=AS_OF, **limits), summary


def many(customers=300, seed=5):
    rng = np.random.default_rng(seed)
    return [
        (f"客{number:03d}", START + timedelta(days=int(day)), 100)
        for number in range(customers)
        for day in np.unique(rng.integers(rng.integers(0, 366), 366, 1 + rng.poisson(3)))
    ]


def test_histories_of_any_day_are_the_ones_by_hand(engine):
    lines = [
        ("李雷", START, 500),
        ("李雷", START + timedelta(days=10), 700),
        ("李雷", START + timedelta(days=30), 300),
        ("李雷", START + timedelta(days=40), 300),
        ("李雷", START + timedelta(days=50), 300),
        ("李雷", START + timedelta(days=51), -300),
        ("韩梅梅", START + timedelta(days=30), 100),
        ("韩梅梅", START + timedelta(days=35), 50),
        ("韩梅梅", START + timedelta(days=35), -50),
        ("后来", START + timedelta(days=31), 100),
    ]
    seen = sampled_of(engine, lines)[0].at(START + timedelta(days=30), 15)
    row = {name: values.tolist() for name, values in seen.histories.items()}
    assert row["x"] == [0, 2]
    assert row["t_x"] == [0, 30]
    assert row["T"] == [0, 30]
    assert row["purchases"] == [0, 1]
    assert row["customers"] == [1, 1]
    assert row["log_gaps"] == pytest.approx([0, np.log(10) + np.log(20)])
    assert len(seen.customer) == 2
    assert seen.repeat_buyers == 1


def histories_before(engine, lines, day, later):
    """Histories as the summary of that day tells them, and the purchases that the later one has more."""
    before = summarise(facts_of(engine, lines), as_of=day, left_truncation_days=0).table
    return engine.fetch(
        """
        SELECT b.x, b.t_x, b.T, l.purchases - b.purchases AS purchases, count(*) AS customers
        FROM {before} AS b JOIN {later} AS l USING (customer_id) GROUP BY ALL
        """,
        before=before,
        later=later,
    )


def test_the_sample_of_all_stands_as_the_summary_does_today_and_on_a_past_day(duckdb_engine):
    lines, past = many(), AS_OF - timedelta(days=92)
    sample, summary = sampled_of(duckdb_engine, lines)
    today, before = sample.at(AS_OF, 0).histories, sample.at(past, 92).histories
    then = histories_before(duckdb_engine, lines, past, summary)
    for found, table in ((today, count_histories(summary)), (before, then)):
        names = [name for name in table.schema.names if name in found]
        ours = sorted(zip(*(found[name].tolist() for name in names), strict=True))
        theirs = sorted(zip(*(table[name].to_pylist() for name in names), strict=True))
        assert ours == theirs
    assert (sample.customers, sample.of, sample.scale) == (300, 300, 1.0)


def test_a_sample_is_bounded_and_holds_the_same_customers_on_both_engines(engine):
    sample, _ = sampled_of(engine, many(), customers=60)
    assert 40 <= sample.customers <= 80
    assert sample.of == 300
    assert sample.scale == 300 / sample.customers
    assert (sample.customers, int(sample.day.sum())) == (63, 60451)


def test_a_shop_that_is_visited_daily_gives_fewer_customers(duckdb_engine):
    sample, _ = sampled_of(duckdb_engine, many(), days=200)
    assert len(sample.day) < 300


def test_weeks_end_today_and_leave_out_the_days_that_fill_none(duckdb_engine):
    lines = [("u", START, 1), ("u", AS_OF, 1), ("u", AS_OF - timedelta(days=6), 1), ("v", AS_OF, 1)]
    sample, _ = sampled_of(duckdb_engine, lines)
    weeks = sample.weekly()
    assert (len(weeks), weeks[-1], weeks.sum()) == (52, 3, 3)
    assert sample.weekly(known_on=START)[-1] == 2
    bought, known = sample.daily()
    assert (bought.sum(), bought[0], known[0], known[-1]) == (2, 0, 1, 2)


def test_spend_is_net_of_returns_and_split_at_any_day(duckdb_engine):
    lines = [("u", START, 500), ("u", START + timedelta(days=9), -200), ("u", START + timedelta(days=20), 100)]
    sample, _ = sampled_of(duckdb_engine, lines)
    bought, spent = sample.spend_until(START + timedelta(days=9), first_too=True)
    assert (bought.tolist(), spent.tolist()) == ([1], [300])
    assert sample.spend_between(START + timedelta(days=9), AS_OF).tolist() == [100]


def test_repeat_purchases_and_their_spend_are_those_of_the_summary(duckdb_engine):
    rng = np.random.default_rng(3)
    lines = [(who, day, int(rng.choice([-90, 70, 200, 1300]))) for who, day, _ in many(60)]
    sample, summary = sampled_of(duckdb_engine, [*lines, ("只", START, 500), ("后", AS_OF, 90), ("后", AS_OF, -20)])
    bought, spent = sample.spend_until(AS_OF)
    rows = summary.engine.fetch("SELECT x, repeat_spend_minor FROM {t} ORDER BY customer_id", t=summary)
    assert bought.tolist() == rows["x"].to_pylist()
    assert spent == pytest.approx(rows["repeat_spend_minor"].to_numpy(), abs=0.51)
    known = sample.mean_spend(AS_OF)
    assert known["x"] * known["spend"] == pytest.approx(spent)
    assert sample.mean_spend(START - timedelta(days=1))["spend"].tolist() == [0.0] * sample.customers


def test_a_way_of_counting_time_is_used_for_all_times(duckdb_engine):
    class Double:
        def elapsed(self, days, first_day):
            assert first_day == START
            return 2.0 * days

    lines = [("u", START, 1), ("u", START + timedelta(days=10), 1)]
    seen = sampled_of(duckdb_engine, lines)[0].at(START + timedelta(days=15), 5, Double()).histories
    assert (seen["t_x"].tolist(), seen["T"].tolist()) == ([20], [30])
    assert seen["log_gaps"].tolist() == pytest.approx([np.log(20)])


def test_without_a_purchase_there_is_an_empty_sample(duckdb_engine):
    sample, _ = sampled_of(duckdb_engine, [("u", START, -5)])
    assert (sample.customers, sample.of, sample.scale) == (0, 0, 1.0)
    assert len(sample.at(START, 10).customer) == 0


def test_the_days_in_which_a_first_purchase_may_not_be_the_first_come_with_the_sample(engine):
    lines = [("a", START, 100), ("b", START + timedelta(days=9), 100), ("c", START + timedelta(days=40), 100)]
    facts = facts_of(engine, lines)
    for days, known in ((0, float("inf")), (20, 365 - 10), (366, 365 - 41)):
        summary = summarise(facts, as_of=AS_OF, left_truncation_days=days).table
        assert sampled(facts, summary, as_of=AS_OF).known_days(AS_OF) == known
