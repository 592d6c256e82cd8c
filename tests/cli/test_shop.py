"""`shuke shop`: what lands in the folder, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from shuke.cli import main
from shuke.collect.shop import TABLES, Shop
from shuke.collect.shop.scene import Scene


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


def test_a_shop_that_is_stopped_leaves_no_table_and_can_be_made_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["shop", "--customers", "100", "--csv", "--to", str(tmp_path / "new"), "--quiet", "--lang", "en"]

    def stopped(shop: Shop, *_: int) -> Iterator[Scene]:
        yield Scene(shop.seed, 0, 50, 0)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Shop, "scenes", stopped)
        assert main(command) == 130
    assert "finished by then are there, and whole" in capsys.readouterr().err
    assert list((tmp_path / "new").iterdir()) == []
    (tmp_path / "new" / "purchases.parquet.part").write_bytes(b"PAR1 of a process that was killed")
    assert main(command) == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} == {f"{name}.csv" for name in TABLES}
