"""DuckDB and Spark behind one small class: the other rooms write SQL once, in DuckDB's dialect, and know no engine."""

from shuke.engines._duckdb import DuckDBEngine
from shuke.engines._open import ENGINES, open_engine
from shuke.engines._sql import Value, literal, quoted
from shuke.engines._table import Engine, Table

__all__ = ["ENGINES", "DuckDBEngine", "Engine", "Table", "Value", "literal", "open_engine", "quoted"]
