"""Files of the ledger that are not as they were left: one error that says where, and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from deltalake.exceptions import DeltaError

from shuke.kit.errors import LedgerError


@contextmanager
def damage_told(place: Path) -> Iterator[None]:
    """What cannot be opened or read as a LedgerError, so that no caller needs to know what it is written with."""
    try:
        yield
    except (DeltaError, pa.ArrowException, json.JSONDecodeError, FileNotFoundError) as reason:
        first = str(reason).strip().splitlines()[0] if str(reason).strip() else type(reason).__name__
        raise LedgerError.of("error.ledger.unreadable", place=place, reason=first) from reason
