"""Attachments on disk: what may come in is told by name and by content, and nothing is named by its sender."""

from __future__ import annotations

import hashlib
import secrets
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from shuke.crm.timeline.errors import RefusedFile
from shuke.kit.filenames import safe_name

_START = 4096
_PIECE = 1 << 20
_ORPHAN_SECONDS = 24 * 3600
_SHEETS = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Kept:
    """A file that was taken: its name to people, its place on disk, and what it truly is."""

    name: str
    place: str
    size: int
    content_type: str
    digest: str


@dataclass(frozen=True)
class Brought:
    """A file as it comes in."""

    name: str
    pieces: Iterable[bytes]


def _begins(*marks: bytes, at: int = 0) -> Callable[[bytes], bool]:
    return lambda start: start[at:].startswith(marks)


def _riff(form: bytes) -> Callable[[bytes], bool]:
    return lambda start: start.startswith(b"RIFF") and start[8:12] == form


def _is_text(start: bytes) -> bool:
    """Text that no browser would take for a page or a script."""
    marked = start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"#!", b"%PDF", b"MZ"))
    if marked or b"\x00" in start:
        return False
    return any(_reads(start, encoding) for encoding in ("utf-8", "gb18030", "big5"))


def _reads(start: bytes, encoding: str) -> bool:
    """Whether the bytes are text in the encoding; the last character may be cut off."""
    for cut in range(4):
        try:
            start[: len(start) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


_OFFICE = _begins(b"PK\x03\x04")
_MOVIE = _begins(b"ftyp", at=4)
_JPEG = ("image/jpeg", _begins(b"\xff\xd8\xff"))
_TEXT = ("text/plain", _is_text)
TYPES: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    "pdf": ("application/pdf", _begins(b"%PDF-")),
    "png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "gif": ("image/gif", _begins(b"GIF87a", b"GIF89a")),
    "webp": ("image/webp", _riff(b"WEBP")),
    "heic": ("image/heic", _MOVIE),
    "docx": (f"{_SHEETS}.wordprocessingml.document", _OFFICE),
    "xlsx": (f"{_SHEETS}.spreadsheetml.sheet", _OFFICE),
    "pptx": (f"{_SHEETS}.presentationml.presentation", _OFFICE),
    "txt": _TEXT,
    "csv": _TEXT,
    "mp3": ("audio/mpeg", _begins(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    "m4a": ("audio/mp4", _MOVIE),
    "wav": ("audio/wav", _riff(b"WAVE")),
    "amr": ("audio/amr", _begins(b"#!AMR")),
    "mp4": ("video/mp4", _MOVIE),
}
"""What may be attached: by ending, the content type and how the first bytes look."""
_FOLDER_IN_ARCHIVE = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}


def keep(brought: Brought) -> Kept:
    """Write a file to a place of its own. What is refused leaves nothing behind.

    Raises RefusedFile for an ending that is not allowed, content that is something else, and a file empty or too large.
    """
    name = safe_name(brought.name)
    ending = name.rpartition(".")[2].lower()
    if ending not in TYPES or "." not in name:
        raise RefusedFile("ending", name=name, allowed=", ".join(TYPES))
    token = secrets.token_hex(20)
    place = f"{token[:2]}/{token}"
    path = Path(settings.SHUKE_ATTACHMENTS) / place
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        size, digest = _write(path, brought.pieces, name)
        _require_content(path, ending, name)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Kept(name, place, size, TYPES[ending][0], digest)


def remove(places: Iterable[str]) -> None:
    """Delete files; those that are gone already are no matter."""
    for place in places:
        (Path(settings.SHUKE_ATTACHMENTS) / place).unlink(missing_ok=True)


def stored() -> Iterator[tuple[str, bool]]:
    """The place of each file on disk, and whether it is old enough that no upload under way can own it."""
    folder = Path(settings.SHUKE_ATTACHMENTS)
    settled = time.time() - _ORPHAN_SECONDS
    for file in folder.glob("??/*"):
        yield file.relative_to(folder).as_posix(), file.stat().st_mtime < settled


def _write(path: Path, pieces: Iterable[bytes], name: str) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with path.open("xb") as file:
        for piece in pieces:
            size += len(piece)
            if size > settings.SHUKE_ATTACHMENT_BYTES:
                raise RefusedFile("too_large", name=name, limit_mb=settings.SHUKE_ATTACHMENT_BYTES >> 20)
            digest.update(piece)
            file.write(piece)
    if not size:
        raise RefusedFile("empty", name=name)
    path.chmod(0o600)
    return size, digest.hexdigest()


def _require_content(path: Path, ending: str, name: str) -> None:
    with path.open("rb") as file:
        start = file.read(_START)
    _, fits = TYPES[ending]
    if not fits(start) or (ending in _FOLDER_IN_ARCHIVE and not _is_office(path, _FOLDER_IN_ARCHIVE[ending])):
        raise RefusedFile("content", name=name, ending=ending)


def _is_office(path: Path, folder: str) -> bool:
    """Only the list of entries is read, so a bomb stays packed; a document with macros is none of ours."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return False
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names) and not macros
