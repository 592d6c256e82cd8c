"""The demonstration of the simulated shop: named customers with cards, contacts, tags, and scores at two dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from shuke.booking import book_facts, content_of
from shuke.collect import read_payments, read_surveys
from shuke.collect.shop import Shop
from shuke.crm.customers.card_templates import lay, shipped
from shuke.crm.customers.models import Customer
from shuke.crm.customers.phones import normalised
from shuke.crm.customers.writes import Card, keep
from shuke.crm.customers.writes_of_words import save_all, searchable
from shuke.engines import open_engine
from shuke.insight.cycles import Parameters, score
from shuke.insight.demo import Told, bring
from shuke.insight.demo_dealings import cars_bought, write_dealings
from shuke.insight.demo_people import join
from shuke.insight.facts import business_ledger
from shuke.insight.touches import export
from shuke.ledger import Ledger
from shuke.tables import PRODUCTS, REFERRALS

SOURCE = "demo:shop"
DAYS = (date(2024, 9, 30), date(2024, 12, 31))
_TEMPLATE = "car_dealership"
_FOCUS = {
    "function": ["space", "power"],
    "economy": ["price", "fuel"],
    "feeling": ["brand", "exterior"],
}
"""What buyers of a car mind, by what the car is advertised by."""


def load(progress: Told, language: str = "zh-hans", shop: Shop | None = None) -> None:
    """Fill an empty business with the simulated shop. Costs are known, so value is margin. Safe to call twice.

    `shop`: another than the default one, of which `demo:shop` is read. `progress` is told a stage's code, how much is
    done, and of how much.
    """
    shown = Shop() if shop is None else shop
    ledger = business_ledger()
    source = f"{SOURCE}/{shown.customers}"
    bring(ledger, source, progress)
    bring_facts(ledger, shown, source)
    progress("customers", 0, 0)
    write_cards(shown)
    join(language)
    progress("dealings", 0, 0)
    write_dealings(shown, language)
    export()  # before the runs, which set hours against worth
    for day in DAYS:
        score(
            ledger=ledger,
            run_id=f"run-demo-{day:%Y%m%d}",
            parameters=Parameters(as_of=day.isoformat()),
            told=progress,
        )


def bring_facts(ledger: Ledger, shop: Shop, source: str) -> None:
    """What the shop knows beside purchases: answers, what fell due, its goods, who told others of it. Once."""
    with open_engine() as engine:
        for read in (read_surveys(source, engine=engine), read_payments(source, engine=engine)):
            book_facts(ledger, read)
    for contract, name in ((PRODUCTS, "products"), (REFERRALS, "referrals")):
        rows = shop.table(name)
        rows = rows.append_column("source_file", pa.array([source] * rows.num_rows))
        rows = rows.append_column("source_row", pa.array(range(1, rows.num_rows + 1)))
        kept = rows.select(contract.names).cast(contract.schema)
        ledger.append(kept, content_digest=content_of(source), sources=[source], contract=contract)


def write_cards(shop: Shop) -> None:
    """A card for each customer, with the fields of the dealership's template that the shop knows."""
    lay(template=next(one for one in shipped() if one.code == _TEMPLATE))
    rows = shop.table("customers").to_pylist()
    keep(cards=_cards(rows))
    staff = {row["staff_id"]: row["name"] for row in shop.table("staff").to_pylist()}
    cars = _cars_of(shop)
    told = {row["customer_id"]: _values(row, staff, cars.get(row["customer_id"], [])) for row in rows}
    found = list(Customer.objects.filter(key__in=told))
    for customer in found:
        customer.values |= told[customer.key]
    save_all(found, searchable())


def _cards(rows: list[dict[str, Any]]) -> Iterator[Card]:
    for row in rows:
        yield Card(key=row["customer_id"], name=row["name"], phone=normalised(row["phone"]), email=row["email"] or "")


def _cars_of(shop: Shop) -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in cars_bought(shop):
        found.setdefault(row["customer_id"], []).append(row)
    return found


def _values(row: dict[str, Any], staff: Mapping[str, str], cars: list[dict[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "gender": row["sex"],
        "birthday": row["born_on"].isoformat(),
        "home_address": f"{row['province']} {row['town']}",
        "source": row["source"],
        "customer_since": row["customer_since"].isoformat(),
        "adviser": staff[row["staff_id"]],
    }
    if cars:
        values |= {
            "intended_model_1": cars[-1]["name"],
            "intended_on": cars[-1]["purchased_at"].date().isoformat(),
            "budget": round(cars[-1]["list_amount_minor"], -6),
            "purchase_kind": "replacement" if len(cars) > 1 else "first",
            "purchase_focus": _FOCUS[cars[-1]["selling_point"]],
        }
    return values
