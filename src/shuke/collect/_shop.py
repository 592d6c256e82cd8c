"""The simulated shop as a source of purchases: `demo:shop`, or `demo:shop/50000` for as many customers."""

from __future__ import annotations

from shuke.collect._found import FileFound, Raw, RawColumn
from shuke.collect._mapping import FieldFound, Mapping
from shuke.collect._parquet import first_rows
from shuke.collect._stage import stage_folder
from shuke.collect.shop import SIZES, Shop
from shuke.collect.shop.files import file_schema
from shuke.engines import Engine
from shuke.kit.errors import InputError
from shuke.tables import SHOP_PURCHASES, Contract

SHOP = "demo:shop"
CURRENCY = "CNY"
TIMEZONE = "Asia/Shanghai"

_FIELDS = {
    "customer": "customer_id",
    "time": "purchased_at",
    "amount": "amount",
    "quantity": "quantity",
    "order": "order_id",
    "cost": "cost",
    "discount": "discount",
    "product": "product_id",
    "category": "category",
    "channel": "channel",
    "store": "store",
}


def is_shop(source: str) -> bool:
    """Whether the name means the simulated shop."""
    return source == SHOP or source.startswith(f"{SHOP}/")


def shop_named(source: str) -> Shop:
    """The shop of that name, or an error that says how many customers one may have."""
    _, _, size = source.removeprefix(SHOP).partition("/")
    if source == SHOP:
        return Shop()
    if not (size.isascii() and size.isdecimal()):
        raise InputError.of("error.shop.name", source=source, least=SIZES[0], most=SIZES[1])
    return Shop(int(size))


def open_shop(engine: Engine, shop: Shop) -> tuple[Raw, Mapping]:
    """The shop's purchases, made now and kept as long as the engine, and what their columns mean."""
    raw = open_table(engine, shop, "purchases", SHOP_PURCHASES)
    return raw, Mapping({field: FieldFound(name, "preset") for field, name in _FIELDS.items()}, "shop")


def open_table(engine: Engine, shop: Shop, name: str, contract: Contract) -> Raw:
    """One table of the shop, as a file of it would be read."""
    shown = f"{SHOP}/{shop.customers}"
    path = stage_folder(engine) / "shop.parquet"
    rows = shop.write(name, path)
    schema = file_schema(contract)
    inside = {name: f"c{position}" for position, name in enumerate(schema.names)}
    read = engine.read_parquet("shop", [path], row_numbers=True)
    chosen = ", ".join(f"{name} AS {column}" for name, column in inside.items())
    sql = f"SELECT {chosen}, {{shown}} AS source_file, source_row + 1 AS source_row FROM {{read}}"
    table = engine.view("raw", sql, read=read, shown=shown)
    columns = tuple(RawColumn(name, inside[name], schema.field(name).type) for name in schema.names)
    return Raw(table, columns, (FileFound(shown, "demo", rows),), first_rows(path, 10), staged=False)
