"""What makes two imports the same import."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

_PIECE = 1 << 20


def content_digest(files: Iterable[str | Path], settings: Mapping[str, object] | None = None) -> str:
    """Which content is this? SHA-256 over the bytes of the files, in any order, and the settings that change the facts.

    A renamed file is the same content; the same file read with another mapping is not.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "1月.csv")
    ...     _ = file.write_text("客户,金额")
    ...     content_digest([file]) == content_digest([file]), content_digest([file]) == content_digest([file], {"a": 1})
    (True, False)
    """
    told = json.dumps(settings or {}, sort_keys=True, ensure_ascii=False, default=str)
    parts = sorted(_digest_of(Path(file)) for file in files)
    return hashlib.sha256("\n".join([*parts, told]).encode()).hexdigest()


def _digest_of(file: Path) -> str:
    found = hashlib.sha256()
    with file.open("rb") as stream:
        while piece := stream.read(_PIECE):
            found.update(piece)
    return found.hexdigest()
