"""Scores as a file for people: money in major units, codes explained in sentences of their language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from shuke.engines import Table
from shuke.kit.cells import safe_cell
from shuke.kit.errors import InputError
from shuke.kit.files import whole
from shuke.kit.money import minor_digits
from shuke.kit.sheets import write_workbook
from shuke.kit.text import explain, require_language
from shuke.tables import SCORES, SCORES_KEPT, Column, Unit

Told = Callable[[int], None]
"""Told how many rows are written so far."""

SUFFIXES = (".parquet", ".csv", ".xlsx")

# A sentence's column, and which code of the row, under which prefix, it explains.
_SENTENCES = {
    "tier_name": "tier.{tier_in_force}",
    "tier_why": "tier_why.{tier_why_code}",
    "rfm_segment_name": "rfm.{rfm_segment}",
    "stage_name": "stage.{stage}",
    "stage_why": "stage_why.{stage_why_code}",
    "prospect_name": "prospect.{prospect}",
    "prospect_why": "prospect_why.{prospect_why_code}",
    "rfm_alarm_name": "rfm_alarm.{rfm_alarm}",
    "rfm_alarm_why": "rfm_alarm_why.{rfm_alarm_why_code}",
    "quadrant_name": "quadrant.{quadrant}",
    "quadrant_why": "quadrant_why.{quadrant_why_code}",
    "type_name": "type.{type}",
    "type_why": "type_why.{type_why_code}",
    "loyalty_name": "loyalty.{loyalty_kind}",
    "loyalty_why": "loyalty_why.{loyalty_why_code}",
    "satisfaction_name": "satisfaction.{satisfaction}",
    "satisfaction_why": "satisfaction_why.{satisfaction_why_code}",
    "credit_name": "credit.{credit}",
    "credit_why": "credit_why.{credit_why_code}",
    "list_name": "list.{standing_list}",
    "list_proposal_name": "list.{list_proposal}",
    "list_why": "list_why.{list_why_code}",
    "stability_name": "stability.{stability}",
    "stability_why": "stability_why.{stability_why_code}",
    "price_name": "price.{price_code}",
    "price_why": "price_why.{price_why_code}",
    "channel_name": "channel.{channel_code}",
    "channel_why": "channel_why.{channel_why_code}",
    "affinity_name": "affinity.{affinity_code}",
    "affinity_why": "affinity_why.{affinity_why_code}",
    "rhythm_name": "rhythm.{rhythm}",
    "rhythm_why": "rhythm_why.{rhythm_why_code}",
    "policy": "policy.{policy_code}.do",
    "why": "why.{why_code}",
}


def write_scores(
    scores: Table, path: str | Path, *, currency: str, language: str = "zh-hans", told: Told | None = None
) -> Path:
    """Write scores for people, by the path's suffix: Parquet, CSV (with a mark that lets Excel read it) or XLSX.

    Columns are those of `tables.SCORES` by their public names (money in major units), then the sentences. Text that a
    spreadsheet would run as a formula has an apostrophe before it. A sheet too long for Excel is continued on the next.

    Raises InputError for another suffix.
    """
    target = Path(path)
    writers = {".parquet": _write_parquet, ".csv": _write_csv, ".xlsx": _write_xlsx}
    if target.suffix.lower() not in writers:
        raise InputError.of("error.scores_suffix", name=target.name, suffixes=", ".join(SUFFIXES))
    SCORES.require(scores.schema)
    target.parent.mkdir(parents=True, exist_ok=True)
    batches = _for_people(scores, currency, require_language(language), told)
    with whole(target) as unfinished:
        writers[target.suffix.lower()](unfinished, public_schema(currency), batches)
    return target


def public_schema(currency: str) -> pa.Schema:
    """Names and types in files for people."""
    fields = [pa.field(column.public_name, _public_type(column, currency)) for column in SCORES.columns]
    return pa.schema(fields + [pa.field(name, pa.string()) for name in _SENTENCES])


def _public_type(column: Column, currency: str) -> pa.DataType:
    return pa.decimal128(20, minor_digits(currency)) if column.unit is Unit.MONEY else column.type


def _for_people(scores: Table, currency: str, language: str, told: Told | None) -> Iterator[pa.RecordBatch]:
    schema, done = public_schema(currency), 0
    named = [name for name in SCORES_KEPT.names if name in scores.columns]
    sql = f"SELECT {', '.join(named)} FROM {{scores}} ORDER BY clv_minor DESC NULLS LAST, customer_id"
    for batch in scores.engine.batches(sql, rows=20_000, scores=scores):
        columns = [_public_column(batch, column, currency) for column in SCORES.columns]
        yield pa.RecordBatch.from_arrays([*columns, *_sentences(batch, currency, language)], schema=schema)
        done += batch.num_rows
        if told is not None:
            told(done)


def _public_column(batch: pa.RecordBatch, column: Column, currency: str) -> pa.Array:
    values = batch.column(column.name)
    if column.unit is not Unit.MONEY:
        return values.cast(column.type)
    # Whole minor units and major units with decimals are the same integer inside a decimal: only the point moves.
    whole = values.cast(pa.decimal128(20, 0))
    return pa.Array.from_buffers(_public_type(column, currency), len(whole), whole.buffers(), offset=whole.offset)


def _sentences(batch: pa.RecordBatch, currency: str, language: str) -> list[pa.Array]:
    rows = batch.to_pylist()
    return [
        pa.array([_sentence(key, language, currency, row) for row in rows], pa.string()) for key in _SENTENCES.values()
    ]


def _sentence(key: str, language: str, currency: str, row: Mapping[str, object]) -> str:
    """Nothing where the run did not know the label yet."""
    code = key.split("{")[1].split("}")[0]
    return "" if row[code] is None else explain(key.format_map(row), language, currency, row)


def _write_parquet(path: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def _write_csv(path: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    with path.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        with pa_csv.CSVWriter(file, schema) as writer:
            for batch in batches:
                writer.write_batch(_safe(batch))


def _safe(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [
        pa.array([None if text is None else safe_cell(text) for text in column.to_pylist()], pa.string())
        if pa.types.is_string(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _write_xlsx(path: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    rows = (row for batch in batches for row in zip(*(column.to_pylist() for column in batch.columns), strict=True))
    write_workbook(path, schema.names, rows, freeze=(1, 1))
