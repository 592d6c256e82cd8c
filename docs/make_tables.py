"""Write docs/tables.md from the contract of tables: `make docs`."""

from __future__ import annotations

from pathlib import Path

from shuke.report import public_schema
from shuke.tables import CONTRACTS, SCORES, Column, Contract

PAGE = Path(__file__).parent / "tables.md"

_INTRO = """# Tables 数据表 資料表

Made from `src/shuke/tables` by `make docs`: change the contract there, not this page.

These are the tables that pass from room to room. *Name* is the one used inside, in `run.scores`, in the ledger and in
SQL, where money is whole minor units of the currency (1250 is 12.50). *In files* is the one in a file of scores, where
money is in major units (12.50). *Null* says whether a value may be missing. `shuke tables` prints the same in the
terminal, in the language asked for. (The file of rows set aside, `--rejects`, has headings in that language instead.)
"""

_AFTER_SCORES = """A file of scores ends with columns that put the row's codes into words of the language asked for:
{names}.
"""

_HEADS = ("Name", "In files", "Type", "Unit", "Null", "简体中文", "繁體中文", "English")


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([_INTRO, *(_section(contract) for contract in CONTRACTS)])


def _section(contract: Contract) -> str:
    rows = [_HEADS, ("---",) * len(_HEADS), *(_row(column) for column in contract.columns)]
    lines = [
        f"## {contract.name}",
        "",
        f"One row is {contract.row}. Rows are told apart by {', '.join(f'`{name}`' for name in contract.key)}.",
        "",
        *("| " + " | ".join(cells) + " |" for cells in rows),
        "",
    ]
    return "\n".join([*lines, _AFTER_SCORES.format(names=_sentences())] if contract is SCORES else lines)


def _row(column: Column) -> tuple[str, ...]:
    names = (f"`{column.name}`", f"`{column.public_name}`")
    meanings = (column.meaning(language) for language in ("zh-hans", "zh-hant", "en"))
    kind = (str(column.type), column.unit.value or "—", "yes" if column.nullable else "—")
    return (*names, *(text.replace("|", "\\|") for text in (*kind, *meanings)))


def _sentences() -> str:
    columns = {column.public_name for column in SCORES.columns}
    return ", ".join(f"`{name}`" for name in public_schema("CNY").names if name not in columns)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
