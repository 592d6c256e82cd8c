"""Engines by name."""

from __future__ import annotations

from pathlib import Path

from shuke.engines._duckdb import DuckDBEngine
from shuke.engines._table import Engine
from shuke.kit.errors import InputError

ENGINES = ("duckdb", "spark")


def open_engine(
    name: str = "duckdb", *, memory_limit: str | None = None, temp_directory: str | Path | None = None
) -> Engine:
    """The engine of that name, ready to run steps; close it, or use it in a `with`.

    >>> with open_engine("duckdb") as engine:
    ...     engine.name
    'duckdb'
    """
    if name == "duckdb":
        return DuckDBEngine(memory_limit=memory_limit, temp_directory=temp_directory)
    if name == "spark":
        from shuke.engines._spark import SparkEngine

        return SparkEngine(memory_limit=memory_limit)
    raise InputError.of("error.engine.unknown", name=name, known=", ".join(ENGINES))
