"""Reading where customers were won."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shuke.collect._duplicates import find_duplicates, kept_elsewhere
from shuke.collect._fields import (
    Columns,
    FactsRead,
    Fault,
    find_fields,
    judged,
    marked,
    patterns,
    report,
    require_fields,
    set_aside,
    texts_sql,
)
from shuke.collect._found import Raw
from shuke.collect._parse import Rules
from shuke.collect._read import rules_for, silent
from shuke.collect._sources import Progress, open_raw
from shuke.engines import Engine, open_engine
from shuke.tables import SOURCES

FIELDS = REQUIRED = ("customer", "source")
REASONS = ("missing_source", "repeated_customer")
"""Why a row is set aside, beside the reasons that rows of any facts have."""


def read_sources(
    source: Any,
    *,
    engine: Engine | None = None,
    customer: str | None = None,
    won_by: str | None = None,
    keep_duplicates: bool = False,
    progress: Progress | None = None,
) -> FactsRead:
    """Where was each customer won? From files as they are: CSV, XLSX, Parquet, tables in memory.

    Columns are named (`won_by="获客来源"`) or told by their headers. Of a customer who comes again, the first row
    counts. Raises InputError where a column is missing or nothing can be read; single rows never stop it.

    >>> read = read_sources({"客户编号": ["a", "b", "a"], "获客来源": ["朋友介绍", "", "展会"]})
    >>> read.table.to_arrow().select(["customer_id", "source"]).to_pylist(), dict(read.quality.set_aside)
    ([{'customer_id': 'a', 'source': '朋友介绍'}], {'reject.missing_source': 1, 'reject.repeated_customer': 1})
    """
    used = engine if engine is not None else open_engine()
    raw = open_raw(source, used, progress or silent)
    columns = columns_of_sources(raw, {"customer": customer, "source": won_by})
    require_fields(columns.missing, raw, "sources")
    rules = rules_for("CNY", "Asia/Shanghai", None, None)
    return judged_sources(used, raw, columns, rules, keep_duplicates=keep_duplicates)


def columns_of_sources(raw: Raw, given: Mapping[str, str | None]) -> Columns:
    """Which column is what, as given or by the headers."""
    return Columns(*find_fields(raw, "sources", given, REQUIRED))


def judged_sources(engine: Engine, raw: Raw, columns: Columns, rules: Rules, *, keep_duplicates: bool) -> FactsRead:
    """The rows that are kept and those set aside; nothing that is required is missing."""
    fields = columns.fields
    sql = f"SELECT source_file, source_row, {texts_sql(raw, fields, FIELDS)} FROM {{raw}}"
    repeated = None if keep_duplicates else find_duplicates(engine, raw)
    keyed = marked(engine.keep("keyed", sql, raw=raw.table, **patterns()), repeated)
    verdicts = judged(engine, engine.view("placed", _PLACED, t=keyed), _FAULTS, rules)
    table = engine.keep("sources", _KEPT, v=verdicts)
    rejects = set_aside(engine, verdicts, raw, fields, "CAST(NULL AS BIGINT)")
    quality = report(verdicts, raw, fields, "CAST(NULL AS DATE)", 0)
    return FactsRead(SOURCES, table, rejects, quality, engine, rules.currency, kept_elsewhere(verdicts, repeated))


_FAULTS = [
    Fault("k_customer IS NULL", "'missing_customer'", "customer"),
    Fault("k_source IS NULL", "'missing_source'", "source"),
    Fault("is_duplicate", "'duplicate'", ""),
    Fault("place > 1", "'repeated_customer'", "customer"),
]

_PLACED = """
SELECT *, row_number() OVER (
  PARTITION BY k_customer ORDER BY CASE WHEN k_source IS NULL THEN 1 ELSE 0 END, source_file, source_row
) AS place FROM {t}
"""

_KEPT = """
SELECT k_customer AS customer_id, k_source AS source, source_file, source_row FROM {v} WHERE reason IS NULL
"""
