"""From whatever was given (a path, several, a folder, a table in memory) to one raw table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shuke.collect._csv import head_of_csv, stage_csv
from shuke.collect._expressions import as_text as text_of
from shuke.collect._found import TEXT, FileFound, Raw, RawColumn, is_text
from shuke.collect._parquet import ParquetHead, first_rows, head_of_parquet, restage
from shuke.collect._sniff import SUFFIXES, Layout, kind_of, layout_of
from shuke.collect._stage import StageWriter, stage_folder
from shuke.collect._xlsx import Book, Sheet, book_of, stage_xlsx
from shuke.engines import Engine, Table, quoted
from shuke.kit.errors import InputError

_SAMPLE_ROWS = 1000
_HEAD_BYTES = 1 << 17
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Part:
    """One table in one file, before its rows are read."""

    path: Path
    shown: str
    names: tuple[str, ...]
    layout: Layout | ParquetHead | tuple[Book, Sheet]


@dataclass(frozen=True)
class _Piece:
    """A part the engine can read: one Parquet file, the names its columns have there, what `source_file` shows."""

    path: Path
    shown: str
    columns: dict[str, str]
    types: dict[str, pa.DataType]
    numbered: bool


def open_raw(source: object, engine: Engine, progress: Progress) -> Raw:
    """All rows of the source as one table with columns `c0`, `c1` … in the order of the first file's header."""
    folder = stage_folder(engine)
    parts = _parts(_paths(source, folder), engine)
    names = _common_header(parts)
    inside = {name: f"c{position}" for position, name in enumerate(names)}
    pieces, files, bad = [], [], []
    for number, part in enumerate(parts):
        progress("collect.read", number, len(parts))
        piece, found, bad_path = _open(part, inside, folder, number)
        pieces.append(piece)
        files.append(found)
        bad += [bad_path] if bad_path is not None else []
    progress("collect.read", len(parts), len(parts))
    if not any(file.rows or file.bad_lines for file in files):
        raise InputError.of("error.collect.no_row", path=parts[0].shown, columns=", ".join(names))
    table, types = _united(engine, pieces, names, inside)
    columns = tuple(RawColumn(name, inside[name], types[name]) for name in names)
    staged = all(piece.numbered for piece in pieces)
    return Raw(table, columns, tuple(files), _sample(pieces[0], names), staged, tuple(bad))


def open_head(source: object, engine: Engine, *, rows: int) -> Raw:
    """The first rows of the source's first table, read as all of it would be. An error where it has none."""
    folder = stage_folder(engine)
    path, shown = _paths(source, folder)[0]
    part = _parts_of(path, shown, engine)[0]
    inside = {name: f"c{position}" for position, name in enumerate(part.names)}
    piece, found, bad_path = _open_head(part, inside, folder, rows)
    if not found.rows and not found.bad_lines:
        raise InputError.of("error.collect.no_row", path=part.shown, columns=", ".join(part.names))
    table, types = _united(engine, [piece], part.names, inside)
    columns = tuple(RawColumn(name, inside[name], types[name]) for name in part.names)
    bad = (bad_path,) if bad_path is not None else ()
    return Raw(table, columns, (found,), _sample(piece, part.names), piece.numbered, bad)


def _open_head(part: Part, inside: dict[str, str], folder: Path, rows: int) -> tuple[_Piece, FileFound, Path | None]:
    layout = part.layout
    if isinstance(layout, ParquetHead):
        head = folder / "head.parquet"
        pq.write_table(first_rows(part.path, rows), head, coerce_timestamps="us", allow_truncated_timestamps=True)
        return (*_open_parquet(replace(part, path=head), replace(layout, rows=min(layout.rows, rows)), folder, 0), None)
    if isinstance(layout, Layout):
        path, plain = head_of_csv(part.path, layout, folder / "head.csv", at_most_bytes=_HEAD_BYTES)
        piece, found, bad_path = _open(replace(part, path=path, layout=plain), inside, folder, 0)
        return piece, replace(found, encoding=layout.encoding), bad_path
    return _open(part, inside, folder, 0, at_most=rows)


def _paths(source: object, folder: Path) -> list[tuple[Path, str]]:
    """Files with the name to show for each."""
    if isinstance(source, (str, Path)):
        return [(path, str(path)) for path in files_at(source)]
    arrow = _as_arrow(source)
    if arrow is not None:
        path = folder / "memory.parquet"
        pq.write_table(arrow, path, coerce_timestamps="us", allow_truncated_timestamps=True)
        return [(path, "memory")]
    if isinstance(source, Sequence) and source and all(isinstance(item, (str, Path)) for item in source):
        found = [path for item in source for path in files_at(item)]
        return list({path.resolve(): (path, str(path)) for path in found}.values())
    raise InputError.of("error.collect.unknown_source", kind=type(source).__name__)


def _as_arrow(source: Any) -> pa.Table | None:
    if isinstance(source, pa.Table):
        return source
    if isinstance(source, Mapping):
        return _from_columns(source)
    module = type(source).__module__.partition(".")[0]
    if module == "pandas":
        return pa.Table.from_pandas(source, preserve_index=False)
    return source.to_arrow() if module == "polars" else None


def _from_columns(columns: Mapping[str, Any]) -> pa.Table:
    try:
        return pa.table(dict(columns))
    except (pa.ArrowException, TypeError) as reason:
        names = ", ".join(map(str, columns)) or "—"
        raise InputError.of("error.collect.columns_make_no_table", columns=names, reason=reason) from reason


def files_at(place: str | Path) -> list[Path]:
    """The files that are read where a file or a folder is named. An error where there is none."""
    path = Path(place)
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise InputError.of("error.collect.no_path", path=path)
    hidden = (".", "~$", "_")
    found = sorted(
        entry
        for entry in path.rglob("*")
        if entry.suffix.lower() in SUFFIXES and entry.is_file() and not entry.name.startswith(hidden)
    )
    if not found:
        raise InputError.of("error.collect.folder_without_table", path=path, suffixes=", ".join(SUFFIXES))
    return found


def _parts(paths: list[tuple[Path, str]], engine: Engine) -> list[Part]:
    return [part for path, shown in paths for part in _parts_of(path, shown, engine)]


def _parts_of(path: Path, shown: str, engine: Engine) -> list[Part]:
    try:
        kind = kind_of(path)
    except OSError as reason:
        raise InputError.of("error.collect.cannot_open", path=path, reason=reason.strerror) from reason
    if kind == "parquet":
        # Spark reads no moments in nanoseconds.
        head = head_of_parquet(path, nanoseconds=engine.name == "duckdb")
        return [Part(path, shown, tuple(head.names), head)]
    if kind == "csv":
        layout = layout_of(path)
        return [Part(path, shown, layout.names, layout)]
    book = book_of(path)
    several = len(book.sheets) > 1
    return [Part(path, f"{shown}#{s.name}" if several else shown, s.names, (book, s)) for s in book.sheets]


def _common_header(parts: list[Part]) -> tuple[str, ...]:
    """The first file's header; every other must have the same columns, in any order."""
    first = parts[0]
    for part in parts[1:]:
        if set(part.names) != set(first.names):
            extra = [name for name in part.names if name not in first.names]
            missing = [name for name in first.names if name not in part.names]
            raise InputError.of(
                "error.collect.different_columns",
                first=first.shown,
                other=part.shown,
                extra=", ".join(extra) or "—",
                missing=", ".join(missing) or "—",
            )
    return first.names


def _open(
    part: Part, inside: dict[str, str], folder: Path, number: int, *, at_most: int | None = None
) -> tuple[_Piece, FileFound, Path | None]:
    if isinstance(part.layout, ParquetHead):
        return (*_open_parquet(part, part.layout, folder, number), None)
    with StageWriter(folder, number, part.shown, [inside[name] for name in part.names]) as writer:
        if isinstance(part.layout, Layout):
            found = stage_csv(part.path, part.layout, writer)
        else:
            found = stage_xlsx(part.path, part.layout[1], part.layout[0], writer, at_most=at_most)
    piece = _Piece(writer.path, part.shown, inside, dict.fromkeys(inside, TEXT), numbered=True)
    return piece, found, writer.bad_path if writer.bad_lines else None


def _open_parquet(part: Part, head: ParquetHead, folder: Path, number: int) -> tuple[_Piece, FileFound]:
    path, columns = part.path, {name: name for name in head.names}
    if head.restage:
        path = restage(part.path, folder / f"copy{number}.parquet")
        columns = {name: f"c{position}" for position, name in enumerate(head.names)}
    kind = "memory" if part.shown == "memory" else "parquet"
    types = dict(zip(head.names, head.types, strict=True))
    return _Piece(path, part.shown, columns, types, numbered=False), FileFound(part.shown, kind, head.rows)


def _united(
    engine: Engine, pieces: list[_Piece], names: tuple[str, ...], inside: dict[str, str]
) -> tuple[Table, dict[str, pa.DataType]]:
    """One table of all pieces; where two files give a column different types, everything is read as text."""
    groups: dict[tuple[object, ...], list[_Piece]] = {}
    for piece in pieces:
        key = (piece.numbered, *(piece.columns[name] for name in names), *(str(piece.types[name]) for name in names))
        groups.setdefault(key, []).append(piece)
    as_text = len({tuple(str(piece.types[name]) for name in names) for piece in pieces}) > 1
    tables = [_group(engine, group, names, inside, as_text=as_text) for group in groups.values()]
    types = dict.fromkeys(names, TEXT) if as_text else pieces[0].types
    if len(tables) == 1:
        return tables[0], types
    parts = {f"part{number}": table for number, table in enumerate(tables)}
    return engine.view("raw", " UNION ALL ".join(f"SELECT * FROM {{{name}}}" for name in parts), **parts), types


def _group(
    engine: Engine, pieces: list[_Piece], names: tuple[str, ...], inside: dict[str, str], *, as_text: bool
) -> Table:
    first = pieces[0]
    read = engine.read_parquet("files", [piece.path for piece in pieces], row_numbers=not first.numbered)
    chosen = [f"{_value(first.columns[name], first.types[name], as_text=as_text)} AS {inside[name]}" for name in names]
    row = "source_row" if first.numbered else "source_row + 1 AS source_row"
    shown, texts = _shown(pieces)
    columns = ", ".join([*chosen, f"{shown} AS source_file", row])
    return engine.view("raw", f"SELECT {columns} FROM {{read}}", read=read, **texts)


def _value(column: str, kind: pa.DataType, *, as_text: bool) -> str:
    name = quoted(column)
    return text_of(name, kind) if as_text and not is_text(kind) else name


def _shown(pieces: list[_Piece]) -> tuple[str, dict[str, str]]:
    """The name to show for a file, where it is another than the path that was read; as SQL and the texts in it."""
    renamed = [piece for piece in pieces if not piece.numbered and str(piece.path) != piece.shown]
    if not renamed:
        return "source_file", {}
    texts = {f"path{n}": str(piece.path) for n, piece in enumerate(renamed)}
    texts |= {f"shown{n}": piece.shown for n, piece in enumerate(renamed)}
    cases = " ".join(f"WHEN {{path{n}}} THEN {{shown{n}}}" for n in range(len(renamed)))
    return f"CASE source_file {cases} ELSE source_file END", texts


def _sample(piece: _Piece, names: tuple[str, ...]) -> pa.Table:
    rows = first_rows(piece.path, _SAMPLE_ROWS)
    return pa.table([rows.column(piece.columns[name]) for name in names], names=list(names))
