"""How the command line says no: in its user's language, with what came and how to mend it."""

from __future__ import annotations

import re

import pytest

from shuke.cli import main

LINES = "会员号,下单时间,实付金额\n甲,2024-01-05,12.5\n"
CHINESE = re.compile("[\u4e00-\u9fff]")
# Four English words in a row: options, file names and formats are shorter.
ENGLISH = re.compile(r"(?:\b[a-z]{2,}\b ){3}\b[a-z]{2,}\b", re.IGNORECASE)


@pytest.fixture
def sales(tmp_path):
    path = tmp_path / "销售.csv"
    path.write_text(LINES, "utf-8")
    return path


def refusal(capsys, *arguments):
    assert main([*map(str, arguments), "--lang", "zh-hans"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert CHINESE.search(printed.err)
    assert not ENGLISH.search(printed.err)
    return printed.err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "是空文件（0 字节）"),
        (b"\n\n", "只有空行"),
        (b"customer,time,amount\n", "只有表头（customer, time, amount）"),
        (b"\x00\x01\x02\x03PNG" * 50, "二进制数据"),
        (b"%PDF-1.7", "是 PDF，不能读取"),
        (b"a,b\n1,2\n", "现有的列：a, b。请用 --customer, --time, --amount 指定"),
        (b"customer,time,amount\na,soon,1\n", "没有可以评分的购买"),
    ],
    ids=["empty", "blank", "header only", "binary", "pdf", "no known column", "no good row"],
)
def test_a_file_that_cannot_be_scored_is_refused_in_chinese(tmp_path, capsys, content, told):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    assert told in refusal(capsys, "score", path, "--quiet")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--customer", "编号"), "没有“编号”这一列（--customer）；现有的列：会员号, 下单时间, 实付金额。"),
        (("--currency", "元"), "没有“元”这种币种"),
        (("--timezone", "北京"), "没有“北京”这个时区"),
        (("--as-of", "2023-01-01"), "请给 2024-01-05 或之后的日期"),
        (("--margin-rate", "茶=0.2"), "只给了 茶 的毛利率"),
        (("--tier-by", "身高"), "不能按“身高”分层"),
    ],
)
def test_an_option_that_does_not_fit_is_refused_in_chinese(sales, capsys, options, told):
    assert told in refusal(capsys, "score", sales, *options, "--quiet")


def test_a_file_that_is_not_there_is_refused_in_chinese(tmp_path, capsys):
    assert "没有文件或文件夹“" in refusal(capsys, "score", tmp_path / "没有.csv", "--quiet")


def test_a_file_that_is_read_is_never_written_over(tmp_path, capsys):
    """Under whatever name, and whichever of them it is; nor one of the two outputs over the other."""
    folder, due, link = tmp_path / "exports", tmp_path / "due.csv", tmp_path / "link.csv"
    folder.mkdir()
    (folder / "sales.csv").write_text(LINES, "utf-8")
    due.write_text("客户编号,到期日,应付金额\n甲,2024-03-01,5\n", "utf-8")
    link.symlink_to(folder / "sales.csv")
    command = ["score", folder, "--payments", due, "--quiet"]
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.csv")}
    for option in ("--out", "--rejects"):
        for path in before:
            assert f"{option} 会把它覆盖掉" in refusal(capsys, *command, option, path)
    both = ["--out", tmp_path / "new.csv", "--rejects", folder / ".." / "new.csv"]
    assert "都写到" in refusal(capsys, *command, *both)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.csv")} == before


def test_an_import_that_was_never_made_is_refused_in_chinese(tmp_path, capsys):
    assert "还没有导入过任何文件" in refusal(capsys, "ledger", tmp_path, "undo", "import-9")
    assert "没有文件夹" in refusal(capsys, "ledger", tmp_path / "没有", "imports")
    assert "没有账本" in refusal(capsys, "ledger", tmp_path, "erase", "c1")
    assert list(tmp_path.iterdir()) == [], "nothing was written into a folder named by mistake"


def test_taiwan_reads_it_in_its_own_words(tmp_path, capsys):
    path = tmp_path / "bad.csv"
    path.write_bytes(b"")
    assert main(["score", str(path), "--lang", "zh-hant", "--quiet"]) == 1
    assert "是空檔案（0 位元組），請給有標題列和至少一列資料的檔案。" in capsys.readouterr().err
