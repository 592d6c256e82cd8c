from __future__ import annotations

import copy
import tomllib
from datetime import date
from importlib.resources import files
from itertools import pairwise
from string import Formatter

import pytest
import sqlglot
from sqlglot import exp

from shuke.act import STEPS, Policies, unfair_terms
from shuke.kit.errors import InputError
from shuke.kit.text import LANGUAGES, explain, keys, template
from shuke.tables import SCORES

SHIPPED = tomllib.loads(files("shuke.act").joinpath("policies.toml").read_text("utf-8"))
TIERS, STAGES = ("A", "B", "C", "D"), ("exploration", "formation", "stability", "decline", "former")


def labels_of(policies, table):
    labelled = policies.label(table)
    sql = "SELECT policy_code, why_code FROM {t} ORDER BY customer_id"
    return [tuple(row.values()) for row in table.engine.fetch(sql, t=labelled).to_pylist()]


def changed(**cells):
    """The shipped policies with some terms changed: `changed(A_stability={"priority": 3})`."""
    data = copy.deepcopy(SHIPPED)
    for name, terms in cells.items():
        tier, stage = name.split("_")
        data["cells"][tier][stage] |= terms
    return data


def test_every_tier_has_a_policy_in_every_stage():
    assert set(Policies().cells) == {f"{tier}.{stage}" for tier in TIERS for stage in STAGES}


def test_the_policies_go_the_way_from_select_to_expand():
    assert {policy.step for policy in Policies().cells.values()} == set(STEPS)


def test_within_a_stage_a_higher_tier_never_gets_worse_terms():
    policies = Policies()
    for stage in STAGES:
        for better, other in pairwise(TIERS):
            assert policies.policy(f"{better}.{stage}").worse_than(policies.policy(f"{other}.{stage}")) == []


def test_an_old_good_customer_never_gets_worse_terms_than_a_new_one():
    policies = Policies()
    for tier in TIERS:
        for new in ("exploration", "formation"):
            assert policies.policy(f"{tier}.stability").worse_than(policies.policy(f"{tier}.{new}")) == []
    assert unfair_terms(policies.book) == []


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"D_exploration": {"discount_ceiling": 0.2}}, "C.exploration has a worse discount_ceiling"),
        ({"A_stability": {"discount_ceiling": 0.07}}, "A.stability has a worse discount_ceiling"),
        ({"B_stability": {"visit_days": 61}}, "B.stability has a worse visit_days"),
        ({"A_former": {"response_hours": 9}}, "A.former has a worse response_hours"),
        ({"C_decline": {"priority": 5}}, "C.decline has a worse priority"),
    ],
)
def test_policies_with_worse_terms_for_better_customers_are_refused(cells, told):
    with pytest.raises(InputError, match=told):
        Policies(data=changed(**cells))


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"step": "sell"}, "step 'sell'.*select, acquire, keep, expand"),
        ({"owner": "robot"}, "owner 'robot'"),
        ({"visit_days": 0}, "visit_days 0"),
        ({"response_hours": 1.5}, "response_hours 1.5"),
        ({"discount_ceiling": 8}, "discount_ceiling 8.*a share from 0 to 1"),
        ({"discount_ceiling": "8%"}, "discount_ceiling '8%'"),
        ({"colour": "red"}, "unknown colour"),
    ],
)
def test_terms_that_cannot_be_are_refused_with_the_cell_and_what_is_allowed(terms, told):
    with pytest.raises(InputError, match=f"A.stability.*{told}"):
        Policies(data=changed(A_stability=terms))


def test_a_term_left_out_is_named():
    data = copy.deepcopy(SHIPPED)
    del data["cells"]["B"]["decline"]["owner"]
    with pytest.raises(InputError, match=r"B\.decline: missing owner"):
        Policies(data=data)


def test_cells_tiers_and_reasons_that_nobody_knows_are_refused():
    with pytest.raises(InputError, match="lacks tiers, stages, cells, fallback, why"):
        Policies(data={})
    with pytest.raises(InputError, match=r"S\.exploration is outside tiers"):
        Policies(data={**SHIPPED, "cells": {**SHIPPED["cells"], "S": SHIPPED["cells"]["A"]}})
    with pytest.raises(InputError, match="served_as names Z"):
        Policies(data={**SHIPPED, "served_as": {"gold": "Z"}})
    with pytest.raises(InputError, match="no sentence explains the why_code nonsense"):
        Policies(data={**SHIPPED, "why": [{"when": "TRUE", "needs": [], "why_code": "nonsense"}]})
    with pytest.raises(InputError, match="the last rule must be"):
        Policies(data={**SHIPPED, "why": SHIPPED["why"][:1]})


def test_a_tier_without_texts_is_told_to_be_served_as_another():
    data = {**SHIPPED, "tiers": ["S", "A", "B", "C", "D"]}
    data["cells"] = {**SHIPPED["cells"], "S": SHIPPED["cells"]["A"]}
    with pytest.raises(InputError, match=r"no text says what to do for S\.exploration.*served_as"):
        Policies(data=data)


def test_policies_are_read_from_a_file_of_your_own(tmp_path):
    text = files("shuke.act").joinpath("policies.toml").read_text("utf-8")
    path = tmp_path / "策略.toml"
    path.write_text(text.replace("discount_ceiling = 0.12", "discount_ceiling = 0.15"), "utf-8")
    assert Policies(path=path).policy("A.stability").discount_ceiling == 0.15
    with pytest.raises(InputError, match="not both"):
        Policies(path=path, data=SHIPPED)
    path.write_text("tiers = [", "utf-8")
    with pytest.raises(InputError, match="is not TOML"):
        Policies(path=path)


def test_an_unknown_code_is_told_which_there_are():
    assert Policies().policy("fallback").code == "fallback"
    with pytest.raises(InputError, match=r"No policy 'Z\.decline'.*A\.exploration"):
        Policies().policy("Z.decline")


def test_each_customer_gets_the_policy_of_the_tier_in_force_and_the_stage(scores, duckdb_engine):
    pairs = [(tier, stage) for tier in TIERS for stage in STAGES]
    table = scores(duckdb_engine, tier_in_force=[t for t, _ in pairs], stage=[s for _, s in pairs])
    found = duckdb_engine.fetch(
        "SELECT tier_in_force || '.' || stage AS cell, policy_code FROM {t}", t=Policies().label(table)
    ).to_pylist()
    assert len(found) == 20
    assert all(row["cell"] == row["policy_code"] for row in found)


def test_other_pyramids_are_served_by_the_four_tiers_and_strangers_as_usual(scores, duckdb_engine):
    tiers = ["high", "middle", "normal", "vital", "rest", "gold", None]
    table = scores(duckdb_engine, tier_in_force=tiers, tier_computed=tiers)
    assert [policy for policy, _ in labels_of(Policies(), table)] == [
        "A.stability",
        "B.stability",
        "D.stability",
        "B.stability",
        "D.stability",
        "fallback",
        "fallback",
    ]


@pytest.mark.parametrize(
    ("customer", "why"),
    [
        ({}, "steady"),
        ({"stage": "former"}, "lost"),
        ({"stage": "former", "purchases": 1, "typical_gap_days": None}, "lost_once"),
        ({"stage": "decline", "tier_in_force": "B", "tier_computed": "B"}, "at_risk_valuable"),
        ({"stage": "decline", "tier_in_force": "B", "tier_computed": "B", "value_at_risk_minor": None}, "overdue"),
        ({"stage": "decline"}, "overdue"),
        ({"stage": "decline", "purchases": 1}, "overdue_once"),
        ({"stage": "decline", "stage_why_code": "value_fell"}, "shrinking"),
        ({"tier_in_force": "B"}, "slipping"),
        ({"stage": "exploration", "purchases": 1}, "new"),
        ({"clv_minor": 500_00, "prospect": "star"}, "rising"),
        ({"clv_minor": 500_00, "tier_next_minor": None}, "steady"),
        ({"clv_minor": None}, "steady"),
        ({"typical_gap_days": 60.0, "next_purchase_due": date(2018, 1, 30)}, "due_soon"),
        ({"typical_gap_days": 60.0, "next_purchase_due": date(2018, 1, 31)}, "steady"),
        ({"typical_gap_days": 60.0, "next_purchase_due": None}, "steady"),
        ({"stage": "formation"}, "growing"),
    ],
)
def test_each_customer_is_told_why_now(scores, duckdb_engine, customer, why):
    table = scores(duckdb_engine, **({name: [value] for name, value in customer.items()} or {"purchases": [20]}))
    assert labels_of(Policies(), table)[0][1] == why


def test_label_keeps_rows_and_columns_and_names_what_is_missing(scores, duckdb_engine):
    table = scores(duckdb_engine, stage=["decline", "former"])
    once = Policies().label(table)
    assert once.columns == [*table.columns, "policy_code", "why_code"]
    assert labels_of(Policies(), once) == labels_of(Policies(), table)
    bare = duckdb_engine.view("bare", "SELECT 'A' AS tier_in_force")
    with pytest.raises(InputError, match=r"stage, purchases.*the table has tier_in_force"):
        Policies().label(bare)


@pytest.mark.spark
def test_policies_and_reasons_are_the_same_on_both_engines(scores, duckdb_engine, spark_engine):
    columns = {
        "stage": ["former", "former", "decline", "decline", "stability", "stability", "formation", "exploration"],
        "purchases": [1, 4, 9, 1, 9, 9, 3, 1],
        "tier_in_force": ["D", "C", "A", "D", "B", "C", "gold", "D"],
        "typical_gap_days": [None, 9.0, 9.0, None, 9.0, 45.0, 9.0, None],
        "clv_minor": [None, 1, 1, 1, 1, 1, 99_999_99, 1],
    }
    expected = labels_of(Policies(), scores(duckdb_engine, **columns))
    assert labels_of(Policies(), scores(spark_engine, **columns)) == expected
    assert "due_soon" in {why for _, why in expected}


def test_every_policy_and_reason_has_its_texts_in_three_languages():
    codes = [*Policies().cells, "fallback"]
    expected = {f"policy.{code}.{part}" for code in codes for part in ("name", "do")}
    expected |= {f"policy_step.{step}" for step in STEPS}
    expected |= {f"policy_owner.{policy.owner}" for policy in Policies().cells.values()}
    expected |= {f"why.{rule.why_code}" for rule in Policies().book.why}
    written = {key for prefix in ("policy.", "policy_step.", "policy_owner.", "why.") for key in keys(prefix)}
    assert written == expected
    for key in expected:
        named = {frozenset(n for _, n, _, _ in Formatter().parse(template(key, lang)) if n) for lang in LANGUAGES}
        assert len(named) == 1
        assert named.pop() <= set(SCORES.names)


def test_each_rule_of_why_declares_the_columns_of_its_condition():
    book = Policies().book
    for rule in book.why:
        condition = rule.when.format(**book.thresholds)
        used = {column.name for column in sqlglot.parse_one(condition, read="duckdb").find_all(exp.Column)}
        assert used - {"served_as"} <= set(rule.needs), rule
        assert set(rule.needs) <= set(SCORES.names), rule


def test_a_reason_reads_as_a_sentence():
    row = {"churn_probability": 0.62, "value_at_risk_minor": 1_234_500, "recency_days": 41}
    assert explain("why.at_risk_valuable", "zh-hant", "TWD", row) == (
        "重要客戶有流失風險：已 41 天沒來，下一週期不買的機率 62%，風險價值 $12,345.00。"
    )
