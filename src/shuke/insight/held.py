"""What the ledger and the files that were brought hold on a person, and how it goes."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from html import escape
from pathlib import Path

import pyarrow.parquet as pq
from django.conf import settings

from shuke.crm.people.models import User
from shuke.crm.privacy.holdings import Holding, Person, Rows, stands_in
from shuke.insight.facts import business_ledger
from shuke.insight.models import Upload
from shuke.tables import PAYMENTS, PURCHASES, REFERRALS, SCORES, SOURCES, SURVEYS, TOUCHES

_READ_FOR_A_PAGE = 32 << 20
_PIECE, _OVERLAP = 1 << 22, 1 << 12
_LONG = 5
_SIGN, _BESIDE = rb"[0-9A-Za-z]", rb"[\n\r,;|\t\"'<>]"
# Before and after a sign of ASCII: the zero that UTF-16 adds to it.
_ZEROS = {"utf-16-le": (b"", rb"\x00"), "utf-16-be": (rb"\x00", b"")}
_ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be")


def _rows(table: str, _: User, person: Person) -> Rows:
    return [row for key in person.keys for row in _held(key, table)]


def _held(key: str, table: str) -> Rows:
    found = business_ledger().of_customer(key).get(table)
    return [] if found is None else list(found.to_pylist())


def _count(table: str) -> Callable[[Person], int]:
    return lambda person: sum(len(_held(key, table)) for key in person.keys)


def _erase(person: Person) -> None:
    """All tables of the ledger at once; purchases may stay under a key that is nobody's."""
    for key in person.keys:
        business_ledger().erase(key, unnamed=person.unnamed)


LEDGER_PURCHASES = Holding("purchases", (), _count(PURCHASES.name), partial(_rows, PURCHASES.name), sweep=_erase)
LEDGER_TOUCHES = Holding("ledger_touches", (), _count(TOUCHES.name), partial(_rows, TOUCHES.name))
LEDGER_SURVEYS = Holding("ledger_surveys", (), _count(SURVEYS.name), partial(_rows, SURVEYS.name))
LEDGER_PAYMENTS = Holding("ledger_payments", (), _count(PAYMENTS.name), partial(_rows, PAYMENTS.name))
LEDGER_REFERRALS = Holding("ledger_referrals", (), _count(REFERRALS.name), partial(_rows, REFERRALS.name))
LEDGER_SOURCES = Holding("ledger_sources", (), _count(SOURCES.name), partial(_rows, SOURCES.name))
LEDGER_SCORES = Holding("ledger_scores", (), _count(SCORES.name), partial(_rows, SCORES.name))


# --- files that were brought -----------------------------------------------------------------------------------------


def uploads_naming(person: Person) -> list[Upload]:
    """Files that name the person: in what was brought, in the rows set aside, or in the preview."""
    return [upload for upload in Upload.objects.all() if _names(person, upload)]


def _names(person: Person, upload: Upload) -> bool:
    marks = _looked_for(person)
    cells = [cell for _, row, _ in upload.preview.get("rows", ()) for cell in row]
    if any(_text_names(text, marks) for text in (*cells, upload.name)):
        return True
    return any(file_names(file, marks) for file in _files_of(upload))


def _text_names(text: str, marks: frozenset[str]) -> bool:
    """A short number must be the whole of it: as a part it could be of anything."""
    return any(text.strip() == mark or (not _is_short(mark) and stands_in(mark, text)) for mark in marks)


def _is_short(mark: str) -> bool:
    return mark.isdigit() and len(mark) < _LONG


def _looked_for(person: Person) -> frozenset[str]:
    return frozenset({*person.keys, *person.marks})


def _files_of(upload: Upload) -> list[Path]:
    return [file for file in upload.place.rglob("*") if file.is_file()] if upload.place.is_dir() else []


def file_names(file: Path, marks: frozenset[str]) -> bool:
    """Whether one of the texts stands in a file of text in any encoding that is read here, a workbook or a Parquet."""
    with file.open("rb") as opened:
        start = opened.read(4)
    if start == b"PAR1":
        return _parquet_names(file, marks)
    if start == b"PK\x03\x04":
        with zipfile.ZipFile(file) as archive:
            return any(_bytes_name(archive.open(one), marks) for one in archive.namelist())
    with file.open("rb") as opened:
        return _bytes_name(opened, marks)


def _bytes_name(opened: object, marks: frozenset[str]) -> bool:
    pattern, left = _pattern(marks), b""
    while piece := opened.read(_PIECE):  # type: ignore[attr-defined]  # a file, or a part of an archive
        if pattern.search(left + piece):
            return True
        left = piece[-_OVERLAP:]
    return False


@cache
def _pattern(marks: frozenset[str]) -> re.Pattern[bytes]:
    """The texts as bytes: not inside longer words or numbers, and a short number only as a whole field."""
    longest_first = sorted(marks, key=len, reverse=True)
    found = dict.fromkeys(_alone(mark, *form) for mark in longest_first for form in _as_bytes(mark))
    return re.compile(b"|".join(found))


def _alone(mark: str, text: bytes, encoding: str) -> bytes:
    before, after = _ZEROS.get(encoding, (b"", b""))
    if _is_short(mark):
        edge = before + _BESIDE + after
        return b"(?:^|(?<=" + edge + b"))" + re.escape(text) + b"(?=" + edge + b"|$)"
    sign = before + _SIGN + after
    return b"(?<!" + sign + b")" + re.escape(text) + b"(?!" + sign + b")"


def _as_bytes(mark: str) -> Iterator[tuple[bytes, str]]:
    for text in {mark, escape(mark, quote=False)}:
        for encoding in _ENCODINGS:
            try:
                yield text.encode(encoding), encoding
            except UnicodeEncodeError:
                continue


def _parquet_names(file: Path, marks: frozenset[str]) -> bool:
    with pq.ParquetFile(file) as opened:
        for batch in opened.iter_batches():
            for column in batch.columns:
                if any(_text_names(str(value), marks) for value in column.to_pylist() if value is not None):
                    return True
    return False


def drop_file(upload: Upload) -> None:
    """Take a file that names somebody erased off the disk. Its purchases are in the ledger, and its report stays; one
    that is not in the ledger goes whole."""
    if upload.state in (Upload.State.IMPORTED, Upload.State.ALREADY):
        empty(upload)
    else:
        shutil.rmtree(_ours(upload.place), ignore_errors=True)
        upload.delete()


def empty(upload: Upload) -> None:
    """Take the file, the rows set aside and those looked at away; what was counted stays."""
    shutil.rmtree(_ours(upload.place), ignore_errors=True)
    Upload.objects.filter(pk=upload.pk).update(rejects=False, preview=upload.preview | {"rows": []})


def _ours(folder: Path) -> Path:
    assert folder.parent == Path(settings.SHUKE_UPLOADS), "never more than one upload's own folder"  # noqa: S101
    return folder


def _sweep_uploads(person: Person) -> None:
    for upload in uploads_naming(person):
        drop_file(upload)


def _count_uploads(person: Person) -> int:
    """Read through where they are small: a page must not wait for gigabytes. The erasure reads them all."""
    total = sum(file.stat().st_size for upload in Upload.objects.all() for file in _files_of(upload))
    return len(uploads_naming(person)) if total <= _READ_FOR_A_PAGE else 0


UPLOADS = Holding("uploads", (), _count_uploads, sweep=_sweep_uploads)
