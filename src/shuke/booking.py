"""Between files, the ledger and a run: what was read is booked once, and a run takes what the ledger holds.

The command line and the pages both come this way, so that a file counts once whichever way it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from graphlib import TopologicalSorter
from pathlib import Path

from shuke.classify import Facts
from shuke.collect import FactsRead, FileFound, Purchases
from shuke.collect import Mapping as ColumnsFound
from shuke.cycle import Previous
from shuke.engines import Engine, Table
from shuke.ledger import Import, Imported, Ledger, content_digest
from shuke.tables import PAYMENTS, PRODUCTS, PURCHASES, REFERRALS, REJECTS, SURVEYS, TOUCHES, Contract, Unit

_DEMO = "demo:"


def book(ledger: Ledger, purchases: Purchases, *, place: Path | None = None, import_id: str = "") -> list[Imported]:
    """Import each file that was read, once: content that is there already adds nothing, and the answer says so.

    A file's content alone tells it apart. The same file under another name, or read with other columns, would count
    its purchases twice: undo its import first. A file of which no row was kept is not booked. `place` is the folder
    that the files' names are in; `import_id` the id to use where one file was read.

    Raises LedgerError where the ledger's amounts are in another currency.

    Of a row that several of the files hold, one copy is booked; an import that lacks its own rests on that copy's,
    which can be undone only after it. Files that may overlap with some that are booked are read with `booked_before`.

    >>> import tempfile
    >>> from shuke.collect import read_purchases
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "一月.csv")
    ...     _ = file.write_text("customer,time,amount,paid\\na,2024-01-02,5,4\\n", "utf-8")
    ...     ledger = Ledger(Path(folder, "ledger"))
    ...     first = book(ledger, read_purchases(file, amount="amount"))
    ...     again = book(ledger, read_purchases(file, amount="paid"))
    ...     [made.rows for made in first], [made.already for made in again]
    ([1], [True])
    """
    ledger.require_currency(purchases.currency)
    files = purchases.quality.files if purchases.quality else ()
    return _by_file(ledger, purchases, PURCHASES, files, place, import_id)


def book_facts(ledger: Ledger, read: FactsRead, *, place: Path | None = None, import_id: str = "") -> list[Imported]:
    """Import each file of answers or of payments, once, as `book` does with purchases."""
    return _by_file(ledger, read, read.contract, read.quality.files, place, import_id)


def booked_before(ledger: Ledger, contract: Contract = PURCHASES) -> Callable[[str], bool]:
    """Which files does the ledger hold now, by their content? For reading files that overlap with some of these."""
    there = {made.content_digest for made in ledger.visible() if made.table == contract.name}
    return lambda path: content_of(path) in there


def _by_file(
    ledger: Ledger,
    read: Purchases | FactsRead,
    contract: Contract,
    files: Iterable[FileFound],
    place: Path | None,
    import_id: str,
) -> list[Imported]:
    """Each file an import of its own, after those that hold the kept copies of its rows."""
    made: dict[str, Imported] = {}
    shown = _named(files)
    beneath = _beneath(shown, read.rests_on)
    has_amounts = any(column.unit is Unit.MONEY for column in contract.columns)
    for path in TopologicalSorter(beneath).static_order():
        if _any_of(read.table, shown[path]):
            made[path] = ledger.append(
                _of_files(read.table, shown[path]),
                content_digest=content_of(path, place),
                sources=[path],
                contract=contract,
                import_id=import_id or None,
                rests_on=[made[other].import_id for other in beneath[path] if other in made],
                currency=read.currency if has_amounts else None,
            )
    return list(made.values())


def _beneath(shown: Mapping[str, list[str]], rests_on: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """By file, the other files that it rests on, whichever of their sheets that are."""
    path_of = {name: path for path, names in shown.items() for name in names}
    return {
        path: sorted({path_of[other] for name in names for other in rests_on.get(name, ())} - {path})
        for path, names in shown.items()
    }


def held_facts(ledger: Ledger, engine: Engine) -> Facts:
    """What the ledger holds beside purchases; of what was never imported there is none."""
    return Facts(
        surveys=_held(ledger, engine, SURVEYS),
        payments=_held(ledger, engine, PAYMENTS),
        touches=_held(ledger, engine, TOUCHES),
        products=_held(ledger, engine, PRODUCTS),
        referrals=_held(ledger, engine, REFERRALS),
    )


def _held(ledger: Ledger, engine: Engine, contract: Contract) -> Table | None:
    return None if ledger.version(contract) is None else ledger.read(contract, engine)


def content_of(path: str, place: Path | None = None) -> str:
    """What tells the content of a file (or of a demonstration) apart from all others."""
    if path.startswith(_DEMO):
        return content_digest([], {"demo": path})
    return content_digest([Path(path) if place is None else place / path])


def booked(ledger: Ledger, content: str) -> Import | None:
    """The import that holds this content now, if one does."""
    return next((made for made in ledger.visible() if made.content_digest == content), None)


def held(ledger: Ledger, engine: Engine, *, currency: str, timezone: str, version: int | None = None) -> Purchases:
    """All purchases at a version, as a run takes them. There is no quality report: each import had its own.

    Raises LedgerError where the ledger's amounts are in another currency.
    """
    ledger.require_currency(currency)
    rejects = engine.from_arrow("rejects", REJECTS.schema.empty_table())
    table = ledger.purchases(engine, version=version)
    return Purchases(table, rejects, None, ColumnsFound({}), currency, timezone, engine)


def last_day(purchases: Purchases) -> date | None:
    """The latest day anybody bought; None where nobody did."""
    found = purchases.engine.fetch("SELECT max(purchased_on) AS last FROM {table}", table=purchases.table)
    day: date | None = found.to_pylist()[0]["last"]
    return day


def previous(
    ledger: Ledger, engine: Engine, *, before: date | None, among: Collection[str] | None = None
) -> Previous | None:
    """The latest run of an earlier day, on which tiers in force rest; where `among` is given, of these alone."""
    earlier = [
        kept
        for kept in ledger.runs()
        if before is not None and kept.as_of < before and (among is None or kept.run_id in among)
    ]
    if not earlier:
        return None
    latest = max(earlier, key=lambda kept: (kept.as_of, kept.at))
    return Previous(ledger.scores(engine, latest.run_id), latest.as_of)


def _named(files: Iterable[FileFound]) -> dict[str, list[str]]:
    """The files read, and under which names their rows stand: a workbook's sheets have one each."""
    shown: dict[str, list[str]] = {}
    for found in files:
        shown.setdefault(found.path, []).append(found.file)
    return shown


def _any_of(table: Table, names: list[str]) -> bool:
    """A file read in a wrong way may come again, read in the right one."""
    sql = "SELECT 1 AS one FROM {table} WHERE source_file IN {names} LIMIT 1"
    return bool(table.engine.fetch(sql, table=table, names=names).num_rows)


def _of_files(table: Table, names: list[str]) -> Table:
    sql = "SELECT * FROM {table} WHERE source_file IN {names}"
    return table.engine.view("of_file", sql, table=table, names=names)
