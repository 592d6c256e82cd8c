"""Value migration: how customers moved between labels from one table of scores to the next."""

from __future__ import annotations

from dataclasses import dataclass

from shuke.engines import Table, quoted
from shuke.kit.errors import InputError


@dataclass(frozen=True)
class Move:
    """How many customers went from one label to another; `before` is None for new ones, `after` for those gone.

    A customer who is there without a label has the label "".
    """

    before: str | None
    after: str | None
    customers: int


_COUNTS = """
    WITH old AS (SELECT customer_id, coalesce(CAST({column} AS VARCHAR), '') AS label FROM {{before}}),
        new AS (SELECT customer_id, coalesce(CAST({column} AS VARCHAR), '') AS label FROM {{after}})
    SELECT old.label AS was, new.label AS became, CAST(count(*) AS BIGINT) AS customers
    FROM old FULL OUTER JOIN new ON old.customer_id = new.customer_id
    GROUP BY old.label, new.label
    ORDER BY was NULLS LAST, became NULLS LAST
"""


def migration(before: Table, after: Table, column: str = "tier_computed") -> tuple[Move, ...]:
    """How many customers moved from which label to which? (Mission 5.2.)

    Both tables have one row a customer and live in one engine; a customer in the second alone is new, in the first
    alone is gone. Ordered by the label before, then after; new ones come last.

    Raises InputError where the column is missing, or the tables live in two engines.

    >>> import pyarrow as pa
    >>> from shuke.engines import open_engine
    >>> with open_engine("duckdb") as engine:
    ...     spring = engine.from_arrow("spring", pa.table({"customer_id": ["张三", "李四"], "tier": ["B", "C"]}))
    ...     summer = engine.from_arrow("summer", pa.table({"customer_id": ["张三", "王五"], "tier": ["A", "C"]}))
    ...     for move in migration(spring, summer, "tier"):
    ...         print(move.before, move.after, move.customers)
    B A 1
    C None 1
    None C 1
    """
    for table in (before, after):
        missing = [name for name in ("customer_id", column) if name not in table.columns]
        if missing:
            raise InputError(f"Table {table.name} lacks {', '.join(missing)}; it has {', '.join(table.columns)}.")
    if before.engine is not after.engine:
        raise InputError(f"{before.name} and {after.name} live in two engines: read both with one.")
    rows = after.engine.fetch(_COUNTS.format(column=quoted(column)), before=before, after=after)
    return tuple(Move(row["was"], row["became"], row["customers"]) for row in rows.to_pylist())
