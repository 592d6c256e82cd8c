"""A delimited text file, staged once as Parquet: text columns, and for each row the line it starts on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import csv as arrow_csv

from shuke.collect._encodings import block_as_utf8, lines_as_text
from shuke.collect._found import FileFound
from shuke.collect._lines import parse_lines
from shuke.collect._sniff import Layout, eight_bit
from shuke.collect._stage import StageWriter
from shuke.kit.errors import InputError

_BLOCK_BYTES = 1 << 23
_LONGEST_LINE_BYTES = 1 << 24
_REPLACED = "\ufffd".encode()


def stage_csv(path: Path, layout: Layout, writer: StageWriter) -> FileFound:
    """Write the file's rows to the stage, block by block: the quick parser where a block is regular, the exact one
    where it is not."""
    line = layout.first_line
    rest = b""
    for block in _blocks(path, layout, writer):
        used, rest = _stage_block(rest + block, layout, writer, line, final=False)
        line += used
    if rest:
        _stage_block(rest, layout, writer, line, final=True)
    return FileFound(
        file=writer.shown,
        kind="csv",
        rows=writer.rows,
        bad_lines=writer.bad_lines,
        blank_lines=writer.blank_lines,
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        header_line=layout.header_line,
    )


def head_of_csv(path: Path, layout: Layout, target: Path, *, at_most_bytes: int) -> tuple[Path, Layout]:
    """The beginning of the file as a small file of its own, whole lines only, and how that is laid out."""
    with path.open("rb") as file:
        start = file.read(at_most_bytes)
    cut = len(start) == at_most_bytes
    if layout.encoding.startswith("utf-16"):
        start = start[: len(start) // 2 * 2].decode(layout.encoding, "replace").encode("utf-8")
        layout = replace(layout, encoding="utf-8")
    if cut:
        start = start[: _end_of_rows(start, layout.newline)]
    target.write_bytes(start)
    return target, layout


def _end_of_rows(start: bytes, newline: bytes) -> int:
    """Where the last line ends that leaves no quote open; the end where there is none."""
    end = start.rfind(newline)
    while end > 0 and start.count(b'"', 0, end) % 2:
        end = start.rfind(newline, 0, end)
    return end + 1 if end > 0 else len(start)


def _stage_block(block: bytes, layout: Layout, writer: StageWriter, first: int, *, final: bool) -> tuple[int, bytes]:
    """How many lines were dealt with, and the bytes of a record that is not finished yet."""
    encoding = eight_bit(layout.encoding)
    text = block_as_utf8(block, encoding)
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    table = _quick(text, layout, lines) if text is not None else None
    if table is not None:
        writer.write(table, pa.array(np.arange(first, first + lines, dtype=np.int64)))
        return lines, b""
    parsed = parse_lines(lines_as_text(block, encoding), first, layout.delimiter, len(layout.names), final=final)
    writer.write_rows(parsed.rows, parsed.numbers)
    writer.write_bad(parsed.bad)
    writer.blank_lines += parsed.blank
    if parsed.unfinished >= lines:
        return lines, b""
    return parsed.unfinished, b"\n".join(block.split(b"\n")[parsed.unfinished :])


def _quick(block: bytes, layout: Layout, lines: int) -> pa.Table | None:
    """The block by Arrow's parser, or None unless every line is exactly one row of the right width."""
    quotes = block.count(b'"')
    if quotes % 2 or _REPLACED in block:
        return None
    names = [f"c{position}" for position in range(len(layout.names))]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(block),
            # One chunk where there are quotes: a chunk's end must not fall inside a quoted line end.
            arrow_csv.ReadOptions(column_names=names, block_size=len(block) + 1 if quotes else 1 << 20),
            arrow_csv.ParseOptions(
                delimiter=layout.delimiter, quote_char='"' if quotes else False, ignore_empty_lines=False
            ),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    whole = table.num_rows == lines and (not quotes or _last_line_is_whole(block, layout))
    return table if whole and not _has_blank_row(table) else None


def _last_line_is_whole(block: bytes, layout: Layout) -> bool:
    last = block.rstrip(b"\n").rpartition(b"\n")[2]
    parsed = parse_lines(lines_as_text(last, "utf-8"), 1, layout.delimiter, len(layout.names), final=False)
    return len(parsed.rows) == 1


def _has_blank_row(table: pa.Table) -> bool:
    """A line of delimiters only is no row; it shows in the shortest columns first."""
    blank = None
    for column in table.columns:
        empty = pc.equal(pc.utf8_trim_whitespace(column), "")
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            return False
    return bool(table.num_rows)


def _blocks(path: Path, layout: Layout, writer: StageWriter) -> Iterator[bytes]:
    """The bytes after the header, in blocks that end at the end of a line."""
    source = _rewritten(path, layout, writer) if layout.encoding.startswith("utf-16") else path
    skip = layout.first_line - 1
    rest = b""
    with source.open("rb") as file:
        if layout.encoding == "utf-8-sig":
            file.seek(3)
        while chunk := file.read(_BLOCK_BYTES):
            rest += chunk.replace(b"\r", b"\n") if layout.newline == b"\r" else chunk
            cut = rest.rfind(b"\n") + 1
            if not cut and len(rest) > _LONGEST_LINE_BYTES:
                raise InputError.of("error.collect.line_too_long", path=path)
            block, rest = _without_lines(rest[:cut], skip), rest[cut:]
            skip = 0 if cut else skip
            if block:
                yield block
    block = _without_lines(rest, skip)
    if block:
        yield block


def _without_lines(block: bytes, lines: int) -> bytes:
    return block.split(b"\n", lines)[-1] if lines and block.count(b"\n") >= lines else (b"" if lines else block)


def _rewritten(path: Path, layout: Layout, writer: StageWriter) -> Path:
    """UTF-16 rewritten as UTF-8, since its line ends cannot be found by byte."""
    target = writer.folder / f"{writer.path.stem}.utf8"
    with (
        path.open(encoding=layout.encoding, errors="replace", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as copy,
    ):
        shutil.copyfileobj(source, copy, 1 << 20)
    return target
