"""`shuke score` as its user meets it: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import csv
import re
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from python_calamine import load_workbook

from shuke.cli import main
from shuke.ledger import Ledger
from shuke.tables import SCORES

SALES = """会员号,下单时间,实付金额,商品
甲,2024-01-05 10:00,"¥1,234.50",茶
甲,2024/3/8,80.00,茶
甲,2024-05-20,(12.00),茶
乙,2024-02-01,66,糖
乙,2024-06-01,70,糖
,2024-02-01,30,糖
丙,不知道,10,糖
丙,2024-02-30,10,糖
丁,2024-02-11,十块,糖
戊,2024-07-01,20,=cmd|' /C calc'!A0
"""


def rows_in(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def sales(tmp_path):
    path = tmp_path / "门店 销售.csv"
    path.write_bytes(SALES.encode("gb18030"))
    return path


def test_a_gbk_file_becomes_scores_a_report_and_a_file_of_rejects(sales, tmp_path, capsys):
    out, rejects = tmp_path / "评分.csv", tmp_path / "未采用.csv"
    code = main(["score", str(sales), "--out", str(out), "--rejects", str(rejects), "--lang", "zh-hans", "--quiet"])
    printed = capsys.readouterr().out
    assert code == 0
    for title in ("数据质量", "客户金字塔", "生命周期阶段", "客户价值", "模型与检验"):
        assert title in printed
    assert "客户 ← 会员号" in printed
    rows = {row["customer_id"]: row for row in rows_in(out)}
    assert set(rows) == {"甲", "乙", "戊"}
    assert Decimal(rows["甲"]["spend"]) == Decimal("1302.50")
    assert rows["甲"]["last_purchase"] == "2024-03-08"
    assert rows["乙"]["stage_name"]
    refused = [list(row.values()) for row in rows_in(rejects)]
    assert len(refused) == 4
    assert "门店 销售.csv" in refused[0][0]
    assert refused[0][1] == "7"


def test_rows_and_amounts_of_the_report_add_up(sales, capsys):
    assert main(["score", str(sales), "--lang", "en", "--quiet"]) == 0
    found = re.findall(r"^ *(\d+) +\S+ +(read|kept|set aside)$", capsys.readouterr().out, re.MULTILINE)
    assert {name: rows for rows, name in found} == {"read": "10", "kept": "6", "set aside": "4"}


@pytest.mark.parametrize("suffix", [".parquet", ".xlsx", ".csv"])
def test_files_for_people_are_in_major_units_with_sentences(sales, tmp_path, suffix):
    out = tmp_path / f"scores{suffix}"
    assert main(["score", str(sales), "--out", str(out), "--lang", "en", "--quiet"]) == 0
    if suffix == ".parquet":
        rows = pq.read_table(out).to_pylist()
    elif suffix == ".xlsx":
        cells = load_workbook(str(out)).get_sheet_by_index(0).to_python()
        rows = [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]
    else:
        rows = rows_in(out)
    first = next(row for row in rows if row["customer_id"] == "甲")
    assert float(first["spend"]) == 1302.5
    assert list(first)[: len(SCORES.names)] == [column.public_name for column in SCORES.columns]
    assert first["why"].endswith(".")
    assert first["tier_why"]


def test_each_language_says_it_in_its_own_words(sales, capsys):
    said = {}
    for language in ("zh-hans", "zh-hant", "en"):
        assert main(["score", str(sales), "--lang", language, "--quiet"]) == 0
        said[language] = capsys.readouterr().out
    assert "数据质量" in said["zh-hans"]
    assert "資料品質" in said["zh-hant"]
    assert "Data quality" in said["en"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"customer,time,amount\n", "no row"),
        (b"\x00\x01\x02\x03PNG" * 50, "not a table"),
        (b"a,b\n1,2\n", "a, b"),
    ],
    ids=["empty", "header only", "binary", "no known column"],
)
def test_a_file_that_is_no_table_of_purchases_is_refused_with_the_reason(tmp_path, capsys, content, reason):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    assert main(["score", str(path), "--lang", "en", "--quiet"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("Refused: ")
    assert "Traceback" not in printed.err


def test_a_named_column_that_is_not_there_lists_those_that_are(sales, capsys):
    assert main(["score", str(sales), "--customer", "客户", "--lang", "en", "--quiet"]) == 1
    error = capsys.readouterr().err
    assert "客户" in error
    assert "会员号, 下单时间, 实付金额, 商品" in error


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["score"],
        ["score", "x.csv", "--as-of", "31.12.2017"],
        ["score", "x.csv", "--margin-rate", "30"],
        ["score", "x.csv", "--out", "scores.doc"],
        ["score", "x.csv", "--horizon-days", "0"],
        ["score", "x.csv", "--unknown"],
        ["guess"],
    ],
)
def test_wrong_usage_ends_with_code_2_and_says_where_help_is(wrong, capsys):
    with pytest.raises(SystemExit) as stop:
        main([*wrong, "--lang", "en"])
    assert stop.value.code == 2
    assert "--help" in capsys.readouterr().err


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
@pytest.mark.parametrize("command", [[], ["score"], ["ledger"], ["tables"]])
def test_help_is_there_in_every_language(command, language, capsys):
    with pytest.raises(SystemExit) as stop:
        main([*command, "--help", "--lang", language])
    assert stop.value.code == 0
    assert len(capsys.readouterr().out) > 200


def test_tables_explains_every_column_of_the_scores(capsys):
    assert main(["tables", "--lang", "en"]) == 0
    printed = capsys.readouterr().out
    assert all(column.public_name in printed for column in SCORES.columns)


def test_the_unit_price_is_multiplied_by_the_quantity(tmp_path):
    path, out = tmp_path / "sales.csv", tmp_path / "scores.csv"
    path.write_text("who,when,price,pieces\na,2024-01-01,2.50,4\nb,2024-02-01,1.00,3\n")
    named = ["--customer", "who", "--time", "when", "--amount", "price", "--quantity", "pieces", "--unit-price"]
    assert main(["score", str(path), *named, "--out", str(out), "--quiet"]) == 0
    assert {row["customer_id"]: row["spend"] for row in rows_in(out)} == {
        "a": "10.00",
        "b": "3.00",
    }


def test_a_unit_price_is_told_by_its_header_or_asked_for_and_never_taken_for_the_lines_total(tmp_path, capsys):
    path, out = tmp_path / "sales.csv", tmp_path / "scores.csv"
    command = ["score", str(path), "--unit-price", "--out", str(out), "--quiet", "--lang", "en"]
    path.write_text("customer,time,total,price,quantity\na,2024-01-01,9,2.50,4\n")
    assert main(command) == 0
    assert [row["spend"] for row in rows_in(out)] == ["10.00"]
    path.write_text("customer,time,amount,quantity\na,2024-01-01,2.50,4\n")
    assert main(command) == 1
    assert "--amount" in capsys.readouterr().err
    assert main([*command, "--amount", "amount"]) == 0
    assert [row["spend"] for row in rows_in(out)] == ["10.00"]


def test_a_ledger_takes_a_file_once_keeps_runs_and_can_undo(sales, tmp_path, capsys):
    folder = tmp_path / "账本"
    command = ["score", str(sales), "--ledger", str(folder), "--lang", "en", "--quiet"]
    assert main([*command, "--as-of", "2024-06-30"]) == 0
    first = capsys.readouterr().out
    assert main([*command, "--as-of", "2024-07-31"]) == 0
    second = capsys.readouterr().out
    assert "6 rows" in first
    assert "nothing was added" in second
    assert main(["ledger", str(folder), "imports", "--lang", "en"]) == 0
    [import_line] = capsys.readouterr().out.splitlines()[1:]
    assert main(["ledger", str(folder), "runs", "--lang", "en"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + 2
    assert main(["ledger", str(folder), "purchases", "甲", "--lang", "en"]) == 0
    assert "123,450" in capsys.readouterr().out
    assert main(["ledger", str(folder), "undo", import_line.split()[0], "--lang", "en"]) == 0
    capsys.readouterr()
    assert main(["ledger", str(folder), "undo", import_line.split()[0], "--lang", "en"]) == 1
    assert main([*command]) == 0
    assert "6 rows" in capsys.readouterr().out


def test_a_folder_that_grew_adds_its_new_files_only(tmp_path, capsys):
    folder, kept = tmp_path / "月报", tmp_path / "账本"
    folder.mkdir()
    command = ["score", str(folder), "--ledger", str(kept), "--lang", "en", "--quiet"]
    (folder / "一月.csv").write_text("customer,time,amount\na,2024-01-01,5\na,2024-01-09,6\n")
    assert main(command) == 0
    assert "Imported 2 rows" in capsys.readouterr().out
    (folder / ".DS_Store").write_bytes(b"no table")
    (folder / "二月.csv").write_text("customer,time,amount\nb,2024-02-01,7\n")
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert printed.count("nothing was added") == 1
    assert "Imported 1 rows" in printed
    assert main(["ledger", str(kept), "purchases", "a", "--lang", "en"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + 2


def test_an_older_file_brought_later_does_not_turn_back_the_day(tmp_path, capsys):
    """What is scored is all the ledger holds, not the file at hand."""
    kept, files = tmp_path / "ledger", {}
    for name, month in (("new", "2024-06"), ("old", "2023-01")):
        lines = [f"c{n},{month}-{1 + n:02d},{10 + n}" for n in range(20)]
        files[name] = tmp_path / f"{name}.csv"
        files[name].write_text("\n".join(["customer,time,amount", *lines]), "utf-8")
        assert main(["score", str(files[name]), "--ledger", str(kept), "--lang", "en", "--quiet"]) == 0
    capsys.readouterr()
    assert main(["ledger", str(kept), "runs", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert told.count("2024-06-20") == 2
    assert "2023-01-20" not in told


def test_a_ledger_that_is_not_there_is_named(tmp_path, capsys):
    assert main(["ledger", str(tmp_path / "none"), "runs", "--lang", "en"]) == 1
    assert "shuke score --ledger" in capsys.readouterr().err


def test_tiers_go_by_what_is_asked_or_the_error_lists_what_there_is(sales, capsys):
    assert main(["score", str(sales), "--tier-by", "spend", "--tiers", "80-20", "--lang", "en", "--quiet"]) == 0
    assert "tiers by spend" in capsys.readouterr().out
    assert main(["score", str(sales), "--tier-by", "beauty", "--lang", "en", "--quiet"]) == 1
    assert "current_value" in capsys.readouterr().err


def test_a_stop_says_that_what_was_finished_before_it_stays(sales, tmp_path, capsys, monkeypatch):
    """An import that is made is made: the next run finds it."""

    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("shuke.cli._score.run", stopped)
    command = ["score", str(sales), "--ledger", str(tmp_path / "ledger"), "--quiet", "--lang", "en"]
    assert main([*command, "--out", str(tmp_path / "scores.csv")]) == 130
    assert "imports that were finished by then are there" in capsys.readouterr().err
    assert [made.rows for made in Ledger(tmp_path / "ledger").imports()] == [6]
    assert not (tmp_path / "scores.csv").exists()
