"""What the ledger answers with: frozen rows, ready for pages, JSON and the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True)
class Imported:
    """What became of an import. `already` says that the same content was there before, and nothing was added."""

    import_id: str
    rows: int
    version: int
    already: bool

    @property
    def note_code(self) -> str:
        """The sentence's code in the catalogue, with `rows` and `import_id` as its figures."""
        return "ledger.note.already" if self.already else "ledger.note.imported"


@dataclass(frozen=True)
class Import:
    """One import as it was booked: its rows and amount are those of that day, whatever was erased since."""

    import_id: str
    at: datetime
    table: str
    sources: tuple[str, ...]
    content_digest: str
    rows: int
    amount_minor: int | None
    state: Literal["visible", "undone"]
    rests_on: tuple[str, ...] = ()
    """Imports that hold the kept copies of rows which this one's file has too, and which were left out of it."""
    currency: str | None = None
    """What its amounts are in; None where it has none, or was made before that was noted."""


@dataclass(frozen=True)
class Scored:
    """What became of a run's scores. `already` says that the run's scores were there before, and nothing was added."""

    run_id: str
    customers: int
    version: int
    already: bool


@dataclass(frozen=True)
class Run:
    """One run whose scores are kept: from which version of the purchases, up to which day, with which settings."""

    run_id: str
    at: datetime
    as_of: date
    parameters: dict[str, object]
    ledger_version: int | None
    customers: int


@dataclass(frozen=True)
class Version:
    """One state of a table that can be read again, and the act that made it (a code of `ledger.act.…`)."""

    version: int
    at: datetime
    act: str
    entry_id: str


@dataclass(frozen=True)
class Erased:
    """What an erasure removed, by table; the customer is named by a keyed hash only."""

    customer_hash: str
    at: datetime
    rows: dict[str, int]
