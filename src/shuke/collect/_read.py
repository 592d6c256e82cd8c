"""Reading purchases: the one way in, from any file to facts, rejects and a quality report."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from shuke.collect import _demo, _shop
from shuke.collect._duplicates import find_duplicates, kept_elsewhere
from shuke.collect._found import Booked, Raw
from shuke.collect._judge import judged
from shuke.collect._mapping import Mapping, find_mapping, inside_names
from shuke.collect._parse import Parsing, Rules, prepare
from shuke.collect._quality import Quality, measure
from shuke.collect._rejects import rejects_view
from shuke.collect._sources import Progress, open_raw
from shuke.collect._stage import stage_folder
from shuke.collect.dates import Order
from shuke.engines import Engine, Table, open_engine
from shuke.kit.dates import require_day, require_timezone
from shuke.kit.errors import InputError
from shuke.kit.money import require_currency
from shuke.tables import PURCHASES


@dataclass(frozen=True)
class Purchases:
    """Purchases ready for the stages to come: `table` (PURCHASES), what was set aside (`rejects`, REJECTS), the
    quality report, and which column was taken for what. The tables live as long as the engine is open.

    `quality` is None where the rows come out of a ledger: each import had its own report. What `read_purchases` gives
    always has one. `rests_on`: by file, the others whose copies of its rows were kept; its own were set aside."""

    table: Table
    rejects: Table
    quality: Quality | None
    mapping: Mapping
    currency: str
    timezone: str
    engine: Engine
    rests_on: MappingOf[str, tuple[str, ...]] = field(default_factory=dict)


def read_purchases(
    source: Any,
    *,
    engine: Engine | None = None,
    customer: str | None = None,
    time: str | None = None,
    amount: str | None = None,
    unit_price: str | None = None,
    quantity: str | None = None,
    order: str | None = None,
    cost: str | None = None,
    discount: str | None = None,
    coupon: str | None = None,
    product: str | None = None,
    category: str | None = None,
    channel: str | None = None,
    store: str | None = None,
    preset: str | None = None,
    currency: str = "CNY",
    timezone: str = "Asia/Shanghai",
    source_timezone: str | None = None,
    as_of: date | str | None = None,
    keep_duplicates: bool = False,
    day_first: bool | None = None,
    booked: Booked | None = None,
    progress: Progress | None = None,
) -> Purchases:
    """Who bought what, when and for how much, out of files as they are: facts, rows set aside, quality report.

    `source` is a CSV, XLSX or Parquet file, a folder or list of them with the same columns, `demo:complete-journey`,
    `demo:shop` or `demo:shop/50000` (a simulated shop of so many customers; demonstrations bring their own currency and
    time zone), or an Arrow table, pandas or Polars frame. Encoding (UTF-8, UTF-16,
    GBK, Big5), delimiter and date format are found out.

    `customer` … `store` name the input's columns; those not named are taken by the preset (`youzan`, `taobao`, `jd`,
    `shopify`; told by the header where it is not given), by their names, or by what is in them; an empty text says
    that there is none. `mapping` says which and how. A preset also leaves out orders never paid or cancelled, takes
    refunds off, and counts an order's total once where its export repeats it (JD) or gives it on the first line only
    (Shopify).

    `amount` is the line's total; or give `unit_price` with `quantity`. An amount below zero is a return.

    Times without an offset are wall-clock times of `source_timezone` (default: of `timezone`, the business's).
    `day_first` reads 02/01/2017 as 2 January (True) or 1 February (False) where the column's other dates leave it
    open; unset, such a date is set aside. Rows after `as_of` are kept and counted in the report.

    Rows equal in every column are set aside as duplicates but for the first, so that a file given twice counts once;
    two equal lines of one receipt without a line number are among them: `keep_duplicates=True` keeps all.
    The first is by file and row; where a ledger is to take them, `booked` (`shuke.booking.booked_before`) says which
    files it holds, and these come first, whatever their names.

    No row is dropped in silence and none makes it fail: each is kept or set aside with a reason, and rows and
    amounts add up. Raises InputError where the whole cannot be read: a missing column, an empty or damaged file.

    Mission 1.2, 1.3, 1.6; customer data as the start of the cycle: seed 001_8cd5f37d15500912.txt.

    >>> import pyarrow as pa
    >>> lines = {"customer": ["a", "a", "b", ""], "date": ["2017-01-02", "2017/3/4", "2017年5月6日", "2017-01-02"],
    ...          "amount": ["12.5", "¥1,234.50", "(3.00)", "8"]}
    >>> found = read_purchases(pa.table(lines))
    >>> found.quality.rows_kept, found.quality.amount_kept_minor, found.quality.amount_read_minor
    (3, 124400, 125200)
    >>> found.rejects.to_arrow()["reason_code"].to_pylist()
    ['reject.missing_customer']
    """
    given = {
        "customer": customer, "time": time, "amount": amount, "unit_price": unit_price, "quantity": quantity,
        "order": order, "cost": cost, "discount": discount, "coupon": coupon, "product": product,
        "category": category, "channel": channel, "store": store,
    }  # fmt: skip
    rules = rules_for(currency, timezone, source_timezone, day_first)
    day = require_day(as_of) if isinstance(as_of, str) else as_of
    report: Progress = progress or silent
    used = engine if engine is not None else open_engine()
    raw, mapping, rules = _opened(source, used, given, preset, rules, report)
    return judge(used, replace(raw, booked=booked), mapping, rules, day, keep_duplicates, report)


def silent(code: str, done: int, total: int) -> None:
    """Tells nobody."""


def rules_for(currency: str, timezone: str, source_timezone: str | None, day_first: bool | None) -> Rules:
    """How values are to be read."""
    zone = require_timezone(timezone)
    source = require_timezone(source_timezone).key if source_timezone is not None else zone.key
    orders = {None: Order.UNKNOWN, True: Order.DAY_FIRST, False: Order.MONTH_FIRST}
    return Rules(require_currency(currency), zone.key, source, datetime.now(zone).date(), orders[day_first])


def _opened(
    source: Any, engine: Engine, given: dict[str, str | None], preset: str | None, rules: Rules, progress: Progress
) -> tuple[Raw, Mapping, Rules]:
    if isinstance(source, str) and source.startswith("demo:"):
        return _opened_demo(source, engine, rules.order)
    raw = open_raw(source, engine, progress)
    return raw, find_mapping(raw, given, preset), rules


def _opened_demo(source: str, engine: Engine, order: Order) -> tuple[Raw, Mapping, Rules]:
    """A demonstration brings its own currency and time zone."""
    if _shop.is_shop(source):
        raw, mapping = _shop.open_shop(engine, _shop.shop_named(source))
        return raw, mapping, _rules_of_demo(_shop.CURRENCY, _shop.TIMEZONE, _shop.TIMEZONE, order)
    if source != _demo.DEMO:
        known = f"{_demo.DEMO}, {_shop.SHOP}"
        raise InputError.of("error.collect.unknown_demo", source=source, known=known)
    raw, mapping = _demo.open_demo(engine)
    return raw, mapping, _rules_of_demo(_demo.CURRENCY, _demo.TIMEZONE, _demo.SOURCE_TIMEZONE, order)


def _rules_of_demo(currency: str, timezone: str, source_timezone: str, order: Order) -> Rules:
    zone = require_timezone(timezone)
    return Rules(currency, zone.key, source_timezone, datetime.now(zone).date(), order)


def judge(
    engine: Engine,
    raw: Raw,
    mapping: Mapping,
    rules: Rules,
    as_of: date | None,
    keep_duplicates: bool,
    progress: Progress,
) -> Purchases:
    """Each row of the input kept or set aside."""
    columns = inside_names(mapping, raw)
    _refuse_types(columns, mapping)
    folder = stage_folder(engine)
    progress("collect.duplicates", 0, 1)
    duplicates = None if keep_duplicates else find_duplicates(engine, raw)
    progress("collect.values", 0, 1)
    parsing = prepare(engine, raw, columns, rules, folder)
    verdicts = judged(engine, raw, parsing, mapping, duplicates)
    progress("collect.quality", 0, 1)
    quality = measure(engine, verdicts, raw, mapping, parsing, as_of)
    table = _kept(engine, verdicts, parsing, mapping, quality, folder)
    rejects = rejects_view(engine, verdicts, raw, mapping)
    progress("collect.quality", 1, 1)
    elsewhere = kept_elsewhere(verdicts, duplicates)
    return Purchases(table, rejects, quality, mapping, rules.currency, rules.timezone, engine, elsewhere)


def _refuse_types(columns: dict[str, tuple[str, pa.DataType]], mapping: Mapping) -> None:
    kind = columns["time"][1]
    if pa.types.is_time(kind) or pa.types.is_duration(kind) or pa.types.is_boolean(kind) or pa.types.is_nested(kind):
        raise InputError.of("error.collect.no_times", column=mapping.column("time"), kind=kind)


def _kept(engine: Engine, verdicts: Table, parsing: Parsing, mapping: Mapping, quality: Quality, folder: Path) -> Table:
    """The rows kept, in the contract's columns: a view where reading them again is cheap, written out where not."""
    where = " WHERE reason IS NULL" if quality.set_aside else ""
    columns = ", ".join(PURCHASES.names)
    table = engine.view("purchases", f"SELECT {columns} FROM {{verdicts}}{where}", verdicts=verdicts)
    if not (parsing.works_on_text or mapping.spread) or not quality.rows_kept:
        return table
    path = engine.write_parquet(table, folder / "purchases.parquet")
    return engine.read_parquet("purchases", [path])
