from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from importlib.resources import files

import pytest
import sqlglot
from sqlglot import exp

from shuke.classify import STAGES, LifeCycle, Thresholds, stage_rules
from shuke.kit.errors import InputError
from shuke.tables import SCORES


def stages_of(table, life_cycle=None):
    life_cycle = life_cycle or LifeCycle()
    labelled = life_cycle.fit(table).label(table)
    sql = "SELECT stage, stage_why_code FROM {t} ORDER BY customer_id"
    return [tuple(row.values()) for row in labelled.engine.fetch(sql, t=labelled).to_pylist()]


@pytest.mark.parametrize(
    ("customer", "stage"),
    [
        (
            {"purchases": 1, "typical_gap_days": None, "recency_days": 9, "age_days": 9},
            ("exploration", "first_purchase"),
        ),
        ({"purchases": 2, "age_days": 30}, ("exploration", "trying")),
        ({"purchases": 2, "age_days": 90}, ("formation", "came_back")),
        ({"purchases": 5, "age_days": 179}, ("formation", "came_back")),
        ({"purchases": 5, "age_days": 180}, ("stability", "steady")),
        ({"purchases": 3, "age_days": 800, "typical_gap_days": 390.0}, ("stability", "lasting")),
        ({"purchases": 5, "age_days": 30, "left_truncated": True}, ("stability", "long_known")),
        ({"purchases": 2, "age_days": 30, "left_truncated": True}, ("formation", "little_seen")),
        ({"recency_days": 61}, ("decline", "late")),
        ({"recency_days": 60}, ("stability", "steady")),
        ({"recency_days": 41, "probability_alive": 0.4}, ("decline", "doubted_by_model")),
        ({"recency_days": 39, "probability_alive": 0.4}, ("stability", "steady")),
        ({"recency_days": 190}, ("former", "gone_silent")),
        ({"recency_days": 190, "churn_probability": 0.5}, ("decline", "late")),
        ({"recency_days": 190, "churn_probability": 0.95}, ("former", "gone_silent")),
        ({"recency_days": 190, "churn_probability": 0.5, "probability_alive": 0.05}, ("former", "gone_by_model")),
        ({"purchases": 1, "typical_gap_days": None, "recency_days": 70}, ("decline", "late_once")),
        ({"purchases": 1, "typical_gap_days": None, "recency_days": 200}, ("former", "gone_once")),
        (
            {"age_days": 1095, "historic_value_minor": 4_000, "current_value_minor": 900},
            ("decline", "value_fell"),
        ),
        ({"age_days": 1095, "historic_value_minor": 4_000, "current_value_minor": 1_100}, ("stability", "steady")),
    ],
)
def test_a_customer_in_a_base_with_a_usual_gap_of_20_days_stands_in_the_stage(
    customers, duckdb_engine, customer, stage
):
    # Two ordinary customers beside the one in question keep the base's usual gap at 20 days.
    columns = {name: [value] for name, value in customer.items()}
    ordinary = {"purchases": 5, "typical_gap_days": 20.0, "recency_days": 10, "age_days": 200, "left_truncated": False}
    ordinary |= {"probability_alive": None, "churn_probability": None}
    ordinary |= {"historic_value_minor": 0, "current_value_minor": 1000}
    filled = {name: [*columns.get(name, [value]), value, value] for name, value in ordinary.items()}
    assert stages_of(customers(duckdb_engine, **filled))[0] == stage


def test_every_stage_and_every_reason_is_reached_by_some_rule():
    assert {rule.code for rule in stage_rules()} == set(STAGES)
    reasons = [rule.why_code for rule in stage_rules()]
    assert len(set(reasons)) == len(reasons)


@pytest.mark.parametrize("stage_before", ["exploration", "formation", "stability"])
def test_decline_is_reached_from_every_stage_by_silence_alone(customers, duckdb_engine, stage_before):
    shape = {"exploration": (1, None, 20), "formation": (3, 20.0, 100), "stability": (9, 20.0, 300)}[stage_before]
    purchases, gap, age = shape
    table = customers(
        duckdb_engine,
        purchases=[purchases, purchases, 5, 5],
        typical_gap_days=[gap, gap, 20.0, 20.0],
        age_days=[age, age + 100, 200, 200],
        recency_days=[5, 105, 5, 5],
    )
    assert [stage for stage, _ in stages_of(table)][:2] == [stage_before, "decline"]


def test_a_left_truncated_customer_is_never_on_trial(customers, duckdb_engine):
    purchases = [1, 1, 2, 2, 3, 9] * 3
    table = customers(
        duckdb_engine,
        purchases=purchases,
        typical_gap_days=[None if n == 1 else 20.0 for n in purchases],
        age_days=[0] * 6 + [20] * 6 + [300] * 6,
        recency_days=[0] * 6 + [15] * 6 + [250] * 6,
        left_truncated=[True] * 18,
    )
    assert "exploration" not in {stage for stage, _ in stages_of(table)}


def test_a_car_dealer_waits_years_before_a_customer_is_late(customers, duckdb_engine):
    table = customers(
        duckdb_engine,
        purchases=[1, 2, 2, 3, 1],
        typical_gap_days=[None, 1100.0, 1400.0, 1200.0, None],
        age_days=[900, 1800, 1500, 2700, 4000],
        recency_days=[900, 700, 100, 300, 4000],
    )
    stages = [stage for stage, _ in stages_of(table)]
    assert stages == ["exploration", "formation", "formation", "stability", "decline"]


def test_a_daily_customer_may_be_away_for_a_week(customers, duckdb_engine):
    table = customers(duckdb_engine, purchases=[100], typical_gap_days=[1.0], recency_days=[7], age_days=[106])
    assert stages_of(table) == [("formation", "came_back")]


def test_where_nobody_ever_came_back_the_usual_gap_is_the_threshold_for_unknown(customers, duckdb_engine):
    table = customers(duckdb_engine, purchases=[1, 1], typical_gap_days=[None, None], recency_days=[100, 600])
    life_cycle = LifeCycle()
    assert stages_of(table, life_cycle) == [("exploration", "first_purchase"), ("decline", "late_once")]
    assert life_cycle.params_.usual_gap_days == 180.0
    assert life_cycle.params_.repeat_customers == 0


def test_sixty_equal_customers_stand_in_one_stage(customers, duckdb_engine):
    assert set(stages_of(customers(duckdb_engine, purchases=[6] * 60))) == {("stability", "steady")}


def test_the_values_of_a_whole_business_do_not_overflow(customers, duckdb_engine):
    table = customers(
        duckdb_engine, age_days=[4000], historic_value_minor=[9 * 10**18], current_value_minor=[9 * 10**17]
    )
    assert stages_of(table) == [("stability", "steady")]


def test_stages_order_what_customers_of_cdnow_do_next(customers, duckdb_engine):
    # Real purchases (CDNOW, Fader & Hardie): staged at the end of 1997, watched for the following half-year.
    path = files("lifetimes").joinpath("datasets/CDNOW_sample.txt")
    seen: dict[str, list[date]] = {}
    for line in path.read_text("utf-8").splitlines():
        who, _, day = line.split()[:3]
        seen.setdefault(who, []).append(date.fromisoformat(f"{day[:4]}-{day[4:6]}-{day[6:8]}"))
    table = customers(duckdb_engine, **_histories(seen, date(1997, 12, 31)))
    later = dict(zip(sorted(seen), (max(seen[who]) > date(1997, 12, 31) for who in sorted(seen)), strict=True))
    came: dict[str, list[bool]] = {}
    for who, (stage, _) in zip(sorted(seen), stages_of(table), strict=True):
        came.setdefault(stage, []).append(later[who])
    shares = {stage: sum(values) / len(values) for stage, values in came.items()}
    assert shares["stability"] > 0.6 > shares["formation"] > 0.3 > 0.2 > shares["decline"]
    assert shares["former"] < 0.2


def _histories(seen, as_of):
    days = {who: sorted({day for day in seen[who] if day <= as_of}) for who in sorted(seen)}
    return {
        "customer_id": list(days),
        "purchases": [len(d) for d in days.values()],
        "recency_days": [(as_of - d[-1]).days for d in days.values()],
        "age_days": [(as_of - d[0]).days for d in days.values()],
        "typical_gap_days": [(d[-1] - d[0]).days / (len(d) - 1) if len(d) > 1 else None for d in days.values()],
    }


def test_rules_of_your_own_are_read_from_a_file(tmp_path, customers, duckdb_engine):
    path = tmp_path / "规则.toml"
    path.write_text(
        """
        [[rules]]
        when = "spend_minor > 500"
        needs = ["spend_minor"]
        code = "stability"
        why_code = "steady"
        [[rules]]
        when = "TRUE"
        needs = []
        code = "formation"
        why_code = "came_back"
        """,
        "utf-8",
    )
    table = customers(duckdb_engine, spend_minor=[400, 600])
    assert [stage for stage, _ in stages_of(table, LifeCycle(rules=stage_rules(path)))] == ["formation", "stability"]


def test_rules_that_are_not_toml_say_so(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text("rules = [", "utf-8")
    with pytest.raises(InputError, match="is not TOML"):
        stage_rules(path)


def test_thresholds_that_contradict_each_other_are_refused():
    with pytest.raises(InputError, match="they must rise"):
        Thresholds(late_after=9.0)
    with pytest.raises(InputError, match="rising shares"):
        Thresholds(alive_gone=0.6)


def test_missing_columns_and_a_label_before_fit_are_refused(customers, duckdb_engine):
    bare = duckdb_engine.view("bare", "SELECT 1 AS purchases")
    with pytest.raises(InputError, match=r"typical_gap_days, recency_days.*the table has purchases"):
        LifeCycle().fit(bare)
    with pytest.raises(InputError, match="call fit"):
        LifeCycle().label(customers(duckdb_engine, purchases=[1]))


def test_what_was_learned_is_ready_for_json(customers, duckdb_engine):
    table = customers(duckdb_engine, typical_gap_days=[10.0, 20.0, 40.0])
    assert json.dumps(asdict(LifeCycle().fit(table).params_)) == '{"usual_gap_days": 20.0, "repeat_customers": 3}'


def test_each_rule_declares_the_columns_of_its_condition():
    for rule in stage_rules():
        condition = rule.when.format(**asdict(Thresholds()))
        used = {column.name for column in sqlglot.parse_one(condition, read="duckdb").find_all(exp.Column)}
        assert used - {"rhythm_days"} <= set(rule.needs), rule
        assert set(rule.needs) <= set(SCORES.names), rule
