"""This business's ledger, and its purchases in the form that a run takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pyarrow as pa
from django.conf import settings

from shuke.booking import held, held_facts
from shuke.classify import Facts
from shuke.collect import Purchases
from shuke.crm.customers.models import Alias
from shuke.crm.lists import reads as lists
from shuke.engines import Engine, Table
from shuke.ledger import Ledger
from shuke.tables import LISTED, SOURCES, TOUCHES


def business_ledger() -> Ledger:
    """The ledger of this business (SHUKE_LEDGER)."""
    return _opened(settings.SHUKE_LEDGER)


@cache
def _opened(folder: Path) -> Ledger:
    """One for all requests: it looks a customer up in the version it has read, after a glance for a newer one."""
    return Ledger(folder)


def purchases_of(ledger: Ledger, engine: Engine, *, version: int | None = None) -> Purchases:
    """All purchases at a version, in the business's currency and time zone.

    Those under the key of a card that was merged are the survivor's; the ledger itself keeps them as they came.
    """
    found = held(ledger, engine, currency=settings.SHUKE_CURRENCY, timezone=settings.TIME_ZONE, version=version)
    return replace(found, table=_led(found.table))


def facts_of(ledger: Ledger, engine: Engine) -> Facts:
    """What is known beside purchases, as a run takes it; what is of merged cards is the survivor's."""
    there = held_facts(ledger, engine)

    def led(facts: Table | None) -> Table | None:
        return None if facts is None else _led(facts)

    return replace(
        there,
        listed=listed_of(engine),
        surveys=led(there.surveys),
        payments=led(there.payments),
        touches=led(there.touches),
        referrals=led(there.referrals),
    )


def listed_of(engine: Engine) -> Table:
    """Whom people put on the red or black list, as the records have it."""
    return engine.from_arrow("listed", pa.Table.from_pylist(list(lists.facts()), schema=LISTED.schema))


def touches_of(ledger: Ledger, engine: Engine) -> Table:
    """All contacts that the ledger holds; those with cards that were merged are the survivor's."""
    return _led(ledger.read(TOUCHES, engine))


def sources_of(ledger: Ledger, engine: Engine) -> Table | None:
    """Where customers were won, one row each: of two files that say so, the later. None where none does."""
    if ledger.version(SOURCES) is None:
        return None
    told = _led(ledger.read(SOURCES, engine))
    made = [one.import_id for one in ledger.imports() if one.table == SOURCES.name]
    order = engine.from_arrow("order", pa.table({"import_id": made, "place": range(len(made))}))
    found = engine.view("sources", _LATEST, told=told, made=order)
    return found if len(found) else None


_LATEST = """
SELECT customer_id, source FROM (
  SELECT t.customer_id, t.source,
    row_number() OVER (PARTITION BY t.customer_id ORDER BY o.place DESC, t.source) AS turn
  FROM {told} AS t JOIN {made} AS o ON t.import_id = o.import_id
) AS ranked WHERE turn = 1
"""


def _led(facts: Table) -> Table:
    """The facts, those under the key of a merged card under the survivor's."""
    merged: Sequence[tuple[str, str]] = list(Alias.objects.values_list("key", "customer__key"))
    if not merged:
        return facts
    pairs = pa.table({"merged_key": [one for one, _ in merged], "leads_to": [two for _, two in merged]})
    columns = ", ".join(
        "coalesce(m.leads_to, p.customer_id) AS customer_id" if name == "customer_id" else f'p."{name}"'
        for name in facts.schema.names
    )
    sql = f"SELECT {columns} FROM {{facts}} AS p LEFT JOIN {{merged}} AS m ON p.customer_id = m.merged_key"
    engine = facts.engine
    return engine.view("led", sql, facts=facts, merged=engine.from_arrow("merged", pairs))
