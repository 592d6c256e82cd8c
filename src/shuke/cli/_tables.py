"""`shuke tables`: what the columns of each table mean."""

from __future__ import annotations

import argparse

from shuke.kit.text import say
from shuke.report import columns_of_text
from shuke.tables import CONTRACTS


def tables_command(asked: argparse.Namespace, language: str) -> None:
    """Print one table's columns: name in files, type, unit, meaning."""
    contract = next(contract for contract in CONTRACTS if contract.name == asked.table)
    heads = [say(f"report.column.{name}", language) for name in ("name", "type", "unit", "meaning")]
    rows = [
        [
            column.public_name,
            str(column.type),
            say(f"unit.{column.unit.name.lower()}", language),
            column.meaning(language),
        ]
        for column in contract.columns
    ]
    print("\n".join(columns_of_text([heads, *rows])))
