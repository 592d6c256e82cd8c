"""Spark: for more rows than one machine holds. The same steps, transpiled from DuckDB's dialect by SQLGlot."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import sqlglot
from sqlglot import exp

from shuke.engines._sql import Value, fill, require_files, require_label
from shuke.engines._table import Table
from shuke.kit.errors import EngineError, MissingPartError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@contextmanager
def _told() -> Iterator[None]:
    """Spark's errors as ours, so that no caller needs to know which engine it was."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JJavaError) as reason:
        first = str(reason).strip().splitlines()[0]
        raise EngineError.of("error.engine.spark", reason=first) from reason


class SparkEngine:
    """Runs steps in Spark: a session you give, or one of its own here (needs Java 17 and the extra `spark`)."""

    name = "spark"

    def __init__(self, *, session: SparkSession | None = None, memory_limit: str | None = None) -> None:
        self._owns_session = session is None
        self._session: Any = session if session is not None else _local_session(memory_limit)
        self._folder = Path(tempfile.mkdtemp(prefix="shuke-spark-"))
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def read_parquet(self, label: str, files: Sequence[str | Path], *, row_numbers: bool = False) -> Table:
        paths = require_files(label, files)
        # Names are names, whatever marks of patterns are in them.
        reader = self._session.read.option("__globPaths__", "false")
        if not row_numbers:
            return self._named(label, reader.option("mergeSchema", "true").parquet(*paths))
        # File by file, since Spark's own file name is a URL-encoded address, not the path as given.
        from pyspark.sql import functions as f

        frames = [
            reader.parquet(path).select(
                "*", f.lit(path).alias("source_file"), f.col("_metadata.row_index").alias("source_row")
            )
            for path in paths
        ]
        united = frames[0]
        for frame in frames[1:]:
            united = united.unionByName(frame, allowMissingColumns=True)
        return self._named(label, united)

    def from_arrow(self, label: str, rows: pa.Table) -> Table:
        return self._named(label, self._session.createDataFrame(rows))

    def view(self, label: str, sql: str, **inputs: Value) -> Table:
        return self._named(label, self._run(sql, inputs))

    def keep(self, label: str, sql: str, **inputs: Value) -> Table:
        # Written out and read back: the step is computed once, and what follows does not drag its plan along.
        folder = self._folder / f"{label}_{next(self._numbers)}"
        with _told():
            self._run(sql, inputs).write.parquet(str(folder))
            return self._named(label, self._session.read.parquet(str(folder)))

    def fetch(self, sql: str, **inputs: Value) -> pa.Table:
        with _told():
            return _without_timezone(self._run(sql, inputs).toArrow())

    def batches(self, sql: str, *, rows: int = 100_000, **inputs: Value) -> Iterator[pa.RecordBatch]:
        folder = self._folder / f"batches_{next(self._numbers)}"
        self._run(sql, inputs).write.parquet(str(folder))
        for file in sorted(folder.glob("*.parquet")):
            yield from pa.parquet.ParquetFile(file).iter_batches(rows)
        shutil.rmtree(folder)

    def repeated(self, label: str, sql: str, **inputs: Value) -> Table:
        return self.keep(label, f"SELECT h FROM ({sql}) GROUP BY h HAVING count(*) > 1", **inputs)

    def count(self, table: Table) -> int:
        return int(self._session.table(table.name).count())

    def write_parquet(self, table: Table, path: Path) -> Path:
        import pyarrow.parquet as pq

        path.parent.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
            for batch in self.batches("SELECT * FROM {table}", table=table):
                writer.write_batch(batch.cast(table.schema))
        return path

    def drop(self, table: Table) -> None:
        self._session.catalog.dropTempView(table.name)

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._owns_session:
            self._session.stop()

    def _run(self, sql: str, inputs: dict[str, Value]) -> DataFrame:
        with _told():
            frame: DataFrame = self._session.sql(to_spark(fill(sql, inputs)))
            return frame

    def _named(self, label: str, frame: Any) -> Table:
        name = f"{require_label(label)}_{next(self._numbers)}"
        frame.createOrReplaceTempView(name)
        return Table(name, _arrow_schema(frame), self)


def to_spark(sql: str) -> str:
    """A step from DuckDB's dialect into Spark's.

    >>> to_spark("SELECT count(*) FILTER (WHERE a > 1) AS n FROM t GROUP BY ALL")
    'SELECT COUNT(*) FILTER(WHERE a > 1) AS n FROM t GROUP BY ALL'
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    return tree.transform(_own_names).sql(dialect="spark")


def _own_names(node: exp.Expression) -> exp.Expression:
    """Functions that SQLGlot passes on by a name Spark understands otherwise."""
    if isinstance(node, exp.Anonymous) and node.name.lower() == "hash":
        return exp.Anonymous(this="xxhash64", expressions=node.expressions)
    # SQLGlot would make it percentile_approx, which is not the exact quantile.
    if isinstance(node, exp.WithinGroup) and isinstance(node.this, exp.PercentileCont):
        [ordered] = node.expression.expressions
        if not ordered.args.get("desc"):
            return exp.Anonymous(this="percentile", expressions=[ordered.this, node.this.this])
    return node


def _without_timezone(rows: pa.Table) -> pa.Table:
    return rows.cast(_wall_clock(rows.schema))


def _wall_clock(schema: pa.Schema) -> pa.Schema:
    """Spark hands plain timestamps over as moments in UTC; inside Shuke they are wall-clock times."""
    fields = [pa.field(f.name, pa.timestamp(f.type.unit)) if pa.types.is_timestamp(f.type) else f for f in schema]
    return pa.schema(fields)


def _arrow_schema(frame: DataFrame) -> pa.Schema:
    """What `toArrow` would give, without having Spark plan all that the step rests on."""
    from pyspark.sql.pandas.types import to_arrow_schema

    return _wall_clock(to_arrow_schema(frame.schema, timezone="UTC"))


def _local_session(memory_limit: str | None) -> SparkSession:
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as reason:
        raise MissingPartError.of("error.engine.pyspark_missing") from reason
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.driver.memory": (memory_limit or "4GB").replace("GB", "g").replace("MB", "m"),
        "spark.sql.legacy.parquet.nanosAsLong": "false",
    }
    builder: Any = SparkSession.builder
    builder = builder.master("local[*]").appName("shuke")
    for key, value in settings.items():
        builder = builder.config(key, value)
    try:
        session: SparkSession = builder.getOrCreate()
    except (PySparkException, RuntimeError, FileNotFoundError) as reason:
        raise MissingPartError.of("error.engine.spark_not_started", reason=reason) from reason
    session.sparkContext.setLogLevel("ERROR")
    return session
