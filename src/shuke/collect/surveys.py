"""Reading what customers answered: files with a column a question, and files with a row an answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shuke.collect._duplicates import find_duplicates, kept_elsewhere
from shuke.collect._expressions import tidied
from shuke.collect._fields import (
    Columns,
    FactsRead,
    Fault,
    FieldsFound,
    dated,
    faults_of_day,
    find_fields,
    judged,
    marked,
    open_facts,
    patterns,
    report,
    require_fields,
    set_aside,
    texts_sql,
)
from shuke.collect._found import TEXT, Booked, Raw
from shuke.collect._mapping import require_column
from shuke.collect._parse import Rules
from shuke.collect._questions import question_named, read_answer
from shuke.collect._read import rules_for, silent
from shuke.collect._sources import Progress
from shuke.collect._stage import stage_folder
from shuke.engines import Engine, Table, literal, open_engine
from shuke.tables import SHOP_SURVEYS, SURVEYS

REQUIRED = ("customer", "asked")
FIELDS = (*REQUIRED, "answered", "question", "score", "said")
"""What a column can be named for; the last three where a file has a row an answer."""
_OF_ROWS = ("question", "score", "said")
_TEXTS = (*REQUIRED, "answered", "said", "source")
_ANSWERS = pa.schema(
    [("key_question", TEXT), ("key_answer", TEXT), ("question", TEXT), ("score", pa.float64()), ("why", TEXT)]
)


def read_surveys(
    source: Any,
    *,
    engine: Engine | None = None,
    customer: str | None = None,
    asked: str | None = None,
    answered: str | None = None,
    question: str | None = None,
    score: str | None = None,
    said: str | None = None,
    answers_of: Mapping[str, str] | None = None,
    timezone: str = "Asia/Shanghai",
    day_first: bool | None = None,
    keep_duplicates: bool = False,
    booked: Booked | None = None,
    progress: Progress | None = None,
) -> FactsRead:
    """What did customers say when asked? From files as they are: CSV, XLSX, Parquet, tables in memory, `demo:shop`.

    A file with columns for the question and the score has a row an answer; any other has a column a question, told by
    its header (满意度, NPS …) or named: `answers_of={"csat": "Q1"}`. Questions and scales stand in questions.toml.
    Answers may be numbers, or words such as 非常满意; one that is beyond its scale, or to a question that is not known,
    is set aside, and the others of its row stay. Without the day of asking, that of the answer counts.

    Raises InputError where there is no customer, no day or no question to be found; single answers never stop it.

    Mission 3.3, 3.5, 3.9.

    >>> wide = read_surveys({"客户编号": ["a", "b"], "调查日期": ["2024-03-01", "2024-03-02"],
    ...                      "满意度": ["非常满意", "9"], "NPS": ["9", ""]})
    >>> wide.quality.kept, wide.quality.blank, dict(wide.quality.set_aside)
    (2, 1, {'reject.off_scale': 1})
    >>> long = read_surveys({"customer": ["a"], "asked_on": ["2024-03-01"], "question": ["再购意愿"], "score": ["4"]})
    >>> long.table.to_arrow().select(["question", "score"]).to_pylist()
    [{'question': 'repurchase_intent', 'score': 4.0}]
    """
    used = engine if engine is not None else open_engine()
    rules = rules_for("CNY", timezone, None, day_first)
    raw = open_facts(source, used, "surveys", SHOP_SURVEYS, progress or silent, booked)
    given = {"customer": customer, "asked": asked, "answered": answered, "question": question, "score": score}
    columns = columns_of_surveys(raw, given | {"said": said}, answers_of or {})
    require_fields(columns.missing, raw, "surveys")
    return judged_surveys(used, raw, columns, rules, keep_duplicates=keep_duplicates)


def columns_of_surveys(
    raw: Raw, given: Mapping[str, str | None], answers_of: Mapping[str, str] = MappingProxyType({})
) -> Columns:
    """The fields, and the question of each column; none where the file has a row an answer. Two columns may answer the
    same question: both are answers."""
    fields, missing = find_fields(raw, "surveys", given, REQUIRED)
    if "asked" in missing and "answered" in fields:
        fields["asked"], missing = fields["answered"], tuple(name for name in missing if name != "asked")
    if "question" in fields and "score" in fields:
        return Columns(fields, missing)
    asked = {found.column for name, found in fields.items() if name not in _OF_ROWS}
    fields = {name: found for name, found in fields.items() if name not in _OF_ROWS}
    named = {require_column(raw.names, column, code): code for code, column in answers_of.items()}
    told = {name: code for name in raw.names if name not in asked and (code := question_named(name)) is not None}
    heads = {name: code for name, code in told.items() if code not in answers_of} | named
    return Columns(fields, missing if heads else (*missing, "question", "score"), heads)


def judged_surveys(engine: Engine, raw: Raw, columns: Columns, rules: Rules, *, keep_duplicates: bool) -> FactsRead:
    """The answers that are kept and those set aside; nothing that is required is missing."""
    folder, fields = stage_folder(engine), columns.fields
    keyed = _long(engine, raw, fields, columns.questions)
    told = engine.view("told", "SELECT * FROM {t} WHERE k_score IS NOT NULL", t=keyed)
    blank = engine.count(keyed) - engine.count(told)
    valued = dated(engine, _with_answers(told, folder), ("asked", "answered"), rules, folder)
    repeated = None if keep_duplicates else find_duplicates(engine, raw)
    verdicts = judged(engine, marked(valued, repeated), _FAULTS, rules)
    table = engine.keep("surveys", _KEPT, v=verdicts)
    rejects = set_aside(engine, verdicts, raw, fields, "CAST(NULL AS BIGINT)")
    quality = report(verdicts, raw, fields, "v_asked", blank)
    return FactsRead(SURVEYS, table, rejects, quality, engine, rules.currency, kept_elsewhere(verdicts, repeated))


def _long(engine: Engine, raw: Raw, fields: FieldsFound, heads: Mapping[str, str]) -> Table:
    """One row for each question asked of each customer, whatever the shape of the file."""
    texts = texts_sql(raw, fields, _TEXTS)
    by_name = {column.name: column for column in raw.columns}

    def part(question: str, answer: str, head: str) -> str:
        column = by_name[answer]
        text = tidied(column.inside, column.type)
        return f"""SELECT source_file, source_row, {texts}, {question} AS k_question, {text} AS k_score,
            {literal(head)} AS head FROM {{raw}}"""

    if heads:
        parts = [part(literal(code), column, column) for column, code in heads.items()]
    else:
        asked = by_name[fields["question"].column]
        parts = [part(tidied(asked.inside, asked.type), fields["score"].column, fields["score"].column)]
    return engine.keep("keyed", " UNION ALL ".join(parts), raw=raw.table, **patterns())


def _with_answers(told: Table, folder: Path) -> Table:
    """Each distinct answer to each question is read once; a choice comes back as a row for each option."""
    engine = told.engine
    pairs = engine.fetch(
        "SELECT DISTINCT k_question, k_score FROM {t} WHERE k_question IS NOT NULL", t=told
    ).to_pylist()
    rows = [
        {
            "key_question": pair["k_question"], "key_answer": pair["k_score"], "question": kept.question,
            "score": kept.score, "why": kept.why,
        }
        for pair in pairs
        for kept in read_answer(pair["k_question"], pair["k_score"])
    ]  # fmt: skip
    path = folder / "answers.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=_ANSWERS), path)
    answers = engine.read_parquet("answers", [path])
    sql = """SELECT t.*, a.question, a.score, a.why AS why_answer FROM {t} AS t
        LEFT JOIN {a} AS a ON k_question = key_question AND k_score = key_answer"""
    return engine.view("answered", sql, t=told, a=answers)


_FAULTS = [
    Fault("k_customer IS NULL", "'missing_customer'", "customer"),
    *faults_of_day("asked", required=True, past=True),
    *faults_of_day("answered", required=False, past=True),
    Fault("question IS NULL", "'unknown_question'", "question"),
    Fault("why_answer IS NOT NULL", "why_answer", "score"),
    Fault("is_duplicate", "'duplicate'", ""),
]

_KEPT = """
SELECT k_customer AS customer_id, v_asked AS asked_on, v_answered AS answered_on, question, score,
  CASE WHEN question = 'comment' THEN k_score ELSE k_said END AS said, k_source AS source, source_file, source_row
FROM {v} WHERE reason IS NULL
"""
