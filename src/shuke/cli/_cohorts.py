"""`shuke cohorts`: from files of purchases to who came back, what first baskets tell, and which sources pay."""

from __future__ import annotations

import argparse

from shuke.booking import last_day
from shuke.cli._facts import set_aside
from shuke.cli._progress import Progress
from shuke.cli._score import margin_rates, read
from shuke.collect import read_sources
from shuke.engines import open_engine
from shuke.kit.errors import InputError
from shuke.kit.money import to_minor
from shuke.report import cohorts_report
from shuke.value import LATEST, cohorts, paybacks


def cohorts_command(asked: argparse.Namespace, language: str) -> None:
    """Read, count, print."""
    with (
        Progress(language, quiet=asked.quiet) as told,
        open_engine(asked.engine, memory_limit=asked.memory_limit) as engine,
    ):
        told("reading")
        purchases = read(asked, engine, told)
        # Read as purchases are: a customer's id is the same in both.
        sources = read_sources(asked.sources, engine=engine) if asked.sources else None
        told("value")
        as_of = asked.as_of or last_day(purchases)
        if as_of is None:
            raise InputError.of("error.cycle.no_purchase")
        found = cohorts(
            purchases.table,
            as_of=as_of,
            rates=margin_rates(asked),
            left_truncation_days=asked.left_truncation_days,
            sources=sources.table if sources else None,
            most_months=LATEST["month"],
            most_quarters=LATEST["quarter"],
        )
        costs = {source: to_minor(amount, purchases.currency) for source, amount in asked.acquisition_cost}
        paid = paybacks(found.sources, costs)
        told.clear()
    print(cohorts_report(found, paid, by=asked.by, currency=purchases.currency, language=language))
    if sources and sources.quality.set_aside:
        print("\n".join(["", *set_aside(sources, language)]))
