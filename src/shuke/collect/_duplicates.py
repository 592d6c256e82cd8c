"""Rows that are equal in all columns of the input: one of them is kept, the first by file and row, but that of a file
which is booked already before any other."""

from __future__ import annotations

from collections.abc import Mapping

from shuke.collect._found import Raw
from shuke.engines import Engine, Table


def find_duplicates(engine: Engine, raw: Raw) -> Table | None:
    """The file and row of each repeated row as `repeated_file`, `repeated_row`, and as `kept_file` the file of the copy
    that is kept; None where there is none.

    Rows with the same 64-bit hash are candidates; only those are compared in full.
    """
    columns = ", ".join(column.inside for column in raw.columns)
    suspects = engine.repeated("suspects", f"SELECT hash({columns}) AS h FROM {{raw}}", raw=raw.table)
    if engine.count(suspects) == 0:
        return None
    booked = _booked(raw)
    first = "CASE WHEN source_file IN {booked} THEN 0 ELSE 1 END, " if booked else ""
    copies = f"(PARTITION BY {columns} ORDER BY {first}source_file, source_row)"
    repeated = engine.keep(
        "repeated",
        f"""SELECT source_file AS repeated_file, source_row AS repeated_row, kept_file FROM (
            SELECT source_file, source_row, row_number() OVER {copies} AS copy,
                first_value(source_file) OVER {copies} AS kept_file
            FROM (SELECT *, hash({columns}) AS h FROM {{raw}}) SEMI JOIN {{suspects}} USING (h)
        ) WHERE copy > 1""",
        raw=raw.table,
        suspects=suspects,
        booked=booked,
    )
    return repeated if engine.count(repeated) else None


def kept_elsewhere(verdicts: Table, duplicates: Table | None) -> Mapping[str, tuple[str, ...]]:
    """By file, the other files that hold the copies kept of its rows: it was read without these."""
    if duplicates is None:
        return {}
    engine = verdicts.engine
    across = engine.view("across", "SELECT * FROM {d} WHERE repeated_file <> kept_file", d=duplicates)
    if not engine.fetch("SELECT 1 AS one FROM {across} LIMIT 1", across=across).num_rows:
        return {}
    # A row that would be set aside in any case, such as the line of totals below every export, is no loss to its file.
    pairs = engine.fetch(
        """SELECT DISTINCT repeated_file, kept_file FROM {across} JOIN {v} AS v
        ON v.source_file = repeated_file AND v.source_row = repeated_row WHERE reason = 'duplicate'""",
        across=across,
        v=verdicts,
    ).to_pylist()
    return {
        file: tuple(sorted(pair["kept_file"] for pair in pairs if pair["repeated_file"] == file))
        for file in sorted({pair["repeated_file"] for pair in pairs})
    }


def _booked(raw: Raw) -> list[str]:
    """The files that are booked already, where that decides anything."""
    paths = dict.fromkeys(file.path for file in raw.files)
    if raw.booked is None or len(paths) == 1:
        return []
    there = {path for path in paths if raw.booked(path)}
    return [file.file for file in raw.files if file.path in there]
