"""`shuke shop`: a simulated shop of any size, with the truth beside it, as files."""

from __future__ import annotations

import argparse

from shuke.cli._progress import Progress
from shuke.collect.shop import OPENED, Shop, unfinished
from shuke.kit.errors import InputError
from shuke.kit.text import number, say


def shop_command(asked: argparse.Namespace, language: str) -> None:
    """Write all tables of the shop into a folder, and say what is where."""
    shop = Shop(asked.customers, asked.seed, asked.first_day or OPENED)
    if asked.to.exists() and (not asked.to.is_dir() or set(asked.to.iterdir()) - set(unfinished(asked.to))):
        raise InputError.of("error.shop.folder", folder=asked.to)
    kind = "csv" if asked.csv else "parquet"
    with Progress(language, quiet=asked.quiet) as told:
        rows = shop.write_all(asked.to, kind=kind, told=lambda done, total: told("shop", done, total))
        told.clear()
    for name, count in rows.items():
        print(say("cli.wrote", language, path=asked.to / f"{name}.{kind}", rows=number(count, language)))
