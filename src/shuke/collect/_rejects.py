"""The rows set aside: as a table, and as a file for whoever mends them."""

from __future__ import annotations

from shuke.collect._found import Raw
from shuke.collect._mapping import Mapping
from shuke.engines import Engine, Table, Value
from shuke.tables import REJECTS

# Which field is at fault for a reason.
_FIELD = {
    "no_sale": "status",
    "missing_customer": "customer",
    "ambiguous_date": "time",
    "unreadable_date": "time",
    "date_out_of_range": "time",
    "future_date": "time",
    "other_currency": "amount",
    "ambiguous_amount": "amount",
    "unreadable_amount": "amount",
}


def rejects_view(engine: Engine, verdicts: Table, raw: Raw, mapping: Mapping) -> Table:
    """Every row set aside, in the columns of REJECTS: rows of the table, then lines that are no rows."""
    inside = {column.name: column.inside for column in raw.columns}
    texts: dict[str, Value] = {}
    names, values = [], []
    for number, (reason, field) in enumerate(_FIELD.items()):
        column = mapping.column(field) or (mapping.column("unit_price") if field == "amount" else None)
        if column is not None:
            texts[f"column{number}"] = column
            names.append(f"WHEN '{reason}' THEN {{column{number}}}")
            values.append(f"WHEN '{reason}' THEN CAST({inside[column]} AS VARCHAR)")
    rows = f"""SELECT source_file, source_row, 'reject.' || reason AS reason_code,
        CASE reason {" ".join(names)} END AS "column",
        CASE reason {" ".join(values)} END AS received,
        amount_minor, {whole_row(raw)} AS raw
        FROM {{verdicts}} WHERE reason IS NOT NULL"""
    return rejects_of(engine, rows, raw, {"verdicts": verdicts, **texts})


def rejects_of(engine: Engine, rows: str, raw: Raw, inputs: dict[str, Value]) -> Table:
    """Rows set aside, by a step in the columns of REJECTS, and below them the lines that are no rows."""
    if not raw.bad:
        return engine.view("rejects", rows, **inputs)
    bad = engine.read_parquet("bad", raw.bad)
    lines = """SELECT source_file, source_row, 'reject.' || reason AS reason_code, CAST(NULL AS VARCHAR) AS "column",
        CAST(NULL AS VARCHAR) AS received, CAST(NULL AS BIGINT) AS amount_minor, raw FROM {bad}"""
    chosen = ", ".join(f'"{name}"' for name in REJECTS.names)
    return engine.view("rejects", f"SELECT {chosen} FROM ({rows} UNION ALL {lines})", bad=bad, **inputs)


def whole_row(raw: Raw) -> str:
    """The row as a line of CSV."""
    fields = (_csv_field(f"coalesce(CAST({column.inside} AS VARCHAR), '')") for column in raw.columns)
    # One flat call: a chain of || over hundreds of columns is nested as deep, more than Spark's parser bears.
    return f"concat_ws(',', {', '.join(fields)})"


def _csv_field(text: str) -> str:
    odd = f"{text} LIKE '%,%' OR {text} LIKE '%\"%' OR {text} LIKE '%' || chr(10) || '%'"
    return f"CASE WHEN {odd} THEN '\"' || replace({text}, '\"', '\"\"') || '\"' ELSE {text} END"
