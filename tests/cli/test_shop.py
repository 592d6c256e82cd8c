"""`shuke shop`: what lands in the folder, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from shuke.cli import main
from shuke.collect.shop import TABLES


def test_all_tables_land_in_the_folder_and_are_told_with_their_rows(tmp_path: Path, capsys) -> None:
    folder = tmp_path / "门店"
    assert main(["shop", "--customers", "100", "--seed", "5", "--to", str(folder), "--quiet", "--lang", "zh-hans"]) == 0
    assert {path.name for path in folder.iterdir()} == {f"{name}.parquet" for name in TABLES}
    told = capsys.readouterr().out
    for name in TABLES:
        rows = pq.read_metadata(folder / f"{name}.parquet").num_rows
        assert f"已写出 {folder / name}.parquet（{rows:,} 行）" in told


def test_csv_is_written_where_asked_and_from_the_day_asked(tmp_path: Path) -> None:
    given = ["--customers", "100", "--from", "2023-01-01", "--csv", "--quiet"]
    assert main(["shop", "--to", str(tmp_path / "new"), *given]) == 0
    days = csv.read_csv(tmp_path / "new" / "purchases.csv")["purchased_at"].to_pylist()
    assert min(days).year == 2023


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--customers", "50"], "cannot have 50 customers: give from 100 to 5000000"),
        (["--from", "2016-01-01"], "cannot begin on 2016-01-01"),
        (["--seed", "99999999999"], "Seed 99999999999 cannot be used"),
    ],
)
def test_what_cannot_be_made_is_refused(given: list[str], said: str, tmp_path: Path, capsys) -> None:
    assert main(["shop", "--to", str(tmp_path / "new"), "--quiet", "--lang", "en", *given]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, capsys) -> None:
    (tmp_path / "mine.txt").write_text("keep", "utf-8")
    assert main(["shop", "--to", str(tmp_path), "--lang", "en"]) == 1
    assert "There is something in" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
