"""Files of facts beside purchases: which kind they are, and what would become of them."""

from __future__ import annotations

from typing import Any

import pytest

from shuke.collect import FACTS, kind_of, peek_facts, read_facts
from shuke.engines import DuckDBEngine, Engine
from shuke.kit.errors import InputError

SURVEY = {"客户编号": ["a", "b", ""], "调查日期": ["2024-03-01", "昨天", "2024-03-02"], "满意度": ["5", "4", "3"],
          "NPS": ["", "9", "11"]}  # fmt: skip
PAYMENTS = {"客户编号": ["a", "b"], "到期日": ["2024-03-01", "2024-03-02"], "应付金额": ["5", "五"]}


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("会员号", "下单时间", "实付金额"), "purchases"),
        (("customer", "date", "amount", "source"), "purchases"),
        (("customer", "when", "how much"), "purchases"),
        (("客户", "到期日", "应收金额", "付款日期"), "payments"),
        (("customer", "due_date", "amount", "paid"), "payments"),
        (("客户编号", "填写时间", "总体满意度", "推荐意愿"), "surveys"),
        (("customer", "asked_on", "question", "score"), "surveys"),
        (("客户编号", "获客来源"), "sources"),
    ],
)
def test_headers_tell_what_a_file_holds(names: tuple[str, ...], kind: str, duckdb_engine: DuckDBEngine) -> None:
    assert kind_of({name: ["2024-01-02"] for name in names}, engine=duckdb_engine) == kind


def test_a_look_says_the_same_as_reading(engine: Engine) -> None:
    for kind, lines in (("surveys", SURVEY), ("payments", PAYMENTS)):
        seen, read = peek_facts(kind, lines, engine=engine), read_facts(kind, lines, engine=engine)
        assert seen.read is not None
        assert dict(seen.read.quality.set_aside) == dict(read.quality.set_aside)
        assert seen.read.quality.kept == read.quality.kept
    assert seen.rows[1].reason == "reject.unreadable_amount"
    assert dict(peek_facts("surveys", SURVEY, engine=engine).questions) == {"满意度": "csat", "NPS": "nps"}


def test_what_nobody_knows_is_named_and_may_be_chosen(duckdb_engine: DuckDBEngine) -> None:
    lines = {"who": ["a"], "day": ["2024-03-01"], "sum": ["5"]}
    seen = peek_facts("payments", lines, engine=duckdb_engine)
    assert (seen.missing, seen.read) == (("customer", "due", "amount"), None)
    chosen: dict[str, Any] = {"customer": "who", "due": "day", "amount": "sum"}
    seen = peek_facts("payments", lines, engine=duckdb_engine, **chosen)
    assert seen.read is not None
    assert seen.read.quality.kept == 1
    gone = peek_facts("payments", lines, engine=duckdb_engine, **(chosen | {"due": "到期"}))
    assert gone.refused is not None
    assert "到期" in str(gone.refused)
    with pytest.raises(InputError, match="due"):
        read_facts("payments", lines, engine=duckdb_engine, customer="who", amount="sum")


def test_a_file_of_answers_without_a_question_asks_for_one(duckdb_engine: DuckDBEngine) -> None:
    seen = peek_facts("surveys", {"customer": ["a"], "asked_on": ["2024-03-01"], "x": ["5"]}, engine=duckdb_engine)
    assert seen.missing == ("question", "score")
    chosen = {"question": "x", "score": "x"}
    assert peek_facts("surveys", {"customer": ["a"], "asked_on": ["2024-03-01"], "x": ["5"]}, engine=duckdb_engine,
                      **chosen).missing == ()  # fmt: skip


def test_a_kind_there_is_not_is_named_with_those_there_are(duckdb_engine: DuckDBEngine) -> None:
    with pytest.raises(InputError, match="surveys, payments, sources"):
        peek_facts("poems", SURVEY, engine=duckdb_engine)
    assert set(FACTS) == {"surveys", "payments", "sources"}
