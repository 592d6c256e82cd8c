from __future__ import annotations

import math
from datetime import date, timedelta

import pyarrow as pa
import pytest

from shuke.classify import Indicators
from shuke.classify._indicator_definition import SHIPPED, book_from
from shuke.kit.errors import InputError
from shuke.tables import INDICATORS

AS_OF = date(2024, 12, 31)
COLUMNS = {
    "customer_id": pa.string(),
    "purchased_on": pa.date32(),
    "amount_minor": pa.int64(),
    "discount_minor": pa.int64(),
    "coupon_minor": pa.int64(),
    "quantity": pa.float64(),
    "product_id": pa.string(),
    "category": pa.string(),
    "channel": pa.string(),
}


def bought(engine, *lines, **ordinary):
    """A table of lines; what none of them names is empty."""
    rows = [{"purchased_on": date(2024, 1, 1), "amount_minor": 100} | ordinary | line for line in lines]
    columns = {name: pa.array([row.get(name) for row in rows], kind) for name, kind in COLUMNS.items()}
    return engine.from_arrow("purchases", pa.table(columns))


def measured(purchases, *wanted, **facts):
    found = Indicators(wanted=wanted).measure(purchases, as_of=AS_OF, **facts)
    return {row["customer_id"]: row for row in found.table.to_arrow().to_pylist()}


def test_all_indicators_are_columns_of_their_table_in_order():
    assert INDICATORS.names == ("customer_id", "lines", "main_channel", "main_category", *SHIPPED.codes)


def test_figures_are_those_worked_out_by_hand(duckdb_engine):
    u = {"customer_id": "u"}
    purchases = bought(
        duckdb_engine,
        u | {"amount_minor": 900, "discount_minor": 100, "product_id": "p", "category": "tea", "channel": "网店"},
        u | {"amount_minor": 800, "product_id": "p", "category": "tea", "channel": "shop"},
        u | {"amount_minor": 200, "product_id": "q", "category": "nuts", "channel": "shop", "quantity": 2.0},
        u | {"amount_minor": 500, "purchased_on": date(2024, 8, 1), "category": "tea", "channel": "shop"},
        u | {"amount_minor": -500, "purchased_on": date(2024, 8, 2), "category": "tea", "channel": "shop"},
        u | {"amount_minor": 700, "purchased_on": date(2025, 1, 1), "category": "tea", "channel": "shop"},
        {"customer_id": "v", "amount_minor": 100, "category": "nuts", "discount_minor": 0},
    )
    found = measured(
        purchases,
        *("categories", "variety", "category_repeat", "main_category_share", "product_repeat", "discount_share"),
        *("discounted_share", "line_amount", "online_share", "main_channel_share", "price_level", "spend_trend"),
    )
    u, v = found["u"], found["v"]
    assert (u["lines"], u["main_channel"], u["main_category"]) == (4, "shop", "tea")
    assert u["categories"] == 2
    # Of four lines, three are tea: 6 of 12 ordered pairs are of the same category.
    assert u["variety"] == 0.5
    assert u["category_repeat"] == 0.5
    assert u["main_category_share"] == 0.75
    assert u["discount_share"] == pytest.approx(100 / 2500, abs=1e-6)
    assert u["discounted_share"] == 0.25
    assert u["line_amount"] == 600
    assert (u["online_share"], u["main_channel_share"]) == (0.25, 0.75)
    # Two different products in 62 slots over three lines.
    assert u["product_repeat"] == pytest.approx(1 + 62 * math.log(60 / 62) / 3, abs=1e-6)
    # 1900 on the first day and 500 on the last: the middle of the spend is early.
    assert u["spend_trend"] == pytest.approx(2 * 500 / 2400 - 1, abs=1e-6)
    # Of nuts u paid 100 a piece as v did, and of tea only u bought: no dearer than usual.
    assert u["price_level"] == v["price_level"] == 1
    assert (v["variety"], v["online_share"], v["main_channel"], v["spend_trend"]) == (None, None, None, None)


def test_who_pays_twice_the_usual_price_of_a_category_stands_above_it(duckdb_engine):
    found = measured(
        bought(
            duckdb_engine,
            {"customer_id": "u", "amount_minor": 400},
            {"customer_id": "v", "amount_minor": 100},
            {"customer_id": "w", "amount_minor": 400, "quantity": 2.0, "discount_minor": 0},
            category="tea",
        ),
        "price_level",
    )
    # 400, 100 and 200 a piece: the geometric mean is 200.
    assert [found[who]["price_level"] for who in "uvw"] == [2, 0.5, 1]


def test_what_is_new_and_long_known_follows_the_launch_within_category_and_quarter(duckdb_engine):
    products = pa.table(
        {
            "product_id": ["old", "middle", "fresh"],
            "launched_on": [date(2015, 1, 1), date(2022, 6, 1), date(2024, 1, 1)],
            "selling_point": ["function", "economy", "feeling"],
        }
    )
    lines = [
        {"customer_id": who, "product_id": product}
        for who, product in zip("uvw", products["product_id"].to_pylist(), strict=True)
    ]
    found = measured(
        bought(duckdb_engine, *lines, {"customer_id": "x"}, category="tea"),
        *("new_share", "known_share", "midlife_share", "function_share", "economy_share", "feeling_share"),
        products=products,
    )
    figures = {who: tuple(row.values())[4:] for who, row in found.items()}
    assert figures["u"] == (0, 1, 0, 1, 0, 0)
    assert figures["v"] == (0, 0, 1, 0, 1, 0)
    assert figures["w"] == (1, 0, 0, 0, 0, 1)
    assert figures["x"] == (None,) * 6


def test_without_launches_a_product_is_new_only_where_its_absence_before_says_so(duckdb_engine):
    then, now = date(2022, 2, 1), date(2024, 11, 1)
    lines = [{"customer_id": "u", "product_id": "a", "purchased_on": then}] * 30
    lines += [{"customer_id": "u", "product_id": "a", "purchased_on": now}] * 20
    # Ten lines of thirty now: of thirty then ten would have been expected. One line: too little to tell.
    lines += [{"customer_id": "v", "product_id": "b", "purchased_on": now}] * 10
    lines += [{"customer_id": "w", "product_id": "c", "purchased_on": now}]
    found = measured(bought(duckdb_engine, *lines, category="tea"), "new_share", "known_share")
    assert {who: row["new_share"] for who, row in found.items()} == {"u": 0, "v": 1, "w": 0}
    assert {row["known_share"] for row in found.values()} == {0}


def test_evenness_is_deviation_over_mean_from_three_gaps_on(duckdb_engine):
    first = date(2024, 1, 1)
    days = {"u": (0, 10, 20, 30), "v": (0, 5, 20, 30), "w": (0, 10, 20)}
    lines = [
        {"customer_id": who, "purchased_on": first + timedelta(days=day)}
        for who, those in days.items()
        for day in those
    ]
    found = measured(
        bought(duckdb_engine, *lines, {"customer_id": "u", "amount_minor": 300}), "gap_variation", "amount_variation"
    )
    assert (found["u"]["gap_variation"], found["w"]["gap_variation"]) == (0, None)
    assert found["v"]["gap_variation"] == 0.5
    # u: 400, 100, 100, 100.
    assert found["u"]["amount_variation"] == pytest.approx(150 / 175, abs=1e-6)
    assert found["v"]["amount_variation"] == 0


def test_evenness_is_that_of_the_last_two_years(duckdb_engine):
    then = [{"customer_id": "u", "purchased_on": date(2020, 1, day)} for day in (1, 2, 9)]
    now = [{"customer_id": "u", "purchased_on": date(2024, 3, day)} for day in (1, 11, 21, 31)]
    assert measured(bought(duckdb_engine, *then, *now), "gap_variation")["u"]["gap_variation"] == 0


def test_answers_count_from_their_scale_and_while_they_are_fresh(duckdb_engine):
    surveys = pa.table(
        {
            "customer_id": ["u", "u", "u", "v"],
            "asked_on": [date(2024, 3, 1), date(2024, 9, 1), date(2019, 1, 1), date(2025, 2, 1)],
            "question": ["buys_for.function"] * 4,
            "score": [1.0, 0.0, 1.0, 1.0],
        }
    )
    purchases = bought(duckdb_engine, {"customer_id": "u"}, {"customer_id": "v"})
    found = measured(purchases, "says_function", surveys=surveys)
    assert (found["u"]["says_function"], found["v"]["says_function"]) == (0.5, None)


def test_what_purchases_do_not_hold_drops_out_and_is_named(duckdb_engine):
    found = Indicators().measure(bought(duckdb_engine, {"customer_id": "u"}), as_of=AS_OF)
    known = {"line_amount", "spend_trend", "gap_variation", "amount_variation"}
    assert set(SHIPPED.codes) - set(found.missing) == known
    assert found.missing["function_share"] == ("purchases.product_id", "products.selling_point")
    assert found.missing["says_past"] == ("surveys.looks_to.past",)
    assert found.table.columns == list(INDICATORS.names)
    assert found.table.schema.field("variety").type == pa.float64()
    row = found.table.to_arrow().to_pylist()[0]
    assert (row["line_amount"], row["variety"], row["main_channel"], row["main_category"]) == (100, None, None, None)


def test_who_bought_nothing_has_no_row_and_joins_as_unknown(duckdb_engine):
    purchases = bought(duckdb_engine, {"customer_id": "u"}, {"customer_id": "v", "amount_minor": -5})
    customers = duckdb_engine.from_arrow("customers", pa.table({"customer_id": ["u", "v"], "tier": ["A", "D"]}))
    joined = Indicators(wanted=("line_amount",)).measure(purchases, as_of=AS_OF).join(customers)
    rows = joined.engine.fetch("SELECT customer_id, tier, lines, line_amount FROM {t} ORDER BY 1", t=joined).to_pylist()
    assert [tuple(row.values()) for row in rows] == [("u", "A", 1, 100.0), ("v", "D", None, None)]


def test_no_purchases_at_all_give_no_rows(duckdb_engine):
    assert measured(bought(duckdb_engine)) == {}


def test_columns_that_must_be_there_and_unknown_codes_are_told(duckdb_engine):
    bare = duckdb_engine.from_arrow("purchases", pa.table({"customer_id": ["u"]}))
    with pytest.raises(InputError, match="purchased_on, amount_minor"):
        Indicators().measure(bare, as_of=AS_OF)
    with pytest.raises(InputError, match="No indicator is called 'mood'"):
        Indicators(wanted=("mood",)).measure(bought(duckdb_engine, {"customer_id": "u"}), as_of=AS_OF)
    with pytest.raises(InputError, match="question, score"):
        Indicators().measure(
            bought(duckdb_engine, {"customer_id": "u"}),
            as_of=AS_OF,
            surveys=pa.table({"customer_id": ["u"], "asked_on": [AS_OF]}),
        )


def test_one_error_lists_all_that_is_wrong_in_a_definition():
    wrong = {
        "settings": {"new_days": -1, "pace": 3},
        "indicators": {
            "Mood": {"needs": ["purchases.amount_minor"], "sql": "1"},
            "joy": {"needs": ["weather.sun"], "sql": ""},
            "says": {"question": "nps", "scale": [10, 0]},
        },
    }
    with pytest.raises(InputError) as told:
        book_from(wrong)
    for fault in ("unknown setting pace", "new_days -1", "Mood: a code", "joy: needs", "joy: sql", "says: scale"):
        assert fault in str(told.value)


def test_an_indicator_of_ones_own_is_measured(duckdb_engine):
    definition = {"indicators": {"spend": {"needs": ["purchases.amount_minor"], "sql": "spend_minor"}}}
    purchases = bought(duckdb_engine, {"customer_id": "u"}, {"customer_id": "u"})
    row = Indicators(definition=definition).measure(purchases, as_of=AS_OF).table.to_arrow().to_pylist()[0]
    assert row["spend"] == 200


def test_goods_that_nobody_had_bought_by_then_leave_their_indicators_unknown(engine):
    lines = {"customer_id": ["u", "u"], "purchased_on": [date(2024, 1, 1), date(2024, 6, 1)],
             "amount_minor": [100, 100], "product_id": [None, "tea"]}  # fmt: skip
    purchases = engine.from_arrow("purchases", pa.table(lines))
    wanted = Indicators(wanted=("known_share", "new_share"))
    (row,) = wanted.measure(purchases, as_of=date(2024, 2, 1)).table.to_arrow().to_pylist()
    assert (row["lines"], row["known_share"], row["new_share"]) == (1, None, None)


@pytest.mark.parametrize("channel", ["{network}", "{as_of}", "{{placement}}"])
def test_a_channel_may_be_called_whatever_an_advertisement_left_unfilled(engine, channel):
    found = measured(bought(engine, {"customer_id": "u"}, channel=channel), "main_channel_share")
    assert (found["u"]["main_channel"], found["u"]["main_channel_share"]) == (channel, 1)


def test_a_discount_noted_with_a_minus_counts_as_one_without(duckdb_engine):
    def figures(sign):
        lines = [
            {"customer_id": "u", "amount_minor": 800, "discount_minor": sign * 1000},
            {"customer_id": "v", "amount_minor": 800, "discount_minor": sign * 200},
            {"customer_id": "w", "amount_minor": 800, "coupon_minor": sign * 100},
        ]
        return measured(
            bought(duckdb_engine, *lines, category="tea"),
            *("discount_share", "discounted_share", "coupon_share", "price_level"),
        )

    assert figures(-1) == figures(1)
    assert figures(-1)["v"]["discount_share"] == 0.2


def test_a_product_whose_category_goes_or_changes_stays_the_same_product(duckdb_engine):
    then, now = date(2022, 2, 1), date(2024, 11, 1)
    lines = [{"customer_id": "u", "product_id": "a", "category": "tea", "purchased_on": then}] * 30
    lines += [{"customer_id": "u", "product_id": "a", "category": None, "purchased_on": now}] * 10
    lines += [{"customer_id": "u", "product_id": "b", "category": "tea", "purchased_on": then}] * 30
    lines += [{"customer_id": "v", "product_id": "b", "category": "drinks", "purchased_on": now}] * 10
    found = measured(bought(duckdb_engine, *lines), "new_share", "known_share", "product_repeat")
    assert all(figure is not None for row in found.values() for figure in list(row.values())[4:])
