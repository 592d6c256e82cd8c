"""Rows that are equal in all columns of the input: the first, by file and row, is kept."""

from __future__ import annotations

from shuke.collect._found import Raw
from shuke.engines import Engine, Table


def find_duplicates(engine: Engine, raw: Raw) -> Table | None:
    """The file and row of each repeated row as `repeated_file`, `repeated_row`; None where there is none.

    Rows with the same 64-bit hash are candidates; only those are compared in full.
    """
    columns = ", ".join(column.inside for column in raw.columns)
    suspects = engine.repeated("suspects", f"SELECT hash({columns}) AS h FROM {{raw}}", raw=raw.table)
    if engine.count(suspects) == 0:
        return None
    repeated = engine.keep(
        "repeated",
        f"""SELECT source_file AS repeated_file, source_row AS repeated_row FROM (
            SELECT source_file, source_row,
                row_number() OVER (PARTITION BY {columns} ORDER BY source_file, source_row) AS copy
            FROM (SELECT *, hash({columns}) AS h FROM {{raw}}) SEMI JOIN {{suspects}} USING (h)
        ) WHERE copy > 1""",
        raw=raw.table,
        suspects=suspects,
    )
    return repeated if engine.count(repeated) else None
