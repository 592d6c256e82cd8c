"""Files that strangers may have made: their names made harmless, their kind told by content, traps refused."""

from __future__ import annotations

import secrets
import shutil
import zipfile
import zlib
from collections.abc import Iterable
from lzma import LZMAError
from pathlib import Path

from django.conf import settings

from shuke.insight.errors import RefusedUpload
from shuke.kit.filenames import cut_name, safe_name

_LARGEST_UNPACKED_BYTES = 1 << 30
# Tables in XML shrink ten- to fiftyfold; what is small packed and huge unpacked is a trap.
_LARGEST_RATIO = 200
_ALWAYS_ALLOWED_BYTES = 64 << 20
_PIECE = 1 << 20
_SUFFIX = {"csv": (".csv", ".tsv", ".txt"), "xlsx": (".xlsx", ".xlsm"), "parquet": (".parquet",)}
# First bytes of what people bring instead of a table, and the sentence that says what to do.
_FOREIGN = (
    (b"\x1f\x8b", "packed"),
    (b"7z\xbc\xaf", "packed"),
    (b"Rar!", "packed"),
    (b"\xd0\xcf\x11\xe0", "old_excel"),
    (b"%PDF", "not_a_table"),
    (b"\x89PNG", "not_a_table"),
    (b"\xff\xd8\xff", "not_a_table"),
    (b"GIF8", "not_a_table"),
    (b"\x7fELF", "not_a_table"),
    (b"MZ", "not_a_table"),
    (b"SQLite format", "not_a_table"),
)


def store(*, name: str, pieces: Iterable[bytes]) -> tuple[Path, int]:
    """Write an upload to a folder of its own; its path and size. What is refused leaves nothing behind.

    Raises RefusedUpload for a file that is too large, empty, or no table.
    """
    folder = Path(settings.SHUKE_UPLOADS) / secrets.token_hex(16)
    folder.mkdir(parents=True, mode=0o700)
    path = folder / safe_name(name)
    try:
        size = _written(path, pieces)
        return _with_suffix(path, kind_of(path)), size
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def kind_of(path: Path) -> str:
    """`csv`, `xlsx` or `parquet`, told by the content. Raises RefusedUpload for anything else."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"PK\x03\x04"):
        _refuse_traps(path)
        return "xlsx"
    for magic, code in _FOREIGN:
        if start.startswith(magic):
            raise RefusedUpload(code)
    if b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RefusedUpload("not_a_table")
    return "csv"


def _written(path: Path, pieces: Iterable[bytes]) -> int:
    size = 0
    with path.open("xb") as file:
        for piece in pieces:
            size += len(piece)
            if size > settings.SHUKE_UPLOAD_BYTES:
                raise RefusedUpload("too_large", limit_mb=settings.SHUKE_UPLOAD_BYTES // (1024 * 1024))
            file.write(piece)
    if not size:
        raise RefusedUpload("empty")
    path.chmod(0o600)
    return size


def _with_suffix(path: Path, kind: str) -> Path:
    """A table in a file that calls itself otherwise is renamed: the rejects and the ledger show the name."""
    if path.suffix.lower() in _SUFFIX[kind]:
        return path
    return path.rename(path.with_name(cut_name(path.name) + _SUFFIX[kind][0]))


def _refuse_traps(path: Path) -> None:
    """A workbook is unpacked once to nowhere: the sizes that an archive declares may be lies."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if not any(entry.filename == "xl/workbook.xml" for entry in entries):
                raise RefusedUpload("packed")
            left = min(_LARGEST_UNPACKED_BYTES, max(_ALWAYS_ALLOWED_BYTES, path.stat().st_size * _LARGEST_RATIO))
            for entry in entries:
                left -= _unpacked(archive, entry, left)
    except (zipfile.BadZipFile, zlib.error, LZMAError, OSError, NotImplementedError, RuntimeError, EOFError) as reason:
        raise RefusedUpload("damaged") from reason


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> int:
    if entry.file_size > most:
        raise RefusedUpload("too_much_inside")
    entry.file_size, seen = 1 << 62, 0
    with archive.open(entry) as stream:
        while piece := stream.read(_PIECE):
            seen += len(piece)
            if seen > most:
                raise RefusedUpload("too_much_inside")
    return seen
