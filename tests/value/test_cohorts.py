"""Cohorts, first baskets and payback: the answers by hand, on both engines, and what is withheld."""

import json
from datetime import date, timedelta

import pyarrow as pa
import pytest

from shuke.kit.errors import InputError
from shuke.tables import PURCHASES, SOURCES
from shuke.value import Cohorts, MarginRates, cohorts, payback, paybacks, pooled, summarise
from shuke.value.first_basket import share_of
from shuke.value.payback import SourceValue

AS_OF = date(2024, 6, 30)


def line(customer_id, day, amount_minor, **more):
    row = dict.fromkeys(PURCHASES.names) | {"source_file": "sales.csv", "source_row": 1}
    day = day if isinstance(day, date) else date.fromisoformat(day)
    return row | {"customer_id": customer_id, "purchased_on": day, "amount_minor": amount_minor} | more


def facts_of(engine, lines):
    return engine.from_arrow("facts", pa.Table.from_pylist(lines, PURCHASES.schema))


def cohorts_of(engine, lines, **settings):
    return cohorts(facts_of(engine, lines), **({"as_of": AS_OF, "left_truncation_days": 0} | settings))


HAND = [
    line("李雷", "2024-01-05", 1000),
    line("李雷", "2024-01-25", 500),
    line("李雷", "2024-03-01", 700),
    line("李雷", "2024-04-02", -200),
    line("韩梅梅", "2024-01-31", 400),
    line("韩梅梅", "2024-02-01", 100),
    line("u", "2024-03-15", 900),
    line("u", "2024-07-01", 5000),  # after as_of
    line("v", "2024-05-01", -300),  # never a purchase
]


class TestCohorts:
    def test_months_and_quarters_are_those_by_hand(self, duckdb_engine):
        found = cohorts_of(duckdb_engine, HAND)
        january, march = found.months
        assert (january.start, january.customers, january.left_truncated) == ("2024-01-01", 2, False)
        assert january.bought == (2, 1, 1, 0, 0, 0)  # a return makes nobody bought
        assert january.value_minor == (1900, 2000, 2700, 2500, 2500, 2500)
        assert (march.start, march.bought, march.value_minor) == ("2024-03-01", (1, 0, 0, 0), (900,) * 4)
        [first] = found.quarters
        assert (first.start, first.customers, first.bought, first.value_minor) == (
            "2024-01-01",
            3,
            (3, 0),
            (3600, 3400),
        )
        assert (found.open_month, found.open_quarter, found.value_basis) == (False, False, "revenue")
        assert january.retention(1) == 0.5
        assert january.value_each_minor(2) == 1350

    def test_of_many_customers_a_sample_stands_for_all(self, duckdb_engine):
        lines = [line(f"c{i}", "2024-01-05", 100) for i in range(400)]
        lines += [line(f"c{i}", "2024-03-05", 100) for i in range(0, 400, 2)]
        found = cohorts_of(duckdb_engine, lines, most_customers=200)
        assert found.is_sample
        assert found.customers == 400
        assert 150 < found.looked_at < 250
        [january] = found.months
        assert january.customers == january.bought[0] == 400
        assert january.value_minor[0] == 40_000
        assert january.retention(2) == pytest.approx(0.5, abs=0.1)
        assert Cohorts.from_json(json.loads(json.dumps(found.as_json()))) == found
        assert not cohorts_of(duckdb_engine, lines, most_customers=400).is_sample

    def test_a_period_that_is_not_over_is_told(self, duckdb_engine):
        found = cohorts_of(duckdb_engine, HAND, as_of=date(2024, 5, 30))
        assert (found.open_month, found.open_quarter) == (True, True)
        assert len(found.months[0].bought) == 5

    def test_margin_is_summed_by_line_where_costs_are_known(self, duckdb_engine):
        lines = [
            line("u", "2024-01-05", 1000, cost_minor=400, category="茶"),
            line("u", "2024-02-05", 1000, category="茶"),
            line("w", "2024-02-05", 1001, category="点心"),
        ]
        found = cohorts_of(duckdb_engine, lines, rates=MarginRates(overall=0.3, by_category={"茶": 0.25}))
        assert found.value_basis == "margin_rate"
        assert [cohort.value_minor[-1] for cohort in found.months] == [850, 300]

    def test_a_return_before_the_first_purchase_counts_in_the_first_period(self, duckdb_engine):
        [found] = cohorts_of(duckdb_engine, [line("u", "2024-01-20", -100), line("u", "2024-03-01", 500)]).months
        assert (found.start, found.value_minor[0]) == ("2024-03-01", 400)

    def test_cohorts_that_begin_with_the_data_are_marked(self, duckdb_engine):
        lines = [line(f"c{n}", date(2024, 1, 1) + timedelta(days=n % 9), 500) for n in range(40)]
        lines += [line(f"c{n}", date(2024, 1, 20) + timedelta(days=n), 500) for n in range(40)]
        lines += [line(f"late{n}", date(2024, 4, 1) + timedelta(days=20 * n), 500) for n in range(4)]
        found = cohorts_of(duckdb_engine, lines, left_truncation_days=None)
        assert [(cohort.start, cohort.left_truncated) for cohort in found.months] == [
            ("2024-01-01", True),
            ("2024-04-01", False),
            ("2024-05-01", False),
        ]

    def test_only_the_latest_so_many_are_given_and_the_rest_are_counted(self, duckdb_engine):
        found = cohorts_of(duckdb_engine, HAND, most_months=1, most_quarters=0)
        assert [cohort.start for cohort in found.months] == ["2024-03-01"]
        assert (found.left_out_months, found.quarters, found.left_out_quarters) == (1, (), 1)

    def test_all_of_it_is_ready_for_json(self, duckdb_engine):
        for lines in (HAND, [*HAND, *beginners("茶", 40, back_after=30, store="一店")], HAND[-1:]):
            found = cohorts_of(duckdb_engine, lines)
            told = json.loads(json.dumps(found.as_json(), allow_nan=False))
            assert Cohorts.from_json(told) == found

    def test_nobody_bought(self, duckdb_engine):
        found = cohorts_of(duckdb_engine, [line("v", "2024-05-01", -300)])
        assert (found.months, found.quarters, found.sources.groups, found.first_baskets.everyone) == ((), (), (), None)
        assert pooled(found.months, is_open=True).customers == ()

    def test_cohorts_pool_by_age_without_the_period_that_is_not_over(self, duckdb_engine):
        found = cohorts_of(duckdb_engine, HAND, as_of=date(2024, 5, 30))
        together = pooled(found.months, is_open=found.open_month)
        assert together.customers == (3, 3, 2, 2)
        assert together.retention == pytest.approx((1, 1 / 3, 1 / 2, 0))
        # (1900 + 900) / 3, then (100 + 0) / 3, then of January alone 700 / 2 and -200 / 2
        assert together.value_each_minor == (933, 967, 1317, 1217)


def beginners(category, count, *, back_after=None, spend=1000, first="2023-01-10", later=2000, **more):
    """Customers who began alike, and came back so many days later."""
    start = date.fromisoformat(first)
    lines = []
    for n in range(count):
        who = f"{category}{n}{first}"
        lines.append(line(who, start, spend, category=category, **more))
        lines.append(line(who, start, spend // 10, category="袋子"))
        if back_after:
            lines.append(line(who, start + timedelta(days=back_after), later + n, category="别的"))
    return lines


class TestFirstBaskets:
    def test_groups_are_those_of_the_largest_line_and_the_figures_those_by_hand(self, duckdb_engine):
        lines = beginners("茶", 40, back_after=30) + beginners("点心", 40, back_after=200, spend=600, later=500)
        found = cohorts_of(duckdb_engine, lines + beginners("少", 5)).first_baskets
        tea, snack = found.by_category
        assert (tea.code, tea.customers, tea.differs, snack.code, snack.differs) == ("茶", 40, "more", "点心", "less")
        assert (tea.back_soon.value, snack.back_soon.value, snack.back_long.value) == (1, 0, 1)
        assert tea.value_minor.value == 2020  # 2000 … 2039, rounded to even
        # 0 … 39 have the variance 40 · 41 / 12; Student's t of 39 degrees of freedom is 2.023
        assert tea.value_minor.high - tea.value_minor.low == pytest.approx(2 * 2.023 * (41 / 12) ** 0.5, abs=1.1)
        assert (found.everyone.customers, found.withheld_groups, found.withheld_customers) == (85, 1, 5)
        assert found.everyone.value_minor.value == round((40 * 2019.5 + 40 * 519.5) / 85)

    def test_what_comes_after_a_year_and_the_first_day_itself_do_not_count(self, duckdb_engine):
        lines = beginners("茶", 30, back_after=365) + beginners("咖啡", 30, back_after=366)
        tea, coffee = cohorts_of(duckdb_engine, lines).first_baskets.by_category
        assert (tea.back_long.value, tea.value_minor.value) == (1, 2014)
        assert (coffee.back_long.value, coffee.value_minor.value) == (0, 0)

    def test_where_nobody_is_known_for_a_year_the_value_is_that_of_half_a_year(self, duckdb_engine):
        lines = beginners("茶", 15, back_after=182, first="2023-12-01")
        lines += beginners("咖啡", 15, back_after=183, first="2023-12-01")
        found = cohorts_of(duckdb_engine, lines).first_baskets
        assert (found.long_days, found.everyone.back_long.value) == (182, 0.5)

    def test_only_who_was_a_customer_long_enough_counts(self, duckdb_engine):
        lines = beginners("茶", 30, back_after=10, first="2024-02-01") + beginners("茶", 30, first="2024-06-01")
        found = cohorts_of(duckdb_engine, lines).first_baskets
        [tea] = found.by_category
        assert (tea.customers, tea.back_soon.customers, tea.back_soon.value, found.long_days) == (60, 30, 1, 91)
        assert (tea.back_long.customers, tea.value_minor.customers, tea.differs) == (30, 30, "")
        [fresh] = cohorts_of(duckdb_engine, beginners("茶", 30, first="2024-06-01")).first_baskets.by_size or [None]
        assert fresh is None

    def test_customers_whose_first_purchase_may_lie_before_the_data_are_left_out(self, duckdb_engine):
        lines = beginners("茶", 30) + beginners("茶", 30, first="2023-03-10")
        found = cohorts_of(duckdb_engine, lines, left_truncation_days=30)
        assert (found.first_baskets.customers, found.sources.left_truncated) == (30, 30)

    def test_bands_are_quarters_of_first_days(self, duckdb_engine):
        lines = []
        for day, spend in enumerate((100, 200, 300, 400), start=1):
            lines += beginners("茶", 30, spend=spend, first=f"2023-01-0{day}")
        bands = cohorts_of(duckdb_engine, lines).first_baskets.by_size
        assert [(band.low_minor, band.high_minor, band.customers) for band in bands] == [
            (None, 192, 30),  # between 110 and 220, a quarter from the end
            (192, 275, 30),
            (275, 358, 30),
            (358, None, 30),
        ]

    def test_baskets_that_are_all_the_same_are_one_band(self, duckdb_engine):
        [band] = cohorts_of(duckdb_engine, beginners("茶", 40)).first_baskets.by_size
        assert (band.low_minor, band.high_minor, band.customers) == (None, None, 40)

    def test_without_categories_there_is_no_table_of_them(self, duckdb_engine):
        lines = [row | {"category": None} for row in beginners("茶", 40)]
        found = cohorts_of(duckdb_engine, lines).first_baskets
        assert (found.by_category, found.withheld_groups) == ((), 0)

    def test_a_share_of_all_is_not_certain_either(self):
        """Wilson 1927; 10 of 10 has the lower end n / (n + z²)."""
        assert share_of(10, 10).low == round(10 / (10 + 1.959964**2), 4)
        assert (share_of(5, 10).low, share_of(5, 10).high) == (0.2366, 0.7634)


class TestPayback:
    def test_value_by_month_of_the_customers_own_time(self, duckdb_engine):
        lines = []
        for n in range(4):
            lines += [line(f"a{n}", "2024-01-31", 1000, channel="广告"), line(f"a{n}", "2024-03-02", 400)]
        lines += [line("b", "2024-06-29", 700, channel="广告"), line("b", "2024-06-30", 500)]
        [ads] = cohorts_of(duckdb_engine, lines, least_customers=2).sources.groups
        assert (ads.source, ads.customers) == ("广告", 5)
        # the first day of all five; what came after it counts of those four who were there for all of the month
        assert ads.value_minor == (940, 940, 1340, 1340, 1340)
        assert ads.observed == (5, 4, 4, 4, 4)

    def test_the_channel_stands_for_the_source_then_the_store_then_nothing(self, duckdb_engine):
        both = [line(f"c{n}", "2024-01-05", 100, channel="网店", store="一店") for n in range(3)]
        store = [row | {"channel": None} for row in both]
        neither = [row | {"store": None} for row in store]
        told = [cohorts_of(duckdb_engine, lines, least_customers=1).sources for lines in (both, store, neither)]
        assert [(found.told_by, (*found.groups, found.everyone)[0].source) for found in told] == [
            ("channel", "网店"),
            ("store", "一店"),
            ("none", ""),
        ]

    def test_a_table_of_sources_goes_before_the_channel(self, duckdb_engine):
        lines = [line(f"c{n}", "2024-01-05", 100, channel="网店") for n in range(4)]
        sources = duckdb_engine.from_arrow(
            "sources",
            pa.table({"customer_id": ["c0", "c1", "c2"], "source": ["展会", "展会", "转介绍"]}, SOURCES.schema),
        )
        found = cohorts_of(duckdb_engine, lines, sources=sources, least_customers=1).sources
        assert found.told_by == "sources"
        assert [(group.source, group.customers) for group in found.groups] == [("展会", 2), (None, 1), ("转介绍", 1)]

    def test_a_customer_is_won_once(self, duckdb_engine):
        twice = duckdb_engine.from_arrow("s", pa.table({"customer_id": ["u", "u"], "source": ["a", "b"]}))
        with pytest.raises(InputError, match="Customer u has 2 rows"):
            cohorts_of(duckdb_engine, HAND, sources=twice)
        bare = duckdb_engine.from_arrow("s", pa.table({"customer_id": ["u"]}))
        with pytest.raises(InputError, match="lacks source"):
            cohorts_of(duckdb_engine, HAND, sources=bare)

    def test_small_sources_are_withheld(self, duckdb_engine):
        found = cohorts_of(duckdb_engine, [row | {"store": "一店"} for row in HAND], least_customers=30).sources
        assert (found.groups, found.withheld_groups, found.withheld_customers) == ((), 1, 3)
        assert (found.everyone.customers, found.everyone.value_minor) == (3, (767,))

    def test_the_forecast_of_the_scores_is_part_of_what_a_source_is_worth(self, duckdb_engine):
        scores = duckdb_engine.from_arrow(
            "scores",
            pa.table(
                {
                    "customer_id": ["李雷", "韩梅梅", "u"],
                    "first_purchase": [date(2024, 1, 5), date(2024, 1, 31), date(2024, 3, 15)],
                    "left_truncated": [False, False, False],
                    "margin_minor": [2000, 500, 900],
                    "clv_minor": [1000, 300, None],
                }
            ),
        )
        everyone = cohorts_of(duckdb_engine, HAND, scores=scores, least_customers=1).sources.everyone
        assert everyone.lifetime_minor == 1900  # of the two who have a forecast
        assert payback(everyone, 500).by_forecast

    def test_a_cost_that_is_not_covered_has_no_month_but_a_ratio(self):
        value = SourceValue("展会", 40, (300, 500), (40, 31))
        found = payback(value, 1000)
        assert (found.months, found.ratio, found.known_months, found.by_forecast) == (None, 0.5, 1, False)
        assert payback(value, 300).months == 0
        assert (payback(value, 0).months, payback(value, 0).ratio) == (0, None)

    def test_a_cost_of_a_source_that_is_not_there_is_refused(self, duckdb_engine):
        lines = [line(f"c{n}", "2024-01-05", 100, channel="网店") for n in range(4)]
        sources = cohorts_of(duckdb_engine, lines, least_customers=1).sources
        assert [found.source for found in paybacks(sources, {"网店": 50, "": 60})] == ["网店", ""]
        with pytest.raises(InputError, match=r"no source '展会'. The data has: 网店"):
            paybacks(sources, {"展会": 50})
        with pytest.raises(InputError, match="below 0"):
            paybacks(sources, {"网店": -1})


def test_scores_of_a_run_give_the_same_as_the_purchases_alone(duckdb_engine):
    facts = facts_of(duckdb_engine, HAND)
    known = summarise(facts, as_of=AS_OF, left_truncation_days=0).table
    one = cohorts(facts, as_of=AS_OF, left_truncation_days=0)
    assert cohorts(facts, as_of=AS_OF, scores=known) == one


def test_every_figure_is_the_same_on_each_engine(engine):
    """One base with everything in it, since a step of Spark takes its time: by rate, with scores and sources."""
    lines = [row | {"category": "茶", "store": "一店"} for row in HAND]
    lines += beginners("点心", 3, back_after=85, channel="网店") + beginners("茶", 3, spend=700, first="2023-05-31")
    facts = facts_of(engine, lines)
    began = {row["customer_id"]: min(r["purchased_on"] for r in lines if r["customer_id"] == row["customer_id"])
             for row in lines if row["customer_id"] != "v"}  # fmt: skip
    scores = engine.from_arrow(
        "scores",
        pa.table(
            {
                "customer_id": list(began),
                "first_purchase": list(began.values()),
                "left_truncated": [name == "u" for name in began],
                "margin_minor": [100] * len(began),
                "clv_minor": pa.array([200, *[None] * (len(began) - 1)], pa.int64()),
            }
        ),
    )
    sources = engine.from_arrow("s", pa.table({"customer_id": ["李雷", "韩梅梅"], "source": ["展会", "展会"]}))
    rates = MarginRates(overall=0.5, by_category={"茶": 0.25})
    found = cohorts(facts, as_of=AS_OF, rates=rates, scores=scores, sources=sources, least_customers=2)
    assert [cohort.start for cohort in found.months] == ["2023-01-01", "2023-05-01", "2024-01-01", "2024-03-01"]
    assert found.months[2].bought == (2, 1, 1, 0, 0, 0)
    assert found.months[2].value_minor == (475, 500, 675, 625, 625, 625)
    assert [cohort.left_truncated for cohort in found.quarters] == [False, False, True]
    assert found.quarters[0].bought == (3, 3, 0, 0, 0, 0)
    # 85 days later half of 2000, 2001 and 2002, in the third month of their own time
    snack = next(group for group in found.first_baskets.by_category if group.code == "点心")
    assert (snack.back_soon.value, snack.value_minor.value) == (1, 1000)
    rest, fair = found.sources.groups
    assert (rest.source, rest.customers, fair.source, fair.lifetime_minor) == (None, 6, "展会", 300)
    assert rest.value_minor[:4] == (380, 380, 380, 880)
    assert found.sources.left_truncated == 1
