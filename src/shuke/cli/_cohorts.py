"""`shuke cohorts`: from files of purchases to who came back, what first baskets tell, and which sources pay."""

from __future__ import annotations

import argparse
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from shuke.booking import last_day
from shuke.cli._progress import Progress
from shuke.cli._score import margin_rates, read
from shuke.engines import Engine, Table, open_engine
from shuke.kit.errors import InputError
from shuke.kit.money import to_minor
from shuke.report import cohorts_report
from shuke.tables import SOURCES
from shuke.value import LATEST, cohorts, paybacks


def cohorts_command(asked: argparse.Namespace, language: str) -> None:
    """Read, count, print."""
    with (
        Progress(language, quiet=asked.quiet) as told,
        open_engine(asked.engine, memory_limit=asked.memory_limit) as engine,
    ):
        told("reading")
        purchases = read(asked, engine, told)
        told("value")
        as_of = asked.as_of or last_day(purchases)
        if as_of is None:
            raise InputError.of("error.cycle.no_purchase")
        found = cohorts(
            purchases.table,
            as_of=as_of,
            rates=margin_rates(asked),
            left_truncation_days=asked.left_truncation_days,
            sources=_sources(engine, asked.sources) if asked.sources else None,
            most_months=LATEST["month"],
            most_quarters=LATEST["quarter"],
        )
        costs = {source: to_minor(amount, purchases.currency) for source, amount in asked.acquisition_cost}
        paid = paybacks(found.sources, costs)
        told.clear()
    print(cohorts_report(found, paid, by=asked.by, currency=purchases.currency, language=language))


def _sources(engine: Engine, path: Path) -> Table:
    """A table of sources; every value is text, so that 007 stays 007."""
    try:
        rows = pq.read_table(path) if path.suffix.lower() == ".parquet" else _csv(path)
    except (OSError, pa.ArrowException) as reason:
        raise InputError.of("error.unreadable_sources", path=path, reason=str(reason).splitlines()[0]) from reason
    SOURCES.require(rows.schema)
    kept = rows.select(list(SOURCES.names)).cast(SOURCES.schema)
    return engine.from_arrow("sources", kept.filter(pa.compute.is_valid(kept["customer_id"])))


def _csv(path: Path) -> pa.Table:
    types = {name: pa.string() for name in SOURCES.names}
    options = csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
    return csv.read_csv(path, convert_options=options)
