"""One Delta table in a folder: its files at a version, and one commit that changes them or does not happen.

A transaction id refuses only concurrent twins, so every change is decided on the handle that then commits it: `commit`
opens the newest version, asks what to do there, tries, and asks again when another commit came between.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Field, Schema, Transaction
from deltalake.exceptions import DeltaError
from deltalake.transaction import RemoveAction

from shuke.kit.errors import LedgerError
from shuke.ledger._damage import damage_told
from shuke.ledger._log import as_version, commits
from shuke.ledger._parts import Bound, Part, remove_files
from shuke.ledger.records import Version

_TRIES = 30
_SETTINGS = {
    # The log is cut only by an erasure, which then cuts all of it: minima and maxima in it name customers.
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 0 seconds",
}
_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Change:
    """What one commit does: files in, files out, and the marks (transaction id → number) that it leaves."""

    added: Iterable[Part] = ()
    removed: Iterable[Part] = ()
    marks: Mapping[str, int] = field(default_factory=dict)


class Snapshot:
    """One version of a table."""

    def __init__(self, handle: DeltaTable, folder: Path) -> None:
        self._handle = handle
        self._folder = folder
        self._parts: list[Part] | None = None

    @property
    def version(self) -> int:
        return int(self._handle.version())

    def mark(self, name: str) -> int:
        """The number last left under that name; 0 for none."""
        return self._handle.transaction_version(name) or 0

    def parts(self) -> list[Part]:
        if self._parts is None:
            rows = pa.table(self._handle.get_add_actions()).to_pylist()
            self._parts = sorted((_part(row) for row in rows), key=lambda part: part.name)
        return self._parts

    def paths(self) -> list[Path]:
        # Not `file_uris()`, which percent-encodes Chinese and spaced folders.
        return [self._folder / part.name for part in self.parts()]

    def updated(self) -> Snapshot:
        """The newest version; this very one when nothing was committed since."""
        before = self.version
        self._handle.update_incremental()
        return self if self.version == before else Snapshot(self._handle, self._folder)

    def commit(self, change: Change, schema: pa.Schema, told: Mapping[str, str], *, data_change: bool) -> None:
        now_ms = int(time.time() * 1000)
        removed = [RemoveAction(part.name, data_change, now_ms, part.size, {}) for part in change.removed]
        added = [part.add_action(data_change=data_change) for part in change.added]
        marks = [Transaction(name, number) for name, number in change.marks.items()]
        properties = CommitProperties(custom_metadata=dict(told), app_transactions=marks)
        self._handle.create_write_transaction([*removed, *added], "append", schema, commit_properties=properties)


class DeltaFolder:
    """One Delta table, created when first written."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self.folder = folder
        self.schema = schema

    @classmethod
    def stored(cls, folder: Path) -> DeltaFolder:
        """A table that is there, with the columns it has."""
        return cls(folder, pa.schema(_opened(folder).schema().to_arrow()))

    def exists(self) -> bool:
        return DeltaTable.is_deltatable(str(self.folder))

    def create(self) -> Snapshot:
        """The newest version of the table, made if need be, with the columns added to the contract since."""
        with damage_told(self.folder):
            return self._created()

    def _created(self) -> Snapshot:
        for attempt in range(_TRIES):
            # Of two that make it at the same moment, one is refused although told to ignore that it is there.
            if not self.exists() and not _tried(self._make, attempt):
                continue
            handle = _opened(self.folder)
            known = {field.name for field in handle.schema().fields}
            fields = Schema.from_arrow(self.schema).fields
            new = [Field(f.name, f.type, nullable=True) for f in fields if f.name not in known]
            if not new:
                return Snapshot(handle, self.folder)
            _tried(lambda: handle.alter.add_columns(new), attempt)  # noqa: B023 - called at once
        raise LedgerError.of("error.ledger.columns_contended", table=self.folder.name)

    def snapshot(self, version: int | None = None) -> Snapshot | None:
        """The table at that version, or now; None when nothing was ever written."""
        if not self.exists():
            if version is not None:
                raise LedgerError.of("error.ledger.no_version_yet", table=self.folder.name, version=version)
            return None
        if version is None:
            return self._newest()
        kept = [number for number, _ in commits(self.folder)]
        if version not in kept:
            raise LedgerError.of(
                "error.ledger.no_version", table=self.folder.name, version=version, oldest=min(kept), newest=max(kept)
            )
        return Snapshot(_opened(self.folder, version), self.folder)

    def commit(
        self,
        decide: Callable[[Snapshot], Change | None],
        told: Mapping[str, str],
        *,
        at: Snapshot | None = None,
        data_change: bool = True,
    ) -> int | None:
        """Do what `decide` says of the newest version; None when it says that there is nothing to do.

        `at`, where given, is tried first: should another commit have come since that bears on this one, it is refused.
        """
        reason: DeltaError | None = None
        told = {**told, "commit_id": secrets.token_hex(8)}
        for attempt in range(_TRIES):
            before = at if at and not attempt else self._newest()
            try:
                change = decide(before)
                if change is None:
                    return None
                before.commit(change, self.schema, told, data_change=data_change)
            except DeltaError as refused:
                reason = refused
                # An error after the commit itself (no room for a checkpoint, say) must not undo what is done.
                made = self._made_by(told["commit_id"], before.version)
                if made is not None:
                    return made
                _pause(attempt)
            else:
                return self._made_by(told["commit_id"], before.version) or self._newest().version
        raise LedgerError.of(
            "error.ledger.writing_contended", table=self.folder.name, tries=_TRIES, reason=reason
        ) from reason

    def versions(self) -> list[Version]:
        """Oldest first. The empty table and the inner steps of cutting the log are no versions."""
        if not self.exists():
            return []
        found = list(commits(self.folder))
        newest = found[-1][0]
        return [as_version(number, told) for number, told in found if "act" in told or number == newest]

    def drop_older(self) -> None:
        """Cut the log and delete what only older versions need: from then on the newest alone can be read."""
        handle = _opened(self.folder)
        handle.create_checkpoint()
        handle.cleanup_metadata()
        # Not `vacuum`: it forgets files a week after they were taken out, and would not find them any more.
        now = self._newest()
        remove_files(file for file, landed in self._beside(now) if landed)

    def sweep(self) -> None:
        """Delete files that a killed act left: it never landed, and they are older than a day."""
        now = self._newest()
        left = [file for file, landed in self._beside(now) if not landed]
        remove_files(file for file in left if time.time() - file.stat().st_mtime > _DAY_SECONDS)

    def _beside(self, now: Snapshot) -> Iterator[tuple[Path, bool]]:
        """Files that are in no part of this version, and whether the act that wrote them landed.

        One that has not may be under way. One that has left them to older versions, or lost a race against its twin.
        """
        known = {part.name for part in now.parts()}
        files = [file for file in self.folder.glob("*-*-*-*.parquet") if file.name not in known]
        return ((file, now.mark(Part(file.name, 0, 0).entry_id) > 0) for file in files)

    def _make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        DeltaTable.create(str(self.folder), self.schema, mode="ignore", configuration=dict(_SETTINGS))

    def _made_by(self, commit_id: str, after: int) -> int | None:
        """Which version did that commit make, if any? Others may have come just before and after it."""
        told = commits(self.folder, after)
        return next((number for number, said in told if said.get("commit_id") == commit_id), None)

    def _newest(self) -> Snapshot:
        return Snapshot(_opened(self.folder), self.folder)


def _opened(folder: Path, version: int | None = None) -> DeltaTable:
    with damage_told(folder):
        return DeltaTable(str(folder), version=version)


def _tried(act: Callable[[], object], attempt: int) -> bool:
    """Whether the act went through; the last attempt lets its error out."""
    try:
        act()
    except DeltaError:
        if attempt == _TRIES - 1:
            raise
        _pause(attempt)
        return False
    return True


def _pause(attempt: int) -> None:
    time.sleep(random.random() * min(0.01 * 2**attempt, 0.5))  # noqa: S311 - only to part colliding writers


def _part(row: Mapping[str, object]) -> Part:
    low, high = _known(row["min"]), _known(row["max"])
    return Part(str(row["path"]), int(str(row["num_records"])), int(str(row["size_bytes"])), low, high)


def _known(bounds: object) -> dict[str, Bound]:
    found = bounds if isinstance(bounds, dict) else {}
    return {name: value for name, value in found.items() if isinstance(value, str | int | date)}
