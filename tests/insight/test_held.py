"""Which files name a person: in every encoding and format that is read here, and no other number or word."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shuke.insight.held import file_names
from shuke.kit.sheets import write_workbook

MARKS = frozenset({"C-77310", "欧阳椿萱", "42"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("C-77310,2024-01-02,5", True),
        ("C-773100,2024-01-02,5", False),
        ("x,欧阳椿萱,5", True),
        ("x,欧阳,5", False),
        ("42,2024-01-02,5", True),
        ("7,2024-01-02,142", False),
        ("7,2024-01-02,42.50", False),
    ],
)
def test_a_text_file_names_a_person_by_whole_words(tmp_path: Path, encoding: str, line: str, named: bool) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(f"customer,day,amount\n{line}\n".encode(encoding))
    assert file_names(file, MARKS) == named


def test_a_workbook_and_a_parquet_file_are_read_inside(tmp_path: Path) -> None:
    book, table = tmp_path / "orders.xlsx", tmp_path / "orders.parquet"
    write_workbook(book, ["customer", "amount"], iter([["C-77310", 5]]))
    pq.write_table(pa.table({"customer": ["欧阳椿萱"], "amount": [5]}), table)
    assert file_names(book, MARKS)
    assert file_names(table, MARKS)
    assert not file_names(book, frozenset({"C-1"}))
    assert not file_names(table, frozenset({"C-1", "5000"}))
