"""Reading what fell due and when it was paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shuke.collect._duplicates import find_duplicates, kept_elsewhere
from shuke.collect._fields import (
    Columns,
    FactsRead,
    Fault,
    dated,
    faults_of_day,
    find_fields,
    judged,
    marked,
    open_facts,
    patterns,
    priced,
    report,
    require_fields,
    set_aside,
    texts_sql,
)
from shuke.collect._found import Booked, Raw
from shuke.collect._parse import Rules
from shuke.collect._read import rules_for, silent
from shuke.collect._sources import Progress
from shuke.collect._stage import stage_folder
from shuke.engines import Engine, open_engine
from shuke.tables import PAYMENTS, SHOP_PAYMENTS

REQUIRED = ("customer", "due", "amount")
FIELDS = (*REQUIRED, "paid", "reference")


def read_payments(
    source: Any,
    *,
    engine: Engine | None = None,
    customer: str | None = None,
    due: str | None = None,
    amount: str | None = None,
    paid: str | None = None,
    reference: str | None = None,
    currency: str = "CNY",
    timezone: str = "Asia/Shanghai",
    day_first: bool | None = None,
    keep_duplicates: bool = False,
    booked: Booked | None = None,
    progress: Progress | None = None,
) -> FactsRead:
    """What fell due, and when was it paid? From files as they are: CSV, XLSX, Parquet, tables in memory, `demo:shop`.

    Columns are named (`due="到期日"`) or told by their headers. Of a moment its day in `timezone` counts. A sum
    without a day of payment is unpaid; one due in the future is kept. Rows equal in every column are set aside but for
    the first. Raises InputError where a column is missing or nothing can be read; single rows never stop it.

    Mission 3.11.

    >>> read = read_payments({"客户编号": ["a", "b"], "应付日期": ["2024-03-01", "下周"], "应付金额": ["100", "5"],
    ...                       "实付日期": ["", "2024-03-05"]})
    >>> read.quality.kept, dict(read.quality.set_aside)
    (1, {'reject.unreadable_date': 1})
    """
    used = engine if engine is not None else open_engine()
    rules = rules_for(currency, timezone, None, day_first)
    raw = open_facts(source, used, "payments", SHOP_PAYMENTS, progress or silent, booked)
    given = {"customer": customer, "due": due, "amount": amount, "paid": paid, "reference": reference}
    columns = columns_of_payments(raw, given)
    require_fields(columns.missing, raw, "payments")
    return judged_payments(used, raw, columns, rules, keep_duplicates=keep_duplicates)


def columns_of_payments(raw: Raw, given: Mapping[str, str | None]) -> Columns:
    """Which column is what, as given or by the headers."""
    return Columns(*find_fields(raw, "payments", given, REQUIRED))


def judged_payments(engine: Engine, raw: Raw, columns: Columns, rules: Rules, *, keep_duplicates: bool) -> FactsRead:
    """The rows that are kept and those set aside; nothing that is required is missing."""
    folder, fields = stage_folder(engine), columns.fields
    sql = f"SELECT source_file, source_row, {texts_sql(raw, fields, FIELDS)} FROM {{raw}}"
    repeated = None if keep_duplicates else find_duplicates(engine, raw)
    keyed = marked(engine.keep("keyed", sql, raw=raw.table, **patterns()), repeated)
    valued = priced(engine, dated(engine, keyed, ("due", "paid"), rules, folder), "amount", rules, folder)
    verdicts = judged(engine, valued, _faults(), rules)
    table = engine.keep("payments", _KEPT, v=verdicts)
    rejects = set_aside(engine, verdicts, raw, fields, "amount_minor")
    quality, elsewhere = report(verdicts, raw, fields, "v_due", 0), kept_elsewhere(verdicts, repeated)
    return FactsRead(PAYMENTS, table, rejects, quality, engine, rules.currency, elsewhere)


def _faults() -> list[Fault]:
    return [
        Fault("k_customer IS NULL", "'missing_customer'", "customer"),
        *faults_of_day("due", required=True, past=False),
        *faults_of_day("paid", required=False, past=True),
        Fault("why_amount IS NOT NULL", "why_amount", "amount"),
        Fault("amount_minor IS NULL", "'unreadable_amount'", "amount"),
        Fault("is_duplicate", "'duplicate'", ""),
    ]


_KEPT = """
SELECT k_customer AS customer_id, v_due AS due_on, amount_minor, v_paid AS paid_on, k_reference AS reference,
  source_file, source_row
FROM {v} WHERE reason IS NULL
"""
