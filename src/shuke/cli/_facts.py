"""Files of answers and of payments, as a command names them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from shuke.booking import booked_before
from shuke.classify import Facts
from shuke.collect import FactsRead, read_payments, read_surveys
from shuke.engines import Engine, Table
from shuke.kit.text import number, say
from shuke.ledger import Ledger
from shuke.tables import PAYMENTS, SURVEYS, Contract


def read_facts(asked: argparse.Namespace, engine: Engine, ledger: Ledger | None) -> list[FactsRead]:
    """What `--surveys` and `--payments` name, each file by itself: their columns may differ. `ledger` is to take it."""
    place = {"timezone": asked.timezone} if getattr(asked, "timezone", None) else {}
    told = {"engine": engine, "day_first": asked.day_first, **place}
    booked = {one: None if ledger is None else booked_before(ledger, one) for one in (SURVEYS, PAYMENTS)}
    answers = [read_surveys(source, booked=booked[SURVEYS], **told) for source in asked.surveys or ()]
    sums = [
        read_payments(source, booked=booked[PAYMENTS], currency=asked.currency, **told)
        for source in asked.payments or ()
    ]
    return [*answers, *sums]


def facts_of(read: Sequence[FactsRead]) -> Facts:
    """As a run takes them; of what was not read there is none."""
    return Facts(surveys=_together(read, SURVEYS), payments=_together(read, PAYMENTS))


def set_aside(read: FactsRead, language: str) -> list[str]:
    """How many were not used, by reason."""
    return [
        say("ledger.note.set_aside", language, rows=number(count, language), reason=say(code, language))
        for code, count in read.quality.set_aside.items()
    ]


def _together(read: Sequence[FactsRead], contract: Contract) -> Table | None:
    parts = {f"part_{place}": one.table for place, one in enumerate(read) if one.contract is contract}
    if not parts:
        return None
    sql = " UNION ALL ".join(f"SELECT {', '.join(contract.names)} FROM {{{name}}}" for name in parts)
    return read[0].engine.view(contract.name, sql, **parts)
