"""`shuke ledger`: what was imported and scored, undone, ordered, looked up, erased."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime

from shuke.booking import book_facts
from shuke.cli._facts import read_facts, set_aside
from shuke.collect import FactsRead
from shuke.engines import open_engine
from shuke.kit.errors import InputError
from shuke.kit.text import number, say
from shuke.ledger import Ledger
from shuke.report import columns_of_text

_OF_A_LEDGER = {"compact", "purchases", "erase"}
"""Acts that would look for, or write into, a ledger in a folder that was named by mistake."""


def ledger_command(asked: argparse.Namespace, language: str) -> None:
    """One act on the ledger in a folder."""
    ledger = Ledger(asked.folder)
    if asked.act != "import":
        if not asked.folder.is_dir():
            raise InputError.of("error.ledger.no_folder", folder=asked.folder)
        if asked.act in _OF_A_LEDGER and not (ledger.imports() or ledger.runs()):
            raise InputError.of("error.ledger.empty_folder", folder=asked.folder)
    print("\n".join(_ACTS[asked.act](ledger, asked, language)))


def _local(moment: datetime) -> str:
    """By this machine's clock, as whoever reads it would say."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _heads(language: str, *names: str) -> list[str]:
    return [say(f"report.column.{name}", language) for name in names]


def _imports(ledger: Ledger, asked: argparse.Namespace, language: str) -> list[str]:
    del asked
    rows = [
        [
            made.import_id,
            _local(made.at),
            number(made.rows, language),
            say(f"ledger.state.{made.state}", language),
            ", ".join(made.sources),
        ]
        for made in ledger.imports()
    ]
    return columns_of_text([_heads(language, "id", "time", "rows", "state", "files"), *rows], right=(2,))


def _runs(ledger: Ledger, asked: argparse.Namespace, language: str) -> list[str]:
    del asked
    rows = [[kept.run_id, _local(kept.at), f"{kept.as_of}", number(kept.customers, language)] for kept in ledger.runs()]
    return columns_of_text([_heads(language, "id", "time", "as_of", "customers"), *rows], right=(3,))


def _import(ledger: Ledger, asked: argparse.Namespace, language: str) -> list[str]:
    """Answers and payments, each file once; purchases come in by `shuke score --ledger`."""
    if not asked.surveys and not asked.payments:
        raise InputError.of("error.ledger.nothing_to_import")
    with open_engine() as engine:
        return [line for read in read_facts(asked, engine, ledger) for line in booked_facts(ledger, read, language)]


def booked_facts(ledger: Ledger, read: FactsRead, language: str) -> list[str]:
    """What became of each file of answers or payments, in words."""
    booked = [
        say(made.note_code, language, rows=number(made.rows, language), import_id=made.import_id)
        for made in book_facts(ledger, read)
    ]
    return [*booked, *set_aside(read, language)] or [say("ledger.note.nothing_kept", language)]


def _undo(ledger: Ledger, asked: argparse.Namespace, language: str) -> list[str]:
    rows = ledger.undo(asked.import_id)
    return [say("ledger.note.undone", language, rows=number(rows, language), import_id=asked.import_id)]


def _compact(ledger: Ledger, asked: argparse.Namespace, language: str) -> list[str]:
    del asked
    return [say("ledger.note.compacted", language, tables=", ".join(ledger.compact()) or "—")]


def _purchases(ledger: Ledger, asked: argparse.Namespace, language: str) -> list[str]:
    found = ledger.customer_purchases(asked.customer_id).to_pylist()
    # An older ledger may know no currency: amounts are shown in the minor units they are kept in.
    rows = [
        [f"{row['purchased_on']}", number(row["amount_minor"], language), row["product_id"] or "", row["store"] or ""]
        for row in found
    ]
    return columns_of_text([_heads(language, "day", "amount_minor", "product", "store"), *rows], right=(1,))


def _erase(ledger: Ledger, asked: argparse.Namespace, language: str) -> list[str]:
    held = any(len(rows) for rows in ledger.of_customer(asked.customer_id).values())
    if not (held or ledger.is_erasing(asked.customer_id)):  # older versions would go for a slip of the pen
        raise InputError.of("error.ledger.nobody", customer=asked.customer_id)
    rows = sum(ledger.erase(asked.customer_id).rows.values())
    return [say("ledger.note.erased", language, rows=number(rows, language))]


_ACTS: dict[str, Callable[[Ledger, argparse.Namespace, str], list[str]]] = {
    "import": _import,
    "imports": _imports,
    "runs": _runs,
    "undo": _undo,
    "compact": _compact,
    "purchases": _purchases,
    "erase": _erase,
}
