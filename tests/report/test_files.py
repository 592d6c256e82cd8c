from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shuke.kit.errors import InputError
from shuke.report import public_schema, write_scores
from shuke.tables import SCORES

ROW = {
    "customer_id": "=1+1",
    "first_purchase": date(2024, 1, 1),
    "last_purchase": date(2024, 5, 1),
    "left_truncated": False,
    "purchases": 3,
    "orders": 3,
    "recency_days": 30,
    "age_days": 150,
    "typical_gap_days": 60.5,
    "spend_minor": 123456,
    "margin_minor": -50,
    "value_basis": "margin",
    "mean_spend_minor": 41152,
    "rfm_r": 5,
    "rfm_f": 4,
    "rfm_m": 3,
    "rfm_segment": "champion",
    "tier_computed": "B",
    "tier_in_force": "B",
    "tier_why_code": "ranked",
    "tier_rank": 4,
    "tier_base": 100,
    "tier_measure_minor": 123456,
    "tier_next_minor": 1240000,
    "historic_value_minor": 0,
    "current_value_minor": -50,
    "stage": "stability",
    "stage_why_code": "long_known",
    "prospect": "steady",
    "prospect_why_code": "stays",
    "rfm_alarm": "none",
    "rfm_alarm_why_code": "as_usual",
    "quadrant": "IV",
    "quadrant_why_code": "high_high",
    "type": "undetermined",
    "type_why_code": "little_known",
    "type_known_share": 0.2,
    "loyalty_kind": "unknown",
    "loyalty_why_code": "no_answer",
    "satisfaction": "unknown",
    "satisfaction_why_code": "no_answer",
    "credit": "middle",
    "credit_why_code": "middle_without_dues",
    "loyalty_score": 0.61,
    "standing_list": "normal",
    "list_proposal": "none",
    "list_why_code": "nothing",
    "stability": "usual",
    "stability_why_code": "as_most",
    "price_code": "unknown",
    "price_why_code": "too_little",
    "channel_code": "unknown",
    "channel_why_code": "none_known",
    "affinity_code": "unknown",
    "affinity_why_code": "none_known",
    "rhythm": "unknown",
    "rhythm_why_code": "too_few_gaps",
    "policy_code": "B.stability",
    "why_code": "steady",
}


def scores(engine, **changes):
    row = dict.fromkeys(SCORES.names) | ROW | changes
    return engine.from_arrow("scores", pa.Table.from_pylist([row], SCORES.schema))


@pytest.mark.parametrize(("currency", "spend"), [("CNY", "1234.56"), ("JPY", "123456"), ("KWD", "123.456")])
def test_money_is_in_major_units_of_its_currency(duckdb_engine, tmp_path, currency, spend):
    path = write_scores(scores(duckdb_engine), tmp_path / "a.parquet", currency=currency)
    assert str(pq.read_table(path)["spend"][0].as_py()) == spend
    assert pq.read_schema(path).equals(public_schema(currency))


def test_a_null_value_stays_empty_and_a_negative_one_negative(duckdb_engine, tmp_path):
    row = pq.read_table(write_scores(scores(duckdb_engine), tmp_path / "a.parquet", currency="CNY")).to_pylist()[0]
    assert row["clv"] is None
    assert str(row["margin"]) == "-0.50"


def test_a_formula_in_an_id_is_neutralised_in_csv(duckdb_engine, tmp_path):
    path = write_scores(scores(duckdb_engine), tmp_path / "a.csv", currency="CNY")
    assert path.read_text("utf-8-sig").splitlines()[1].startswith('"\'=1+1"')


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_the_reason_of_a_tier_gives_its_figures(duckdb_engine, tmp_path, language):
    path = write_scores(scores(duckdb_engine), tmp_path / "a.parquet", currency="CNY", language=language)
    why = pq.read_table(path)["tier_why"][0].as_py()
    assert "100" in why
    assert "12,400.00" in why


def test_another_suffix_is_refused_with_those_there_are(duckdb_engine, tmp_path):
    with pytest.raises(InputError, match=r"\.parquet, \.csv, \.xlsx"):
        write_scores(scores(duckdb_engine), tmp_path / "a.doc", currency="CNY")


def test_a_failed_write_leaves_no_half_file_in_the_place_asked_for(duckdb_engine, tmp_path):
    with pytest.raises(InputError, match="No sentence"):
        write_scores(scores(duckdb_engine, stage="unheard_of"), tmp_path / "a.csv", currency="CNY")
    assert not (tmp_path / "a.csv").exists()
