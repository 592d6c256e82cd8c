from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from shuke.collect import read_surveys
from shuke.kit.errors import InputError
from shuke.tables import SURVEYS


def answers(read):
    sql = "SELECT customer_id, question, score FROM {t} ORDER BY customer_id, question"
    return [tuple(row.values()) for row in read.engine.fetch(sql, t=read.table).to_pylist()]


def test_a_wide_file_in_gbk_gives_a_row_an_answer_and_sets_aside_what_cannot_be_one(engine, tmp_path):
    file = tmp_path / "问卷.csv"
    text = "会员号,调查日期,总体满意度,NPS,面向,价格重要性\n甲,2024/3/1,非常满意,9分,未来,1\n"
    text += "乙,2024-03-02,6,,过去,九\n,2024-03-02,5,1,,\n"
    file.write_bytes(text.encode("gb18030"))
    read = read_surveys(file, engine=engine)
    assert answers(read) == [
        ("乙", "looks_to.future", 0.0),
        ("乙", "looks_to.past", 1.0),
        ("乙", "looks_to.present", 0.0),
        ("甲", "csat", 5.0),
        ("甲", "importance_price", 1.0),
        ("甲", "looks_to.future", 1.0),
        ("甲", "looks_to.past", 0.0),
        ("甲", "looks_to.present", 0.0),
        ("甲", "nps", 9.0),
    ]
    assert dict(read.quality.set_aside) == {
        "reject.missing_customer": 2,
        "reject.off_scale": 1,
        "reject.unreadable_answer": 1,
    }
    assert read.quality.read == read.quality.kept + sum(read.quality.set_aside.values())
    rejects = read.rejects.to_arrow().to_pylist()
    assert {(row["column"], row["received"], row["source_row"]) for row in rejects} == {
        ("总体满意度", "6", 3),
        ("价格重要性", "九", 3),
        ("会员号", None, 4),
    }


def test_a_long_file_says_the_same_as_a_wide_one(engine):
    wide = {"customer": ["a"], "asked_on": ["2024-03-01"], "csat": ["4"], "intends": ["2"]}
    long = {"customer": ["a", "a", "a"], "asked_on": ["2024-03-01"] * 3, "question": ["满意度", "再购意愿", "天气"]}
    read = read_surveys(long | {"score": [4, 2, 1]}, engine=engine)
    assert answers(read) == answers(read_surveys(wide, engine=engine))
    assert dict(read.quality.set_aside) == {"reject.unknown_question": 1}


def test_questions_under_names_of_ones_own_are_named_by_column(duckdb_engine):
    rows = {"customer": ["a"], "asked_on": ["2024-03-01"], "Q1": ["4"], "意见": ["送货太慢"]}
    read = read_surveys(rows, engine=duckdb_engine, answers_of={"csat": "Q1"})
    assert answers(read) == [("a", "comment", None), ("a", "csat", 4.0)]
    assert "送货太慢" in read.table.to_arrow()["said"].to_pylist()


def test_a_repeated_row_counts_once_and_the_contract_is_kept(duckdb_engine):
    rows = {"customer": ["a", "a"], "asked_on": ["2024-03-01"] * 2, "csat": ["4", "4"]}
    read = read_surveys(rows, engine=duckdb_engine)
    assert (read.quality.kept, dict(read.quality.set_aside)) == (1, {"reject.duplicate": 1})
    assert read.table.schema.names == list(SURVEYS.names)
    assert [str(kind) for kind in read.table.schema.types] == [str(kind) for kind in SURVEYS.schema.types]


def test_a_file_without_a_question_is_refused_with_its_columns(duckdb_engine):
    with pytest.raises(InputError, match="question, score"):
        read_surveys({"customer": ["a"], "asked_on": ["2024-03-01"], "weather": ["4"]}, engine=duckdb_engine)


def test_a_question_named_by_a_column_that_is_not_there_is_refused_with_the_columns(duckdb_engine):
    with pytest.raises(InputError, match="Q2"):
        read_surveys({"customer": ["a"], "asked_on": ["2024-03-01"], "Q1": ["4"]}, answers_of={"csat": "Q2"})


def test_two_columns_of_one_question_are_both_answers(duckdb_engine):
    rows = {"customer": ["a"], "asked_on": ["2024-03-01"], "满意度": ["4"], "csat": ["2"], "NPS": ["9"]}
    read = read_surveys(rows, engine=duckdb_engine)
    assert sorted((one["question"], one["score"]) for one in read.table.to_arrow().to_pylist()) == [
        ("csat", 2.0),
        ("csat", 4.0),
        ("nps", 9.0),
    ]
    named = read_surveys(rows, engine=duckdb_engine, answers_of={"csat": "csat"})
    assert sorted(one["score"] for one in named.table.to_arrow().to_pylist()) == [2.0, 9.0], "as it is named"


@pytest.mark.parametrize(
    "late",
    [
        "2024-03-01T18:30:00Z",
        "1709317800",
        pytest.param(datetime(2024, 3, 1, 18, 30, tzinfo=UTC), id="a moment in a zone"),
        "2024-03-02 02:30:00",
    ],
)
def test_the_day_of_a_moment_is_that_of_the_business(engine, late: object):
    rows = pa.table({"customer": ["a"], "asked_on": [late], "csat": ["4"]})
    told = read_surveys(rows, engine=engine, timezone="Asia/Shanghai").table.to_arrow().to_pylist()
    assert [one["asked_on"] for one in told] == [date(2024, 3, 2)]
