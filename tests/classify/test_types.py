from __future__ import annotations

import copy
import json

import numpy as np
import pyarrow as pa
import pytest

from shuke.classify import TYPE_COLUMNS, DefinitionError, NineTypes, Traits
from shuke.classify._indicator_definition import SHIPPED
from shuke.classify._ranks import Knots, learn_knots, rank_sql, sample
from shuke.kit.errors import InputError
from shuke.kit.text import LANGUAGES, explain

INDICATORS = list(NineTypes().book.indicators)


def base(engine, size=200, seed=1, **columns):
    """Customers whose indicators are chance, unless given."""
    dice = np.random.default_rng(seed)
    filled = {"customer_id": [f"c{n:04}" for n in range(size)], "lines": [40] * size}
    filled |= {code: dice.uniform(0, 1, size).round(6) for code in INDICATORS} | columns
    return engine.from_arrow("customers", pa.table(filled))


def labels(table, types=None):
    labelled = (types or NineTypes().fit(table)).label(table)
    return labelled.engine.fetch("SELECT * FROM {t} ORDER BY customer_id", t=labelled).to_pylist()


@pytest.mark.parametrize(
    ("type_", "value", "time"),
    [(cell.code, cell.value, cell.time) for cell in NineTypes().book.cells],
)
def test_who_buys_what_a_type_is_about_is_of_that_type(duckdb_engine, type_, value, time):
    points = {"functional": "function_share", "economic": "economy_share", "psychological": "feeling_share"}
    ages = {"past": "known_share", "present": "midlife_share", "future": "new_share"}
    columns = {code: [0.5] * 59 + [0.5] for code in INDICATORS}
    for code in points.values():
        columns[code] = [0.3, 0.4, 0.5] * 19 + [0.3, 0.4] + [0.9 if code == points[value] else 0.0]
    for code in ages.values():
        columns[code] = [0.3] * 20 + [0.4] * 20 + [0.5] * 19 + [0.9 if code == ages[time] else 0.0]
    row = labels(base(duckdb_engine, 60, **columns))[-1]
    assert (row["type"], row["type_why_code"]) == (type_, "led")
    assert {row["type_sign_1"], row["type_sign_2"]} == {f"{points[value]}.high", f"{ages[time]}.high"}
    assert row["type_sign_1_share"] == 1.0


def test_scores_and_labels_are_what_the_sample_says(duckdb_engine):
    table = base(duckdb_engine)
    types = NineTypes().fit(table)
    rows = sample(table, ["customer_id", "lines", *INDICATORS])
    raw = types.raw_scores(rows, types.params_.knots)
    scores = types.scores(table).to_arrow().to_pydict()
    at = {who: place for place, who in enumerate(scores["customer_id"])}
    order = [at[who] for who in rows["customer_id"].to_pylist()]
    for code, expected in raw.items():
        assert np.array(scores[f"type_score_{code}"])[order] == pytest.approx(expected)
    standard = {code: (raw[code] - types.params_.scales[code].mean) / types.params_.scales[code].sd for code in raw}
    told = {row["customer_id"]: row for row in labels(table, types)}
    for place, who in enumerate(rows["customer_id"].to_pylist()):
        first, second = sorted(standard, key=lambda code: -standard[code][place])[:2]
        lead = standard[first][place] - standard[second][place]
        expected = (first, second) if lead >= types.book.least_lead else ("undetermined", first)
        assert (told[who]["type"], told[who]["type_runner_up"]) == expected
        assert told[who]["type_score"] == pytest.approx(raw[first][place])
        odds = sum(np.exp(1.5 * 40 / 45 * (one[place] - standard[first][place])) for one in standard.values())
        assert told[who]["type_confidence"] == pytest.approx(1 / odds)


def test_few_lines_of_ones_own_tell_less_than_many(duckdb_engine):
    columns = {code: [0.2, 0.4, 0.6, 0.8] * 15 for code in INDICATORS}
    columns |= {code: [0.3, 0.4, 0.5, 0.6] * 14 + [0.5, 0.6, 1, 1] for code in ("function_share", "new_share")}
    columns |= {code: [0.6, 0.5, 0.4, 0.3] * 14 + [0.4, 0.3, 0, 0] for code in ("economy_share", "feeling_share")}
    columns |= {code: [0.6, 0.5, 0.4, 0.3] * 14 + [0.4, 0.3, 0, 0] for code in ("known_share", "midlife_share")}
    few, many = labels(base(duckdb_engine, 60, lines=[40] * 58 + [1, 60], **columns))[-2:]
    assert (few["type"], few["type_runner_up"], many["type"]) == ("undetermined", "trendy", "trendy")
    assert many["type_confidence"] > 2 * few["type_confidence"]


def test_what_is_not_known_of_a_customer_is_said_and_lowers_confidence(duckdb_engine):
    columns = {code: [None] + [0.1, 0.5, 0.9] * 20 for code in INDICATORS}
    table = base(duckdb_engine, 61, **columns)
    row = labels(table)[0]
    assert (row["type"], row["type_why_code"], row["type_known_share"]) == ("undetermined", "little_known", 0)
    assert (row["type_confidence"], row["type_sign_1"], row["type_sign_1_share"]) == (0, None, None)


def test_indicators_that_nobody_has_drop_out_and_count_as_unknown(duckdb_engine):
    dice = np.random.default_rng(2)
    rows = {"customer_id": [f"c{n}" for n in range(50)], "lines": [30] * 50}
    rows |= {code: dice.uniform(0, 1, 50) for code in ("discounted_share", "price_level", "new_share", "known_share")}
    rows["coupon_share"] = pa.nulls(50, pa.float64())
    table = duckdb_engine.from_arrow("customers", pa.table(rows))
    types = NineTypes().fit(table)
    assert set(types.params_.missing) == set(INDICATORS) - {
        "discounted_share",
        "price_level",
        "new_share",
        "known_share",
    }
    assert all(row["type_known_share"] < 0.6 for row in labels(table, types))


@pytest.mark.parametrize("size", [1, 2, 40])
def test_customers_who_are_all_alike_have_no_type(duckdb_engine, size):
    table = base(duckdb_engine, size, **{code: [0.5] * size for code in INDICATORS})
    types = NineTypes().fit(table)
    assert types.params_.all_alike
    assert {(row["type"], row["type_why_code"], row["type_confidence"]) for row in labels(table, types)} == {
        ("undetermined", "all_alike", 0)
    }


def test_a_base_without_customers_is_labelled(duckdb_engine):
    assert labels(base(duckdb_engine, 0)) == []


def test_labels_are_appended_once_whatever_columns_were_there(duckdb_engine):
    table = base(duckdb_engine, 30)
    types = NineTypes().fit(table)
    once = types.label(table)
    assert types.label(once).columns == once.columns == [*table.columns, *TYPE_COLUMNS]


def test_a_changed_definition_labels_otherwise_and_says_so(duckdb_engine):
    table = base(duckdb_engine)
    data = NineTypes().definition()
    data["settings"]["least_lead"] = 3.0
    strict = NineTypes.from_definition(data).fit(table)
    assert {row["type"] for row in labels(table, strict)} == {"undetermined"}
    assert {row["type_why_code"] for row in labels(table, strict)} == {"lead_small"}


def test_the_definition_goes_through_json_and_back():
    types = NineTypes()
    again = NineTypes.from_definition(json.loads(json.dumps(types.definition())))
    assert again.book == types.book
    assert [(cell.time, cell.value) for cell in types.book.cells] == [
        (time, value) for time in ("past", "present", "future") for value in ("functional", "economic", "psychological")
    ]


def test_weights_names_and_colours_of_ones_own_are_kept(duckdb_engine):
    data = NineTypes().definition()
    data["labels"][0] |= {"names": {"en": "Old school"}, "colour": "5"}
    data["weights"]["trendy"] = {"variety": 3, "new_share": 0}
    types = NineTypes.from_definition(data)
    assert types.book.cells[0].names == {"en": "Old school"}
    assert dict(next(cell for cell in types.book.cells if cell.code == "trendy").weights) == {"variety": 3.0}
    kept = types.definition()
    assert kept["weights"]["trendy"] == {"variety": 3.0}
    assert kept["labels"] == data["labels"]
    assert NineTypes.from_definition(kept).definition() == kept
    table = base(duckdb_engine)
    assert labels(table, types.fit(table)) != labels(table)


def test_one_error_lists_all_that_is_wrong_in_a_definition():
    data = copy.deepcopy(NineTypes().definition())
    data["settings"] = {"least_lead": 9, "mood": 1}
    data["labels"][0] |= {"names": {"en": 1}, "colour": "tone-1"}
    data["labels"][1]["code"] = "moral"
    with pytest.raises(DefinitionError) as told:
        NineTypes.from_definition(data)
    assert {(fault.place, fault.code) for fault in told.value.faults} == {
        ("settings.mood", "unknown"),
        ("settings.least_lead", "number"),
        ("labels.1.names.en", "name"),
        ("labels.1.colour", "choice"),
        ("labels.moral", "unknown"),
        ("labels", "missing"),
    }


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({"charm": 1}, ("weights.trendy.charm", "unknown")),
        ({"variety": "1; DROP"}, ("weights.trendy.variety", "number")),
        ({"variety": 11}, ("weights.trendy.variety", "number")),
        ({"variety": float("nan")}, ("weights.trendy.variety", "number")),
        ({"variety": True}, ("weights.trendy.variety", "number")),
        ({"variety": 0}, ("weights.trendy", "no_weight")),
        ({"variety": {"sql": "1"}}, ("weights.trendy.variety", "number")),
        ([1], ("weights.trendy", "not_a_table")),
    ],
)
def test_a_definition_can_weigh_indicators_and_say_nothing_of_how_they_are_made(weights, expected):
    data = NineTypes().definition()
    data["weights"]["trendy"] = weights
    with pytest.raises(DefinitionError) as told:
        NineTypes.from_definition(data)
    assert expected in {(fault.place, fault.code) for fault in told.value.faults}
    for language in LANGUAGES:
        assert "weights.trendy" in told.value.told(language)


def test_weights_are_given_for_all_nine_types_or_for_none():
    with pytest.raises(DefinitionError) as told:
        NineTypes.from_definition({"weights": {"mood": {"variety": 1}, "trendy": {"variety": 1}}})
    codes = [(fault.place, fault.code) for fault in told.value.faults]
    assert codes.count(("weights", "missing")) == 8
    assert ("weights.mood", "unknown") in codes
    with pytest.raises(DefinitionError):
        NineTypes.from_definition({"weights": 3})
    assert NineTypes.from_definition({}).book == NineTypes().book


def test_who_has_no_line_at_all_is_undetermined_without_confidence(engine):
    table = base(engine, 40, lines=[None] + [40] * 39, **{code: [None] + [0.2, 0.5, 0.8] * 13 for code in INDICATORS})
    row = labels(table)[0]
    assert (row["type"], row["type_why_code"], row["type_confidence"]) == ("undetermined", "little_known", 0)


def test_what_has_not_been_fitted_or_has_no_customers_column_is_told(duckdb_engine):
    table = base(duckdb_engine, 5)
    with pytest.raises(InputError, match="have not been fitted"):
        NineTypes().label(table)
    with pytest.raises(InputError, match="lines"):
        NineTypes().fit(duckdb_engine.from_arrow("bare", pa.table({"customer_id": ["u"]})))
    fitted = NineTypes().fit(table)
    with pytest.raises(InputError, match="new_share"):
        fitted.label(duckdb_engine.from_arrow("bare", pa.table({"customer_id": ["u"], "lines": [1]})))


def test_a_rank_counts_who_has_less_and_half_of_who_has_the_same(duckdb_engine):
    rows = pa.table(
        {"customer_id": [str(n) for n in range(10)], "lines": [5] * 10, "categories": [1.0] * 6 + [2.0] * 4}
    )
    knots = learn_knots(rows, ["categories"], SHIPPED)["categories"]
    table = duckdb_engine.from_arrow("t", rows)
    sql = f"SELECT DISTINCT categories, {rank_sql('categories', knots)} AS rank FROM {{t}} ORDER BY 1"
    ranks = duckdb_engine.fetch(sql, t=table)["rank"].to_pylist()
    assert ranks == [pytest.approx(0.3), pytest.approx(0.8)]
    assert knots.ranks(np.array([1.0, 2.0, 0.0, 3.0]), np.array([5.0] * 4)).tolist() == pytest.approx([0.3, 0.8, 0, 1])


def test_the_mean_of_all_counts_as_five_lines_beside_a_customers_own():
    knots = Knots(0.2, (), 5)
    assert knots.steadied(np.array([1.0, 1.0]), np.array([5.0, 45.0])).tolist() == pytest.approx([0.6, 0.92])


def test_the_sample_is_bounded_and_the_same_each_time(duckdb_engine):
    table = base(duckdb_engine, 3000)
    first = sample(table, ["customer_id"], customers=100)
    assert len(first) <= 100
    assert first.equals(sample(table, ["customer_id"], customers=100))


def test_price_counts_most_for_who_buys_cheap_and_at_a_discount(duckdb_engine):
    columns = {code: [0.1, 0.5, 0.9] for code in ("discounted_share", "discount_share", "coupon_share")}
    columns |= {"price_level": [1.5, 1.0, 0.6], "says_economy": [None, None, 1.0]}
    table = base(duckdb_engine, 3, **columns)
    traits = Traits().fit(table)
    labelled = traits.label(table)
    rows = labelled.engine.fetch("SELECT * FROM {t} ORDER BY customer_id", t=labelled).to_pylist()
    sensitive = [row["price_sensitivity"] for row in rows]
    assert sensitive == sorted(sensitive)
    assert sensitive[0] < 0.3 < 0.7 < sensitive[2]
    assert {row["trading_stability"] for row in rows} == {None}


def test_the_reason_reads_as_a_colleague_would_write_it(duckdb_engine):
    row = {"type": "calculating", "type_runner_up": "value_for_money", "type_sign_1": "discounted_share.high"}
    row |= {"type_sign_1_share": 0.95, "type_sign_2": "price_level.low", "type_sign_2_share": 0.8}
    assert explain("type_why.led", "zh-hans", "CNY", row) == (
        "多在打折时买（比 95% 的客户更明显），同类里买便宜的（比 80% 的客户更明显），"
        "所以判为斤斤计较型；其次像性价比高型。"
    )
