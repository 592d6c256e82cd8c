"""Traits as people read them, on customers small enough to reckon by hand."""

from __future__ import annotations

from datetime import date, timedelta
from string import Formatter

import pyarrow as pa
import pytest

from shuke.classify import label_traits, with_habits
from shuke.classify._habits import category_shares, habits
from shuke.classify.trait_labels import CUTS, RULES
from shuke.kit.errors import InputError
from shuke.kit.text import LANGUAGES, explain, keys, template
from shuke.tables import TRAITS

AS_OF = date(2024, 12, 31)
ORDINARY = {
    "lines": 20, "price_sensitivity": 0.5, "main_channel": "app", "main_channel_share": 0.5, "main_category": "tea",
    "main_category_share": 0.2, "main_category_all_share": 0.2, "gap_variation": 1.0, "bought_days": 20,
    "main_weekday": 6, "main_weekday_share": 0.3, "main_month": 2, "main_month_share": 0.2,
}  # fmt: skip
_WHOLE = ("lines", "bought_days", "main_weekday", "main_month")
NAMES = {"price": "price_code", "channel": "channel_code", "affinity": "affinity_code", "rhythm": "rhythm"}


def told(engine, *customers, **cuts):
    """The traits of customers who are ordinary but for what is said."""
    columns = {"customer_id": [f"c{n}" for n in range(len(customers))]}
    for name in ORDINARY:
        kind = pa.int64() if name in _WHOLE else pa.string() if isinstance(ORDINARY[name], str) else pa.float64()
        columns[name] = pa.array([ORDINARY[name] if name not in one else one[name] for one in customers], kind)
    labelled = label_traits(engine.from_arrow("customers", pa.table(columns)), **cuts)
    assert set(TRAITS.names) <= set(labelled.columns)
    return labelled.engine.fetch("SELECT * FROM {t} ORDER BY customer_id", t=labelled).to_pylist()


def codes(rows, trait):
    return [(row[NAMES[trait]], row[f"{trait}_why_code"]) for row in rows]


def test_price_counts_much_little_or_as_for_most(engine):
    rows = told(engine, *({"price_sensitivity": one} for one in (0.7, 0.69, 0.3, None)))
    expected = [("high", "minds"), ("middle", "as_most"), ("low", "minds_little"), ("unknown", "too_little")]
    assert codes(rows, "price") == expected


def test_a_channel_is_ones_own_by_its_share_of_lines(engine):
    shares = [{"main_channel_share": share} for share in (0.9, 0.6, 0.59)]
    rows = told(engine, *shares, {"lines": 4, "main_channel_share": 1.0}, {"main_channel": None})
    assert [code for code, _ in codes(rows, "channel")] == ["one", "mostly", "several", "unknown", "unknown"]
    assert [why for _, why in codes(rows, "channel")][3:] == ["few_lines", "none_known"]


def test_who_is_drawn_to_a_category_buys_far_more_of_it_than_all_do(engine):
    customers = [{"main_category_share": 0.6, "main_category_all_share": share} for share in (0.2, 0.5, None)]
    rows = told(engine, *customers, {"main_category_share": 0.3, "main_category_all_share": 0.01}, {"lines": 1})
    assert [code for code, _ in codes(rows, "affinity")] == ["drawn", "usual", "usual", "varied", "unknown"]
    assert rows[0]["main_category_lift"] == pytest.approx(3)
    assert explain("affinity_why.more_than_all", "zh-hans", "CNY", rows[0]) == (
        "60% 的购买是tea，为全部客户的 3.0 倍。"
    )


def test_gaps_tell_the_rhythm_and_days_tell_when(engine):
    rows = told(
        engine,
        {"gap_variation": 0.6, "main_weekday_share": 0.6, "bought_days": 8},
        {"gap_variation": 1.0, "main_weekday_share": 0.6, "bought_days": 7},
        {"gap_variation": 1.2, "main_month_share": 0.75, "bought_days": 4},
        {"gap_variation": None, "main_month_share": None, "main_month": None, "bought_days": None},
    )
    expected = [("regular", "even"), ("usual", "as_chance"), ("irregular", "uneven"), ("unknown", "too_few_gaps")]
    assert codes(rows, "rhythm") == expected
    assert [row["usual_weekday"] for row in rows] == [6, None, None, None]
    assert [row["usual_month"] for row in rows] == [None, None, 2, None]


def test_cuts_of_ones_own_take_the_place_of_those_that_ship_and_an_unknown_one_is_refused(duckdb_engine):
    assert codes(told(duckdb_engine, {}, price_high=0.5), "price") == [("high", "minds")]
    with pytest.raises(InputError, match=r"mood.*price_high"):
        told(duckdb_engine, {}, mood=1)
    with pytest.raises(InputError, match="main_weekday_share"):
        label_traits(duckdb_engine.from_arrow("bare", pa.table({"customer_id": ["u"]})))


def purchases_of(engine, days, **more):
    """Lines of some customers on some days."""
    lines = [{"customer_id": who, "purchased_on": day, "amount_minor": 5} for who, those in days.items()
             for day in those]  # fmt: skip
    rows = pa.Table.from_pylist(lines)
    for name, value in more.items():
        rows = rows.append_column(name, pa.array([value(n) for n in range(len(rows))]))
    return engine.from_arrow("purchases", rows)


def test_weekdays_and_months_are_counted_by_days_of_the_last_two_years(engine):
    saturdays = [date(2024, 1, 6) + timedelta(days=7 * week) for week in range(20)]
    days = {
        "sat": [*saturdays, *saturdays, date(2024, 1, 7)],
        "feb": [date(year, 2, day) for year in (2023, 2024) for day in (1, 5, 9)] + [date(2024, 8, 1)],
        "long": [date(2023, 1, 1) + timedelta(days=day) for day in range(731)],
        "old": [date(2020, 5, 5)],
        "new": [date(2024, 12, 30), date(2025, 1, 1)],
    }
    found = {row["customer_id"]: row for row in habits(purchases_of(engine, days), as_of=AS_OF).to_arrow().to_pylist()}
    assert set(found) == {"sat", "feb", "long", "new"}
    assert (found["sat"]["bought_days"], found["sat"]["main_weekday"], found["sat"]["main_month"]) == (21, 6, None)
    assert found["sat"]["main_weekday_share"] == pytest.approx(20 / 21)
    assert (found["feb"]["main_month"], found["feb"]["main_month_share"]) == (2, pytest.approx(6 / 7))
    assert (found["long"]["bought_days"], found["long"]["main_month"]) == (730, 3)
    assert found["long"]["main_weekday_share"] == pytest.approx(105 / 730)
    assert found["long"]["main_month_share"] == pytest.approx(62 / 730), "March of either year"
    assert (found["new"]["bought_days"], found["new"]["main_weekday"]) == (1, 1)


def test_what_all_customers_buy_is_set_beside_what_one_buys(engine):
    days = {"u": [date(2024, 1, 1)] * 6, "v": [date(2024, 1, 1)] * 4}
    purchases = purchases_of(engine, days, category=lambda n: "tea" if n < 4 else None if n == 9 else "cake")
    shares = {
        row["category"]: row["all_share"] for row in category_shares(purchases, as_of=AS_OF).to_arrow().to_pylist()
    }
    assert shares == {"tea": pytest.approx(4 / 9), "cake": pytest.approx(5 / 9)}
    named = engine.from_arrow(
        "named", pa.table({"customer_id": ["u", "v", "w"], "main_category": ["tea", "cake", None]})
    )
    joined = with_habits(named, habits(purchases, as_of=AS_OF), category_shares(purchases, as_of=AS_OF))
    rows = joined.engine.fetch("SELECT * FROM {t} ORDER BY customer_id", t=joined).to_pylist()
    assert [row["main_category_all_share"] for row in rows] == [pytest.approx(4 / 9), pytest.approx(5 / 9), None]
    assert [row["bought_days"] for row in rows] == [1, 1, None]


def test_without_categories_nothing_is_said_of_them(duckdb_engine):
    purchases = purchases_of(duckdb_engine, {"u": [date(2024, 1, 1)]})
    assert len(category_shares(purchases, as_of=AS_OF)) == 0


def test_each_code_has_its_sentence_in_three_languages_whose_figures_are_columns():
    wanted = {f"trait.{trait}" for trait in RULES}
    wanted |= {f"{trait}.{rule.code}" for trait, rules in RULES.items() for rule in rules}
    wanted |= {f"{trait}_why.{rule.why_code}" for trait, rules in RULES.items() for rule in rules}
    wanted |= {f"usual_weekday.{n}" for n in range(1, 8)} | {f"usual_month.{n}" for n in range(1, 13)}
    assert {key for room in {key.split(".")[0] for key in wanted} for key in keys(f"{room}.")} == wanted
    for key in wanted:
        for language in LANGUAGES:
            named = {name for _, name, _, _ in Formatter().parse(template(key, language)) if name is not None}
            assert named <= set(TRAITS.names), key


def test_every_cut_is_used_by_a_rule():
    used = {name for rules in RULES.values() for rule in rules for name in CUTS if f"{{{name}}}" in rule.when}
    assert set(CUTS) - used == {"weekday_days", "weekday_share", "month_days", "month_share"}
