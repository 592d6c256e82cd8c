"""Customers who were erased and come again in a file: their rows are set aside, and their file is not kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from shuke.collect import FactsRead, Purchases, Quality, Tally
from shuke.crm.privacy.erased import ErasedKeys
from shuke.tables import REJECTS

REASON = "reject.erased_customer"


def without_erased(read: Purchases, quality: Quality) -> tuple[Purchases, Quality]:
    """The purchases without those of erased customers, which are among the rows set aside, without what stood in them.

    Keys leave the engine only where anybody was ever erased.
    """
    erased = ErasedKeys()
    keys = erased.among(_keys(read)) if erased else []
    if not keys:
        return read, quality
    engine = read.engine
    table = engine.view("kept", "SELECT * FROM {table} WHERE customer_id NOT IN {keys}", table=read.table, keys=keys)
    rejects = engine.view("rejects", _rejects_sql(), table=read.table, rejects=read.rejects, keys=keys, reason=REASON)
    return replace(read, table=table, rejects=rejects), _told(quality, read, keys)


def facts_without_erased(read: FactsRead) -> FactsRead:
    """The same of answers, payments or sources."""
    erased = ErasedKeys()
    keys = erased.among(_keys(read)) if erased else []
    if not keys:
        return read
    engine, quality = read.engine, read.quality
    table = engine.view("kept", "SELECT * FROM {table} WHERE customer_id NOT IN {keys}", table=read.table, keys=keys)
    amount = "amount_minor" if "amount_minor" in read.table.columns else "CAST(NULL AS BIGINT)"
    rejects = engine.view(
        "rejects", _rejects_sql(amount), table=read.table, rejects=read.rejects, keys=keys, reason=REASON
    )
    gone = engine.count(read.table) - engine.count(table)
    told = replace(quality, kept=quality.kept - gone, set_aside={**quality.set_aside, REASON: gone})
    return replace(read, table=table, rejects=rejects, quality=told)


def _keys(read: Purchases | FactsRead) -> list[str]:
    batches = read.engine.batches("SELECT DISTINCT customer_id FROM {table}", table=read.table)
    return [str(key) for batch in batches for key in batch.column(0).to_pylist()]


def _told(quality: Quality, read: Purchases, keys: list[str]) -> Quality:
    """The report: rows and amounts still add up, and its notes count the rows kept."""
    gone = read.engine.fetch(_GONE, table=read.table, keys=keys).to_pylist()[0]
    notes = {}
    for code, tally in quality.notes.items():
        name = code.removeprefix("quality.")
        rows = tally.rows - int(gone.get(f"{name}_rows") or 0)
        if rows:
            notes[code] = Tally(rows, tally.amount_minor - int(gone.get(f"{name}_amount") or 0))
    rows, amount = int(gone["rows"]), int(gone["amount"] or 0)
    return replace(
        quality,
        rows_kept=quality.rows_kept - rows,
        amount_kept_minor=quality.amount_kept_minor - amount,
        set_aside={**quality.set_aside, REASON: Tally(rows, amount)},
        notes=notes,
    )


def names_erased(set_aside: Collection[str]) -> bool:
    """Whether the file that was read names somebody erased, by the reasons for which rows were set aside."""
    return REASON in set_aside


_NOTES = {
    "returns": "amount_minor < 0",
    "zero_amounts": "amount_minor = 0",
    "without_cost": "cost_minor IS NULL",
    "without_quantity": "quantity IS NULL",
}
_COUNTED = ", ".join(
    f"count(*) FILTER (WHERE {rule}) AS {name}_rows, "
    f"CAST(sum(amount_minor) FILTER (WHERE {rule}) AS BIGINT) AS {name}_amount"
    for name, rule in _NOTES.items()
)
_GONE = f"""SELECT count(*) AS rows, CAST(sum(amount_minor) AS BIGINT) AS amount, {_COUNTED}
    FROM {{table}} WHERE customer_id IN {{keys}}"""
_COLUMNS = ", ".join(f'"{name}"' for name in REJECTS.names)


def _rejects_sql(amount: str = "amount_minor") -> str:
    """The rows set aside, with those of the erased among them; of these nothing is told but the amount."""
    return f"""SELECT {_COLUMNS} FROM {{rejects}} UNION ALL
        SELECT source_file, source_row, {{reason}} AS reason_code, CAST(NULL AS VARCHAR) AS "column",
            CAST(NULL AS VARCHAR) AS received, {amount} AS amount_minor, '' AS raw
        FROM {{table}} WHERE customer_id IN {{keys}}"""
