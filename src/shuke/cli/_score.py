"""`shuke score`: from files of purchases to scores and a report."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace

from shuke.booking import book, booked_before, held_facts, last_day, previous
from shuke.classify import Pyramid, cuts_named
from shuke.cli._facts import facts_of, read_facts, set_aside
from shuke.cli._ledger import booked_facts
from shuke.cli._outputs import refuse_overwriting
from shuke.cli._parser import COLUMNS
from shuke.cli._progress import Progress
from shuke.collect import Purchases, read_purchases, write_rejects
from shuke.cycle import Previous, Run, Settings, run
from shuke.engines import Engine, open_engine
from shuke.kit.errors import InputError
from shuke.kit.ids import new_id
from shuke.kit.text import number, say
from shuke.ledger import Ledger
from shuke.report import models_report, write_scores
from shuke.tables import SCORES_KEPT, SUMMARY
from shuke.value import Horizon, MarginRates


def score_command(asked: argparse.Namespace, language: str) -> None:
    """Read, score, print the report, write the files asked for."""
    settings = _settings(asked)
    refuse_overwriting(asked)
    with (
        Progress(language, quiet=asked.quiet) as told,
        open_engine(asked.engine, memory_limit=asked.memory_limit) as engine,
    ):
        told("reading")
        ledger = None if asked.ledger is None else Ledger(asked.ledger)
        purchases = read(asked, engine, told, ledger)
        beside = read_facts(asked, engine, ledger)
        facts = facts_of(beside) if beside else None
        said: list[str] = []
        earlier = None
        if ledger is not None:
            purchases, earlier, version = _through_ledger(ledger, asked, purchases, language, said)
            said += [line for one in beside for line in booked_facts(ledger, one, language)]
            facts = held_facts(ledger, engine)
        else:
            said += [line for one in beside for line in set_aside(one, language)]
        done = run(purchases, as_of=asked.as_of, settings=settings, previous=earlier, facts=facts, progress=told)
        if ledger is not None:
            said.append(_keep(ledger, asked, done, version, language))
        said += _write(asked, done, language, told)
        told.clear()
        print(done.report(language))
        print("\n".join(["", *said]) if said else "", end="\n" if said else "")


def models_command(asked: argparse.Namespace, language: str) -> None:
    """Read, choose a model, print how it and the others forecast past days."""
    settings = _settings(asked)
    with (
        Progress(language, quiet=asked.quiet) as told,
        open_engine(asked.engine, memory_limit=asked.memory_limit) as engine,
    ):
        told("reading")
        done = run(read(asked, engine, told), as_of=asked.as_of, settings=settings, progress=told)
        told.clear()
        print(models_report(done.result, done.trust, language))


def margin_rates(asked: argparse.Namespace) -> MarginRates:
    """The rates as asked for: by category, and under no name the one for all others."""
    rates = dict(asked.margin_rate or [])
    return MarginRates(overall=rates.pop("", None), by_category=rates)


def _settings(asked: argparse.Namespace) -> Settings:
    return Settings(
        horizon=Horizon(days=asked.horizon_days, discount_rate=asked.discount_rate, period_days=asked.period_days),
        margin_rates=margin_rates(asked),
        holdout_days=asked.holdout_days,
        left_truncation_days=asked.left_truncation_days,
        model=asked.model,
        calendar=dict(asked.season or []),
        pyramid=Pyramid(cuts=cuts_named(asked.tiers), measure=_measure(asked.tier_by)),
    )


def _measure(name: str) -> str:
    """The inside name of a money column that tiers may go by."""
    known = {column.public_name: column.name for column in SUMMARY.columns if column.name.endswith("_minor")}
    known |= {"clv": "clv_minor", "value_total": "value_total_minor"}
    if name not in known:
        raise InputError.of("error.unknown_measure", name=name, known=", ".join(known))
    return known[name]


def read(
    asked: argparse.Namespace,
    engine: Engine,
    told: Callable[[str, int, int], None],
    ledger: Ledger | None = None,
) -> Purchases:
    """The purchases of the sources named, by the columns named; `ledger` is the one that is to take them."""
    columns = {name: getattr(asked, name) for name in COLUMNS}
    if asked.unit_price:
        # Where no column is named for it, one is told by its header; a total that a header names does not count.
        columns |= {"unit_price": asked.amount, "amount": ""}
    place = {"timezone": asked.timezone} if asked.timezone else {}
    return read_purchases(
        asked.source[0] if len(asked.source) == 1 else asked.source,
        engine=engine,
        preset=asked.preset,
        currency=asked.currency,
        source_timezone=asked.source_timezone,
        as_of=asked.as_of,
        keep_duplicates=asked.keep_duplicates,
        booked=None if ledger is None else booked_before(ledger),
        day_first=asked.day_first,
        progress=lambda _, done, total: told("reading", done, total),
        **columns,
        **place,
    )


def _through_ledger(
    ledger: Ledger, asked: argparse.Namespace, purchases: Purchases, language: str, said: list[str]
) -> tuple[Purchases, Previous | None, int | None]:
    """Import the facts, once, and go on with all that the ledger holds; and with the latest run before this day."""
    said += _import(ledger, purchases, language)
    version = ledger.version()
    everything = replace(purchases, table=ledger.purchases(purchases.engine, version=version))
    as_of = asked.as_of or last_day(everything)
    return everything, previous(ledger, purchases.engine, before=as_of), version


def _import(ledger: Ledger, purchases: Purchases, language: str) -> list[str]:
    """Each file read is an import of its own: a folder that grew adds its new files only."""
    return [
        say(made.note_code, language, rows=number(made.rows, language), import_id=made.import_id)
        for made in book(ledger, purchases)
    ]


def _keep(ledger: Ledger, asked: argparse.Namespace, done: Run, version: int | None, language: str) -> str:
    parameters = {name: getattr(asked, name) for name in ("horizon_days", "discount_rate", "period_days", "tiers")}
    parameters |= {"model": asked.model, "calendar": dict(asked.season or [])}
    parameters |= {"tier_by": asked.tier_by, "margin_rate": asked.margin_rate, "currency": done.currency}
    kept = ledger.append_scores(
        done.scores,
        run_id=new_id("run"),
        as_of=done.summary.as_of,
        parameters=parameters,
        ledger_version=version,
        contract=SCORES_KEPT,
    )
    figures = {"customers": number(kept.customers, language), "run_id": kept.run_id}
    return say("ledger.note.scored", language, **figures)


def _write(asked: argparse.Namespace, done: Run, language: str, told: Progress) -> list[str]:
    said = []
    if asked.out is not None:
        total = len(done.scores)
        write_scores(
            done.scores,
            asked.out,
            currency=done.currency,
            language=language,
            told=lambda rows: told("writing", rows, total),
        )
        said.append(say("cli.wrote", language, path=asked.out, rows=number(total, language)))
    if asked.rejects is not None:
        write_rejects(done.purchases, asked.rejects, language)
        rows = number(len(done.purchases.rejects), language)
        said.append(say("cli.wrote", language, path=asked.rejects, rows=rows))
    return said
