"""The ledger: facts on disk, appended once, and every run's scores."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import pyarrow as pa

from shuke.engines import Engine, Table
from shuke.kit.errors import InputError, LedgerError
from shuke.kit.ids import new_id
from shuke.ledger._add import RANGES, UNDONE, VISIBLE, Rows, add_once, content_mark
from shuke.ledger._compact import compact_table
from shuke.ledger._delta import DeltaFolder, Snapshot
from shuke.ledger._erasures import customer_hash, without_name
from shuke.ledger._journal import Entry, Journal
from shuke.ledger._read import Lookup, as_view
from shuke.ledger._rewrite import Removal, remove_rows
from shuke.ledger.records import Erased, Import, Imported, Run, Scored, Version
from shuke.tables import PURCHASES, SCORES, SCORES_KEPT, Contract

_OF_AN_IMPORT = (pa.field("import_id", pa.string(), nullable=False),)
_OF_A_RUN = (pa.field("run_id", pa.string(), nullable=False), pa.field("as_of", pa.date32(), nullable=False))
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PATTERN_MARKS = frozenset("*?[]{}")
_JOURNAL = "journal"


class Ledger:
    """Which purchases were there when, and what did each run say of each customer?

    Delta tables under one folder (mission 1.2, 3.1, 6.1). An import is visible whole or not at all: its rows and the
    mark that it was made are one commit. The same content is never there twice; undone, it may come again. A process
    may be killed at any moment: what it leaves is invisible, and swept away by a `compact` or `erase` a day later.

    >>> from tempfile import TemporaryDirectory
    >>> from shuke.engines import open_engine
    >>> line = {"customer_id": "张三", "purchased_on": date(2024, 5, 1), "amount_minor": 9900}
    >>> lines = pa.Table.from_pylist([{**line, "source_file": "五月.csv", "source_row": 2}], schema=PURCHASES.schema)
    >>> with TemporaryDirectory() as folder, open_engine("duckdb") as engine:
    ...     ledger = Ledger(folder)
    ...     first = ledger.append(lines, content_digest="4f1c", sources=["五月.csv"])
    ...     again = ledger.append(lines, content_digest="4f1c", sources=["五月.csv"])
    ...     first.rows, again.already, len(ledger.purchases(engine)), ledger.undo(first.import_id)
    (1, True, 1, 1)
    """

    def __init__(self, folder: str | Path) -> None:
        """The ledger in that folder, made when first written. Raises InputError for a name that is a pattern."""
        self.folder = Path(folder).absolute()
        if _PATTERN_MARKS & set(str(self.folder)):
            raise InputError.of("error.ledger.folder_is_a_pattern", folder=self.folder)
        self._journal = Journal(self.folder / _JOURNAL)
        self._lookup = Lookup(self._table(PURCHASES, _OF_AN_IMPORT))
        self._scored = Lookup(self._table(SCORES_KEPT, _OF_A_RUN))

    def append(
        self,
        rows: Rows,
        *,
        content_digest: str,
        sources: Sequence[str],
        contract: Contract = PURCHASES,
        import_id: str | None = None,
        rests_on: Sequence[str] = (),
        currency: str | None = None,
    ) -> Imported:
        """Add the rows of an import, once; content that is there already adds nothing, and the answer says so.

        `content_digest` tells contents apart (`shuke.ledger.content_digest`), `sources` names them to people. Columns
        beyond the contract's are left out. `rests_on` names imports that hold rows which this one goes without for that
        reason: they can be undone only after it. `currency` is what amounts are in. Raises InputError for columns that
        are missing, of another kind or empty where they must not be; LedgerError for an `import_id` used before and for
        another currency than the ledger's.
        """
        contract.require(rows.schema)
        if currency is not None:
            self.require_currency(currency)
        entry_id = _checked(import_id or new_id("import"), "import_id")
        details = {"sources": list(sources), "rests_on": list(rests_on), "currency": currency}
        entry = Entry(entry_id, "import", contract.name, content_digest, details)
        added = add_once(self._table(contract, _OF_AN_IMPORT), self._journal, entry, rows, {"import_id": entry_id})
        return Imported(added.entry_id, added.rows, added.version, added.already)

    def purchases(self, engine: Engine, *, version: int | None = None) -> Table:
        """All purchases as a view, at that version or now, with `import_id` after the contract's columns."""
        return self.read(PURCHASES, engine, version=version)

    def read(self, contract: Contract, engine: Engine, *, version: int | None = None) -> Table:
        """The facts of that contract as a view: all columns, and no rows where nothing was appended yet.

        Raises LedgerError for a version that never was, or is no longer kept.
        """
        table = self._table(contract, _OF_AN_IMPORT)
        return as_view(engine, table, table.snapshot(version))

    def customer_purchases(self, customer_id: str) -> pa.Table:
        """What has one customer bought, by day? Within tens of milliseconds in a compacted ledger, however large."""
        found = self._lookup.rows("customer_id", customer_id)
        return found.sort_by([(name, "ascending") for name in _order(PURCHASES, ("import_id",))])

    def customer_scores(self, customer_id: str) -> pa.Table:
        """What did each run say of one customer? The scores with `run_id` and `as_of`, by day; columns that a run did
        not know yet are null."""
        return self._scored.rows("customer_id", customer_id).sort_by([("as_of", "ascending"), ("run_id", "ascending")])

    def imports(self) -> list[Import]:
        """All imports made, in order of time, undone ones too; unfinished ones never."""
        undone = {entry.subject for entry in self._landed("undo")}
        return [_import(entry, entry.entry_id in undone) for entry in self._landed("import")]

    def visible(self) -> list[Import]:
        """Those that were not undone."""
        return [made for made in self.imports() if made.state == "visible"]

    @property
    def currency(self) -> str | None:
        """What all amounts are in, as the imports that are there say; None while none has said so."""
        return next((made.currency for made in self.visible() if made.currency), None)

    def require_currency(self, currency: str) -> None:
        """Raises LedgerError where amounts are in another: added up with these, they would mean nothing."""
        there = self.currency
        if there not in (None, currency):
            raise LedgerError.of("error.ledger.other_currency", folder=self.folder, there=there, currency=currency)

    def undo(self, import_id: str) -> int:
        """Take an import back and say how many rows went; the same content may then be imported again.

        Raises LedgerError where there is no such import, it was undone before, or others rest on it: these were added
        without their own copies of its rows, which would be lost.
        """
        made = {entry.entry_id: entry for entry in self._landed("import")}
        if import_id not in made:
            raise _unknown_import(import_id, list(made))
        undone = made[import_id]
        entry = Entry(new_id("undo"), "undo", undone.table, import_id)
        table = DeltaFolder.stored(self.folder / undone.table)
        _taken_back(table.snapshot(), undone, entry)
        resting = [other.import_id for other in self.visible() if import_id in other.rests_on]
        if resting:
            raise LedgerError.of("error.ledger.rested_on", import_id=import_id, resting=", ".join(resting))
        self._journal.announce(entry)
        removal = Removal(
            "import_id", import_id, entry.told, lambda now: _taken_back(now, undone, entry), even_if_none=True
        )
        rows = remove_rows(table, removal, _ranges(table))
        self._journal.landed(entry)
        return rows

    def of_customer(self, customer_id: str) -> dict[str, pa.Table]:
        """All that is held of one customer, by table: purchases, touches, answers, payments, all scores."""
        found = {}
        for table in self._tables_of_customers():
            held = Lookup(table).rows("customer_id", customer_id)
            order = [(name, "ascending") for name in _stored_order(table)]
            found[table.folder.name] = held.sort_by(order)
        return found

    def erase(self, customer_id: str, *, unnamed: str = "") -> Erased:
        """Remove a customer from every table, and every older version with it (mission 6.1, erasure).

        With `unnamed` (`kit.ids.new_unnamed`) the purchases stay, under that key: their days, amounts and articles, for
        the books; the hour, the order number, the file and the row go, since these lead back.

        Older versions of all tables are dropped, since they hold the customer: the newest alone can then be read. The
        log keeps a hash under this ledger's own key. Killed halfway, call it again: it goes on where it stopped.
        """
        name = customer_hash(self.folder, customer_id)
        entry = Entry(new_id("erase"), "erase", "", name)
        self._journal.announce(entry)
        tables, rows = self._tables_of_customers(), {}
        for table in tables:
            instead = partial(without_name, unnamed=unnamed) if unnamed and _is_of(table, PURCHASES) else None
            removal = Removal("customer_id", customer_id, entry.told, lambda _: {entry.entry_id: 1}, instead=instead)
            rows[table.folder.name] = remove_rows(table, removal, _ranges(table))
        self._drop_older(tables)
        self._journal.landed(entry, rows)
        return Erased(name, entry.at, rows)

    def is_erasing(self, customer_id: str) -> bool:
        """Whether an erasure of the customer was begun and not finished: it goes on when it is asked for again."""
        name, (entries, landed) = self.customer_hash(customer_id), self._journal.entries()
        return any(e.act == "erase" and e.subject == name and e.entry_id not in landed for e in entries)

    def erasures(self) -> list[Erased]:
        """All erasures that were finished, in order of time. `customer_hash` tells whether one was of a customer."""
        rows = self._journal.told_at_landing()
        entries = [entry for entry in self._journal.entries()[0] if entry.act == "erase" and entry.entry_id in rows]
        return [Erased(entry.subject, entry.at, _counts(rows[entry.entry_id])) for entry in entries]

    def customer_hash(self, customer_id: str) -> str:
        """The name under which a customer's erasure is logged: a hash keyed by this ledger."""
        return customer_hash(self.folder, customer_id)

    def version(self, contract: Contract = PURCHASES) -> int | None:
        """The newest version of the table, to read it again by; None where nothing was appended yet."""
        now = self._table(contract, _OF_AN_IMPORT).snapshot()
        return now.version if now else None

    def versions(self, contract: Contract = PURCHASES) -> list[Version]:
        """The versions that can be read again, oldest first, each with the act that made it."""
        return self._table(contract, _OF_AN_IMPORT).versions()

    def compact(self, *, memory_limit: str | None = None) -> list[str]:
        """Order the tables by customer, so that one customer's rows stand together; says which tables were ordered.

        No row changes; older versions stay readable until `drop_older_versions` or `erase`. `memory_limit` (such as
        "4GB") is the engine's: beyond it the sort goes to disk.
        """
        tables = self._tables()
        for table in tables:
            table.sweep()
        done = (table for table in tables if "customer_id" in table.schema.names)
        return [t.folder.name for t in done if compact_table(t, _stored_order(t), _ranges(t), memory_limit)]

    def drop_older_versions(self) -> None:
        """Free the space that only older versions need; the newest alone can then be read."""
        self._drop_older(self._tables())

    def append_scores(
        self,
        rows: Rows,
        *,
        run_id: str,
        as_of: date,
        parameters: Mapping[str, object],
        ledger_version: int | None,
        contract: Contract = SCORES,
    ) -> Scored:
        """Keep a run's scores beside those of all other runs, once for each `run_id`.

        `parameters` are what the run was told, ready for JSON; `ledger_version` is the version of the purchases it saw.
        """
        contract.require(rows.schema)
        details = {"as_of": as_of, "parameters": dict(parameters), "ledger_version": ledger_version}
        entry = Entry(_checked(run_id, "run_id"), "score", contract.name, run_id, details)
        table = self._table(contract, _OF_A_RUN)
        added = add_once(table, self._journal, entry, rows, {"run_id": run_id, "as_of": as_of})
        return Scored(added.entry_id, added.rows, added.version, added.already)

    def scores(self, engine: Engine, run_id: str | None = None) -> Table:
        """The scores of that run, or of the latest, as a view with `run_id` and `as_of`; no rows where there is no run.

        Raises LedgerError for an unknown run.
        """
        runs = [run.run_id for run in self.runs()]
        if run_id is not None and run_id not in runs:
            raise _unknown_run(run_id, runs)
        table = self._table(SCORES_KEPT, _OF_A_RUN)
        wanted = run_id or (runs[-1] if runs else None)
        return as_view(engine, table, table.snapshot(), only=("run_id", wanted) if wanted else None)

    def score_history(self, engine: Engine) -> Table:
        """The scores of all runs as one view: how each customer's labels went."""
        table = self._table(SCORES_KEPT, _OF_A_RUN)
        return as_view(engine, table, table.snapshot())

    def runs(self) -> list[Run]:
        """All runs whose scores are kept, in order of time."""
        return [_run(entry) for entry in self._landed("score")]

    def _table(self, contract: Contract, own: tuple[pa.Field, ...]) -> DeltaFolder:
        return DeltaFolder(self.folder / contract.name, pa.schema([*contract.schema, *own]))

    def _tables(self) -> list[DeltaFolder]:
        """All tables that are there, but for the journal."""
        folders = sorted(self.folder.glob("*/_delta_log"))
        return [DeltaFolder.stored(log.parent) for log in folders if log.parent.name != _JOURNAL]

    def _tables_of_customers(self) -> list[DeltaFolder]:
        return [table for table in self._tables() if "customer_id" in table.schema.names]

    def _landed(self, act: str) -> list[Entry]:
        """The acts of that kind that came to pass: by their own word, or by their mark in the table."""
        entries, said = self._journal.entries()
        newest: dict[str, Snapshot | None] = {}
        found: dict[str, Entry] = {}
        for entry in (entry for entry in entries if entry.act == act):
            if entry.entry_id not in said:
                if entry.table not in newest:
                    newest[entry.table] = DeltaFolder(self.folder / entry.table, pa.schema([])).snapshot()
                now = newest[entry.table]
                if now is None or not now.mark(entry.entry_id):
                    continue
            found[entry.entry_id] = entry
        return list(found.values())

    def _drop_older(self, tables: list[DeltaFolder]) -> None:
        for table in tables:
            table.sweep()
            table.drop_older()


def _taken_back(now: Snapshot | None, undone: Entry, entry: Entry) -> dict[str, int]:
    """The marks of an undo, or an error where the import is not there to be undone."""
    if now is None or now.mark(undone.entry_id) != VISIBLE:
        raise LedgerError.of("error.ledger.undone_before", import_id=undone.entry_id)
    name = content_mark(undone.subject)
    return {undone.entry_id: UNDONE, name: now.mark(name) + 1, entry.entry_id: 1}


def _unknown_import(import_id: str, made: list[str]) -> LedgerError:
    if not made:
        return LedgerError.of("error.ledger.nothing_imported", import_id=import_id)
    return LedgerError.of("error.ledger.no_import", import_id=import_id, made=", ".join(made))


def _unknown_run(run_id: str, runs: list[str]) -> LedgerError:
    if not runs:
        return LedgerError.of("error.ledger.no_runs", run_id=run_id)
    return LedgerError.of("error.ledger.no_run", run_id=run_id, runs=", ".join(runs))


def _checked(name: str, what: str) -> str:
    if not _ID.fullmatch(name):
        raise InputError.of("error.ledger.unusable_id", what=what, name=name)
    return name


def _ranges(table: DeltaFolder) -> tuple[str, ...]:
    return tuple(name for name in RANGES if name in table.schema.names)


def _is_of(table: DeltaFolder, contract: Contract) -> bool:
    return table.folder.name == contract.name


def _order(contract: Contract, own: tuple[str, ...]) -> tuple[str, ...]:
    """By customer and day, then by what tells rows apart: the same order every time."""
    wanted = ("customer_id", "purchased_on", *own, *contract.key)
    return tuple(name for name in dict.fromkeys(wanted) if name in (*contract.names, *own))


def _stored_order(table: DeltaFolder) -> tuple[str, ...]:
    days = ("purchased_on", "touched_on", "asked_on", "due_on")
    wanted = ("customer_id", *days, "import_id", "as_of", "run_id", "source_file", "source_row", "question")
    return tuple(name for name in wanted if name in table.schema.names)


def _import(entry: Entry, undone: bool) -> Import:
    told = entry.details
    return Import(
        import_id=entry.entry_id,
        at=entry.at,
        table=entry.table,
        sources=_names(told["sources"]),
        content_digest=entry.subject,
        rows=int(str(told["rows"])),
        amount_minor=None if told["amount_minor"] is None else int(str(told["amount_minor"])),
        state="undone" if undone else "visible",
        rests_on=_names(told.get("rests_on")),
        currency=None if told.get("currency") is None else str(told["currency"]),
    )


def _names(told: object) -> tuple[str, ...]:
    """A list as JSON kept it; none where the entry was made before there was such a list."""
    return tuple(str(name) for name in told) if isinstance(told, list) else ()


def _run(entry: Entry) -> Run:
    told = entry.details
    parameters, version = told["parameters"], told["ledger_version"]
    return Run(
        run_id=entry.entry_id,
        at=entry.at,
        as_of=date.fromisoformat(str(told["as_of"])),
        parameters=dict(parameters) if isinstance(parameters, Mapping) else {},
        ledger_version=None if version is None else int(str(version)),
        customers=int(str(told["rows"])),
    )


def _counts(told: Mapping[str, object]) -> dict[str, int]:
    return {name: int(str(rows)) for name, rows in told.items()}
