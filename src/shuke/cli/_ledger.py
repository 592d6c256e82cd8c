"""`shuke ledger`: what was imported and scored, undone, ordered, looked up, erased."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from shuke.kit.errors import InputError
from shuke.kit.text import number, say
from shuke.ledger import Ledger
from shuke.report import columns_of_text


def ledger_command(asked: argparse.Namespace, language: str) -> None:
    """One act on the ledger in a folder."""
    if not asked.folder.is_dir():
        raise InputError.of("error.ledger.no_folder", folder=asked.folder)
    print("\n".join(_ACTS[asked.act](Ledger(asked.folder), asked, language)))


def _heads(language: str, *names: str) -> list[str]:
    return [say(f"report.column.{name}", language) for name in names]


def _imports(ledger: Ledger, asked: argparse.Namespace, language: str) -> list[str]:
    del asked
    rows = [
        [
            made.import_id,
            f"{made.at:%Y-%m-%d %H:%M}",
            number(made.rows, language),
            say(f"ledger.state.{made.state}", language),
            ", ".join(made.sources),
        ]
        for made in ledger.imports()
    ]
    return columns_of_text([_heads(language, "id", "time", "rows", "state", "files"), *rows], right=(2,))


def _runs(ledger: Ledger, asked: argparse.Namespace, language: str) -> list[str]:
    del asked
    rows = [
        [kept.run_id, f"{kept.at:%Y-%m-%d %H:%M}", f"{kept.as_of}", number(kept.customers, language)]
        for kept in ledger.runs()
    ]
    return columns_of_text([_heads(language, "id", "time", "as_of", "customers"), *rows], right=(3,))


def _undo(ledger: Ledger, asked: argparse.Namespace, language: str) -> list[str]:
    rows = ledger.undo(asked.import_id)
    return [say("ledger.note.undone", language, rows=number(rows, language), import_id=asked.import_id)]


def _compact(ledger: Ledger, asked: argparse.Namespace, language: str) -> list[str]:
    del asked
    return [say("ledger.note.compacted", language, tables=", ".join(ledger.compact()) or "—")]


def _purchases(ledger: Ledger, asked: argparse.Namespace, language: str) -> list[str]:
    found = ledger.customer_purchases(asked.customer_id).to_pylist()
    # The ledger knows no currency: amounts are shown in the minor units they are kept in.
    rows = [
        [f"{row['purchased_on']}", number(row["amount_minor"], language), row["product_id"] or "", row["store"] or ""]
        for row in found
    ]
    return columns_of_text([_heads(language, "day", "amount_minor", "product", "store"), *rows], right=(1,))


def _erase(ledger: Ledger, asked: argparse.Namespace, language: str) -> list[str]:
    rows = sum(ledger.erase(asked.customer_id).rows.values())
    return [say("ledger.note.erased", language, rows=number(rows, language))]


_ACTS: dict[str, Callable[[Ledger, argparse.Namespace, str], list[str]]] = {
    "imports": _imports,
    "runs": _runs,
    "undo": _undo,
    "compact": _compact,
    "purchases": _purchases,
    "erase": _erase,
}
