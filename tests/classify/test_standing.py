"""Loyalty, satisfaction, credit, stability and alarms on customers small enough to reckon by hand."""

from __future__ import annotations

import json
from datetime import date
from string import Formatter

import pyarrow as pa
import pytest

from shuke.classify import (
    STANDING,
    Credit,
    DefinitionError,
    Facts,
    Loyalty,
    RfmAlarm,
    Satisfaction,
    Stability,
    label_customers,
    profit_made,
    signs,
    with_facts,
    with_lists,
)
from shuke.classify._ruled import Ruled
from shuke.classify.credit import LISTS
from shuke.classify.loyalty import _TRUTH
from shuke.kit.text import LANGUAGES, keys, template
from shuke.tables import LISTED, PAYMENTS, SCORES, SIGNS, SURVEYS

AS_OF = date(2024, 12, 31)
_FLOATS = {"churn_probability", "probability_alive", "loyalty_score", "price_sensitivity", "trading_stability"}
_FLOATS |= {one.name for one in SIGNS.columns if one.type == pa.float64()}
_ORDINARY = {
    "rfm_r": 3, "rfm_f": 3, "rfm_m": 3, "churn_probability": 0.5, "probability_alive": None, "age_days": 365,
    "current_value_minor": 100, "tier_computed": "D", "recency_days": 10,
}  # fmt: skip


def rows(engine, *customers, extra=()):
    names = [*_ORDINARY, "price_sensitivity", *(one.name for one in SIGNS.columns[1:]), *extra]
    columns = {"customer_id": pa.array([f"c{n}" for n in range(len(customers))])}
    for name in names:
        values = [told.get(name, _ORDINARY.get(name)) for told in customers]
        text = name == "tier_computed"
        columns[name] = pa.array(values, pa.string() if text else pa.float64() if name in _FLOATS else pa.int64())
    return engine.from_arrow("customers", pa.table(columns))


def said(classifier, table, *names):
    labelled = classifier.fit(table).label(table)
    sql = f"SELECT {', '.join(names)} FROM {{t}} ORDER BY customer_id"
    return [tuple(row.values()) for row in labelled.engine.fetch(sql, t=labelled).to_pylist()]


def labelled_by(table, definitions=None):
    """What STANDING says of customers, by their definitions or as they ship."""
    return label_customers(table, {code: one.read((definitions or {}).get(code)) for code, one in STANDING.items()})


def test_the_loyalty_index_is_the_mean_of_the_groups_that_are_known(engine):
    table = rows(engine, {"intent_score": 5.0, "nps_score": 0.0}, {}, {"referrals": 2, "churn_probability": None})
    found = said(Loyalty(), table, "loyalty_score", "loyalty_known_share")
    # Behaviour is a half in all of its five signs (age: 365 of 730 days).
    assert [pair[0] for pair in found] == pytest.approx([0.4 * 1 + 0.4 * 0.5, 0.5, (0.4 * 0.5 + 0.2) / 0.6])
    assert [pair[1] for pair in found] == pytest.approx([1.0, 0.4, 0.6])


def test_each_kind_of_loyalty_follows_from_its_signs_and_without_an_answer_it_is_unknown(engine):
    table = rows(
        engine,
        {"answers": 1, "alternatives_score": 1.0},
        {"answers": 3, "hindrance_score": 4.0, "csat_score": 4.0},
        {"answers": 1, "nearness_score": 4.0},
        {"answers": 1, "promotion_rank": 1.0, "price_rank": 2.0},
        {"answers": 1, "promotion_rank": 5.0, "price_rank": 1.0, "price_sensitivity": 0.7},
        {"answers": 1, "csat_score": 4.5, "intent_score": 4.0},
        {"answers": 1, "csat_score": 2.0},
        {"answers": 1, "csat_score": 3.5},
        {"price_sensitivity": 0.9},
        {},
    )
    found = said(Loyalty(), table, "loyalty_kind", "loyalty_why_code", "loyalty_truth", "loyalty_confidence")
    assert [row[:3] for row in found] == [
        ("monopoly", "no_choice", "false"),
        ("latent", "hindered", "held_back"),
        ("convenience", "at_hand", "false"),
        ("incentive", "for_offers", "false"),
        ("price", "for_price", "false"),
        ("super_value", "content_and_willing", "real"),
        ("inertia", "unhappy_yet_here", "false"),
        ("unknown", "nothing_stands_out", "unknown"),
        ("price", "wants_price", "false"),
        ("unknown", "no_answer", "unknown"),
    ]
    trust = Loyalty.BOOK.trust
    assert found[0][3] == pytest.approx(trust["no_choice"] / 2)
    assert found[1][3] == pytest.approx(trust["hindered"] * 3 / 4)
    assert (found[8][3], found[9][3]) == (pytest.approx(trust["wants_price"]), 0)


def test_margin_satisfaction_and_loyalty_make_eight_classes_and_unknown(engine):
    told = [(900, 4.5, 0.9), (900, 4.5, 0.1), (900, 2.0, 0.9), (900, 2.0, 0.1)]
    told += [(100, 4.5, 0.9), (100, 4.5, 0.1), (100, 2.0, 0.9), (100, 2.0, 0.1), (900, None, 0.9)]
    table = rows(
        engine,
        *({"current_value_minor": m, "csat_score": c, "loyalty_score": loyal} for m, c, loyal in told),
        extra=("loyalty_score",),
    )
    half = Satisfaction(margin_cut_minor=500)
    classes = ["pillar", "at_ease", "captive", "exposed", "friend", "pleasant", "bound", "passing", "unknown"]
    assert [code for (code,) in said(half, table, "satisfaction")] == classes
    assert Satisfaction().fit(table).params_.margin_cut_minor == 900


def test_where_nobody_brought_margin_that_is_why_nothing_is_said(engine):
    table = rows(
        engine,
        *({"current_value_minor": 0, "csat_score": score, "loyalty_score": 0.9} for score in (4.5, None)),
        extra=("loyalty_score",),
    )
    found = said(Satisfaction(), table, "satisfaction", "satisfaction_why_code")
    assert found == [("unknown", "no_margin"), ("unknown", "no_answer")]


def test_credit_rests_on_loyalty_spend_and_how_they_pay(engine):
    paid = {"due_payments": 8, "late_payments": 0, "late_share": 0.0, "overdue_minor": 0}
    late = {"due_payments": 4, "late_payments": 2, "late_share": 0.5, "mean_late_days": 30.0, "overdue_minor": 0}
    table = rows(
        engine,
        {"loyalty_score": 0.9, "rfm_m": 5} | paid,
        {"loyalty_score": 0.9, "rfm_m": 5} | late,
        {"loyalty_score": 0.9, "rfm_m": 5},
        {"loyalty_score": 0.6, "rfm_m": 3},
        {"loyalty_score": 0.1, "rfm_m": 1},
        extra=("loyalty_score",),
    )
    found = said(Credit(), table, "credit", "credit_score", "list_proposal", "list_why_code")
    assert found == [
        ("high", pytest.approx(9.8 / 10), "red", "high_and_prompt"),
        ("normal", pytest.approx(3.8 / 6), "black", "often_late"),
        ("high", None, "none", "nothing"),
        ("middle", None, "none", "nothing"),
        ("normal", None, "none", "nothing"),
    ]
    whys = [why for (why,) in said(Credit(), table, "credit_why_code")]
    assert whys == ["high_in_all", "pays_badly", "high_without_dues", "middle_without_dues", "low"]


def test_two_late_bills_among_many_are_no_habit_even_while_one_is_open(engine):
    owing = {"loyalty_score": 0.6, "rfm_m": 3, "late_payments": 2, "mean_late_days": 9.0, "overdue_minor": 5}
    table = rows(
        engine,
        owing | {"due_payments": 40, "late_share": 0.05},
        owing | {"due_payments": 5, "late_share": 0.4},
        owing | {"due_payments": 5, "late_share": 0.4, "overdue_minor": 0},
        extra=("loyalty_score",),
    )
    found = said(Credit(), table, "list_proposal", "list_why_code")
    assert found == [("none", "nothing"), ("black", "overdue"), ("none", "nothing")]


def test_people_decide_who_is_on_a_list_and_until_when(engine):
    table = rows(engine, {}, {}, {})
    listed = [
        {"customer_id": "c0", "list_code": "red", "listed_on": date(2024, 1, 1), "until_on": None},
        {"customer_id": "c0", "list_code": "black", "listed_on": date(2024, 5, 1), "until_on": None},
        {"customer_id": "c1", "list_code": "black", "listed_on": date(2024, 5, 1), "until_on": date(2024, 6, 1)},
    ]
    facts = [{"reason": "told", "listed_by": "wang", **one} for one in listed]
    given = engine.from_arrow("listed", pa.Table.from_pylist(facts, schema=LISTED.schema))
    sql = "SELECT standing_list FROM {t} ORDER BY customer_id"
    for lists, expected in ((given, ["black", "normal", "normal"]), (None, ["normal"] * 3)):
        found = engine.fetch(sql, t=with_lists(table, lists, as_of=AS_OF))
        assert found["standing_list"].to_pylist() == expected


def facts_of(engine):
    answers = [("a", "csat", 4.0), ("a", "csat", 2.0), ("a", "nps", 9.0)]
    surveys = [
        {
            "customer_id": who,
            "asked_on": date(2024, 1, 1 + n),
            "question": q,
            "score": s,
            "source_file": "f",
            "source_row": n,
        }
        for n, (who, q, s) in enumerate(answers)
    ]
    due = [(date(2024, 1, 1), date(2024, 1, 4)), (date(2024, 2, 1), date(2024, 2, 11)), (date(2024, 3, 1), None)]
    due += [(date(2025, 2, 1), None)]
    payments = [
        {"customer_id": "a", "due_on": d, "paid_on": p, "amount_minor": 70, "source_file": "f", "source_row": n}
        for n, (d, p) in enumerate(due)
    ]
    return Facts(
        surveys=engine.from_arrow("surveys", pa.Table.from_pylist(surveys, schema=SURVEYS.schema)),
        payments=engine.from_arrow("payments", pa.Table.from_pylist(payments, schema=PAYMENTS.schema)),
    )


def purchases_of(engine, days, amounts=None):
    lines = {"customer_id": ["a"] * len(days), "purchased_on": days, "amount_minor": amounts or [100] * len(days)}
    return engine.from_arrow("purchases", pa.table(lines))


def test_signs_sum_up_answers_and_payments_as_far_as_they_are_known_on_the_day(engine):
    known = signs(purchases_of(engine, [date(2024, 12, 1)]), facts_of(engine), as_of=AS_OF)
    (row,) = known.to_arrow().to_pylist()
    assert known.columns == list(SIGNS.names)
    assert (row["answers"], row["csat_score"], row["nps_score"], row["intent_score"]) == (3, 3.0, 9.0, None)
    assert (row["due_payments"], row["late_payments"], row["overdue_minor"]) == (3, 2, 70)
    assert row["mean_late_days"] == pytest.approx((10 + (AS_OF - date(2024, 3, 1)).days) / 2)


def test_alarms_say_what_changed_and_a_short_past_says_nothing(engine):
    weeks = [date.fromordinal(date(2024, 1, 1).toordinal() + 7 * n) for n in range(30)]
    alarm = RfmAlarm()
    for days, amounts, expected in (
        (weeks, None, "silent"),
        ([*weeks, date(2024, 12, 30)], None, "rarer"),
        ([date.fromordinal(day.toordinal() + 160) for day in weeks], [100, 110] * 9 + [20] * 12, "smaller"),
        ([date(2024, 12, 1)], None, "unknown"),
    ):
        known = signs(purchases_of(engine, days, amounts), as_of=AS_OF)
        recency = (AS_OF - max(days)).days
        table = engine.view("t", f"SELECT *, {recency} AS recency_days FROM {{t}}", t=known)
        assert said(alarm, table, "rfm_alarm") == [(expected,)]


def test_every_label_is_appended_in_one_go_without_any_facts(duckdb_engine):
    purchases = purchases_of(duckdb_engine, [date(2024, 12, 1), date(2024, 12, 20)])
    one = rows(duckdb_engine, {})
    sql = """
        SELECT * REPLACE ('a' AS customer_id), DATE '2024-12-20' AS last_purchase, CAST(NULL AS BIGINT) AS clv_minor
        FROM {t}
    """
    table = duckdb_engine.view("t", sql, t=one)
    labelled = labelled_by(with_facts(table, purchases, as_of=AS_OF))
    assert {name for one in STANDING.values() for name in one.columns} <= set(labelled.columns)
    (row,) = labelled.to_arrow().to_pylist()
    assert (row["loyalty_kind"], row["satisfaction"], row["stability"]) == ("unknown", "unknown", "unknown")
    assert (row["quadrant"], row["quadrant_why_code"]) == ("undetermined", "future_unknown")
    assert (row["type"], row["type_why_code"]) == ("undetermined", "all_alike")
    assert row["standing_list"] == "normal"


def test_types_and_quadrants_are_told_of_all_customers_and_by_their_definitions(engine):
    points, launched = ("function", "economy", "feeling"), (date(2015, 1, 1), date(2022, 6, 1), date(2024, 1, 1))
    products = [
        {"product_id": f"p{n}", "selling_point": points[n % 3], "launched_on": launched[n // 3]} for n in range(9)
    ]
    lines = [
        {"customer_id": f"c{n}", "purchased_on": date(2024, 1 + time, 1 + n % 28), "amount_minor": 100 * (1 + n % 7),
         "category": "tea", "product_id": f"p{n % 9 if time % 4 else time}", "discount_minor": 10 * (n % 2)}
        for n in range(60) for time in range(8 + n % 4)
    ]  # fmt: skip
    purchases = engine.from_arrow("purchases", pa.Table.from_pylist(lines))
    facts = Facts(products=engine.from_arrow("products", pa.Table.from_pylist(products)))
    named = rows(engine, *({"current_value_minor": 10 * n} for n in range(61)))
    sql = """
        SELECT *, DATE '2024-12-20' AS last_purchase,
          CASE WHEN current_value_minor <> 50 THEN 600 - current_value_minor END AS clv_minor
        FROM {t}
    """
    table = with_facts(engine.view("named", sql, t=named), purchases, facts, as_of=AS_OF)
    found = labelled_by(table).to_arrow().to_pylist()
    assert len(found) == 61
    by = {row["customer_id"]: row for row in found}
    assert (by["c60"]["type_why_code"], by["c60"]["type_confidence"]) == ("little_known", 0), "never bought"
    assert (by["c5"]["quadrant"], by["c59"]["quadrant"], by["c0"]["quadrant"]) == ("undetermined", "III", "II")
    assert len({row["type"] for row in found}) > 3
    strict = {"type": {"settings": {"least_lead": 3}}, "quadrant": {"settings": {"current_cut_minor": 10**9}}}
    told = labelled_by(table, strict).to_arrow().to_pylist()
    assert {row["type"] for row in told} == {"undetermined"}
    assert {row["quadrant"] for row in told} == {"I", "II", "undetermined"}


def test_labels_are_appended_in_the_order_in_which_they_look_at_each_other():
    assert list(STANDING) == ["rfm_alarm", "quadrant", "type", "loyalty", "satisfaction", "credit", "stability"]
    names = [name for one in STANDING.values() for name in one.columns]
    assert len(set(names)) == len(names)
    for one in STANDING.values():
        assert {one.column, one.computed, one.score or one.column, one.confidence or one.column} <= set(one.columns)
        assert set(one.columns) <= set(names)


def test_profit_by_frequency_and_amount_adds_up(engine):
    scores = pa.table({"rfm_f": [1, 1, 5], "rfm_m": [1, 1, 5], "purchases": [1, 3, 9], "spend_minor": [10, 20, 900],
                       "margin_minor": [-4, 8, 300], "current_value_minor": [0, 1, 2]})  # fmt: skip
    cells = profit_made(engine.from_arrow("scores", scores))
    assert [(cell.rfm_f, cell.customers, cell.margin_minor) for cell in cells] == [(5, 1, 300), (1, 2, 4)]


@pytest.mark.parametrize("one", STANDING.values(), ids=lambda one: one.code)
def test_definitions_come_back_as_they_were_and_all_faults_are_told_at_once(one):
    body = one.default
    assert one.read(json.loads(json.dumps(body))).definition() == body
    with pytest.raises(DefinitionError) as refused:
        one.read({"settings": {"nonsense": 1}, "labels": body["labels"][1:]})
    assert len(refused.value.faults) == 2


def test_each_code_has_its_sentences_whose_figures_are_columns_and_no_sentence_is_idle():
    known = {*SCORES.names, *SIGNS.names}
    wanted = {f"loyalty_truth.{code}" for code in _TRUTH.values()} | {f"list.{code}" for code in (*LISTS, "none")}
    wanted |= {f"list_why.{code}" for code in ("often_late", "overdue", "high_and_prompt", "nothing")}
    for one in (one for one in STANDING.values() if issubclass(one.make, Ruled)):
        wanted |= {one.names + code for code in one.make.BOOK.codes}
        wanted |= {f"{one.names[:-1]}_why.{rule.why_code}" for rule in one.make.BOOK.rules}
        wanted |= {f"{one.names[:-1]}_lever.{code}" for code in one.make.BOOK.codes} & set(
            keys(f"{one.names[:-1]}_lever.")
        )
    for key in wanted:
        for language in LANGUAGES:
            named = {name for _, name, _, _ in Formatter().parse(template(key, language)) if name is not None}
            assert named <= known, key
    rooms = {key.split(".")[0] for key in wanted}
    assert {key for room in rooms for key in keys(f"{room}.")} == wanted


@pytest.mark.parametrize("one", STANDING.values(), ids=lambda one: one.code)
def test_the_page_of_each_has_its_words_in_three_languages(one):
    settings = {setting.name: setting for setting in one.make.SHAPE.settings}
    wanted = {f"classes.{one.code}.{what}" for what in ("name", "about", "label")}
    wanted |= {f"classes.setting.{one.code}.{name}" for name in settings}
    wanted |= {f"classes.choice.{name}.{code}" for name, setting in settings.items() for code in setting.choices}
    wanted |= {one.names + label.code for label in one.read(None).labels}
    assert set(keys(f"classes.setting.{one.code}.")) == {f"classes.setting.{one.code}.{name}" for name in settings}
    sentences = keys(f"classes.words.{one.code}.")
    assert sentences
    for key in (*wanted, *sentences, *keys(f"classes.setting_help.{one.code}.")):
        for language in LANGUAGES:
            named = {name for _, name, _, _ in Formatter().parse(template(key, language)) if name is not None}
            assert named <= set(settings), key


def test_stability_is_unknown_where_gaps_are_few():
    assert Stability().definition()["labels"][-1]["code"] == "unknown"
