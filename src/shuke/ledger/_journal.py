"""What was done, and when: a row before each act, and a row once it has landed.

The truth is the commit of the act itself. The first row is written before it, so that no act lacks its record; the
second only spares asking the table. An act with a first row alone either was killed, or landed just before it could say
so: its mark in the table tells.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from shuke.kit.ids import new_id
from shuke.ledger._damage import damage_told
from shuke.ledger._delta import Change, DeltaFolder, Snapshot
from shuke.ledger._parts import remove_files, write_parts

_SCHEMA = pa.schema(
    [
        pa.field("entry_id", pa.string(), nullable=False),
        pa.field("act", pa.string(), nullable=False),
        pa.field("table", pa.string(), nullable=False),
        pa.field("at", pa.timestamp("us"), nullable=False),
        pa.field("subject", pa.string(), nullable=False),
        pa.field("details", pa.string(), nullable=False),
    ]
)
_LANDED = "landed"
_MANY_FILES = 32


@dataclass(frozen=True)
class Entry:
    """One act: what was done to which table; `subject` is the content, import or (hashed) customer it was about."""

    entry_id: str
    act: str
    table: str
    subject: str
    details: Mapping[str, object] = field(default_factory=dict)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def told(self) -> dict[str, str]:
        """What the commit itself carries of the entry."""
        return {"act": self.act, "entry_id": self.entry_id}

    @property
    def told_of(self) -> tuple[str, str, str]:
        """What the act is about: two entries that agree in it are two attempts at the same thing."""
        return self.act, self.table, self.subject

    def as_row(self) -> dict[str, object]:
        details = json.dumps(self.details, ensure_ascii=False, default=str)
        return {**self.told, "table": self.table, "at": self.at, "subject": self.subject, "details": details}


class Journal:
    """All acts on the tables of one ledger."""

    def __init__(self, folder: Path) -> None:
        self._table = DeltaFolder(folder, _SCHEMA)

    def announce(self, entry: Entry) -> None:
        self._append(entry)

    def landed(self, entry: Entry, details: Mapping[str, object] | None = None) -> None:
        self._append(Entry(new_id(_LANDED), _LANDED, entry.table, entry.entry_id, details or {}))

    def entries(self) -> tuple[list[Entry], set[str]]:
        """All entries in the order of time, and which of them said that they landed."""
        entries = self._all()
        said = {entry.subject for entry in entries if entry.act == _LANDED}
        return [entry for entry in entries if entry.act != _LANDED], said

    def told_at_landing(self) -> dict[str, Mapping[str, object]]:
        """By entry, what was told when it landed."""
        return {entry.subject: entry.details for entry in self._all() if entry.act == _LANDED}

    def _all(self) -> list[Entry]:
        now = self._table.snapshot()
        files = now.paths() if now else []
        rows = [row for file in files for row in _rows(file).to_pylist()]
        return sorted((_entry(row) for row in rows), key=lambda entry: (entry.at, entry.entry_id))

    def _append(self, entry: Entry) -> None:
        now = self._table.create()
        added = pa.RecordBatch.from_pylist([_plain(entry.as_row())], schema=_SCHEMA)
        parts = write_parts([added], _SCHEMA, self._table.folder, new_id("entry"), ranges=())
        self._table.commit(lambda _: Change(added=parts), {"act": "entry", "entry_id": entry.entry_id}, at=now)
        if len(now.parts()) >= _MANY_FILES:
            self._fold(now.updated())

    def _fold(self, seen: Snapshot) -> None:
        """Many small files into one, unless somebody else just did. The old ones stay for those who read them now."""
        batches = [batch for file in seen.paths() for batch in _rows(file).to_batches()]
        entry_id = new_id("fold")
        parts = write_parts(batches, _SCHEMA, self._table.folder, entry_id, ranges=())
        names = {part.name for part in seen.parts()}

        def decide(now: Snapshot) -> Change | None:
            still = names <= {part.name for part in now.parts()}
            return Change(added=parts, removed=seen.parts()) if still else None

        told = {"act": "fold", "entry_id": entry_id}
        if self._table.commit(decide, told, data_change=False) is None:
            remove_files(self._table.folder / part.name for part in parts)


def _rows(file: Path) -> pa.Table:
    with damage_told(file):
        return pq.ParquetFile(file).read()


def _plain(row: dict[str, object]) -> dict[str, object]:
    moment = row["at"]
    return {**row, "at": moment.replace(tzinfo=None) if isinstance(moment, datetime) else moment}


def _entry(row: Mapping[str, object]) -> Entry:
    at = row["at"]
    moment = at.replace(tzinfo=UTC) if isinstance(at, datetime) else datetime.now(UTC)
    details = json.loads(str(row["details"]))
    return Entry(str(row["entry_id"]), str(row["act"]), str(row["table"]), str(row["subject"]), details, moment)
