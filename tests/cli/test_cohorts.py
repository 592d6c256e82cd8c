"""`shuke cohorts` as its user meets it: what it prints, with and without costs, and how it refuses."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shuke.cli import main


@pytest.fixture
def sales(tmp_path):
    """New customers every six days of a year; those from advertisement buy again after forty days."""
    lines = ["客户,日期,金额,类目,渠道"]
    for number in range(60):
        day = date(2023, 1, 2) + timedelta(days=6 * number)
        ads = number % 2
        for visit in range(1 + 2 * ads):
            row = f"{300 if ads else 50},{'茶具' if ads else '茶叶'},{'广告' if ads else '路过'}"
            lines.append(f"c{number:02d},{day + timedelta(days=40 * visit)},{row}")
    path = tmp_path / "sales.csv"
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_cohorts_are_printed_with_what_first_baskets_tell_and_when_sources_have_paid(sales, capsys):
    asked = ["--by", "quarter", "--margin-rate", "0.5", "--acquisition-cost", "广告=180", "--acquisition-cost", "999"]
    assert main(["cohorts", str(sales), *asked, "--as-of", "2024-03-31", "--lang", "en", "--quiet"]) == 0
    printed = capsys.readouterr().out
    blocks = printed.split("\n\n")
    assert [block.splitlines()[0][2:] for block in blocks] == [
        "Retention: who buys again, and when",
        "Value of a new customer over time (margin (estimated by rate))",
        "What a first basket tells: By what the first day came to",
        "What a first basket tells: By category of the first day's largest line",
        "Payback by source",
    ]
    first = next(line for line in blocks[0].splitlines() if line.startswith("2023 Q1"))
    # seven of fifteen come back, but one of them within the quarter
    assert first.split() == ["2023", "Q1", "15", "40%", "0%", "0%", "0%"]
    assert any("茶具" in line and "Clearly more" in line for line in blocks[3].splitlines())
    ads, everyone = (line for line in blocks[4].splitlines() if line.startswith(("广告", "All new")))
    assert " ".join(ads.split()[-7:]) == "CN¥180.00 2.5 : 1 in month 2"
    assert "not yet, in" in everyone
    assert "the channel of the first purchase stands for it" in blocks[4]


def test_a_table_of_sources_is_read_and_revenue_beside_costs_is_warned_of(sales, tmp_path, capsys):
    sources = tmp_path / "sources.csv"
    sources.write_text("customer_id,source\n" + "".join(f"c{n:02d},展会\n" for n in range(20)), "utf-8")
    asked = ["--sources", str(sources), "--acquisition-cost", "展会=100", "--lang", "zh-hans", "--quiet"]
    assert main(["cohorts", str(sales), *asked]) == 0
    printed = capsys.readouterr().out
    assert "来源不明" in printed
    assert "以上按营收计算" in printed


def test_ids_of_sources_are_read_as_those_of_purchases_are_and_a_row_without_one_is_told(sales, tmp_path, capsys):
    """From a data frame, whose ids have a gap, or from an export in GBK with blanks around them."""
    typed = tmp_path / "typed.parquet"
    lines = [f"{n},{date(2023, 1, 2) + timedelta(days=6 * n)},50" for n in range(60)]
    sales.write_text("\n".join(["客户,日期,金额", *lines]), "utf-8")
    pq.write_table(pa.table({"customer_id": [*map(float, range(20)), None], "source": ["展会"] * 21}), typed)
    plain = tmp_path / "plain.csv"
    plain.write_bytes("".join(["客户编号,获客来源\n", *(f" {n} ,展会\n" for n in range(20)), ",展会\n"]).encode("gbk"))
    for sources in (typed, plain):
        asked = ["--sources", str(sources), "--acquisition-cost", "展会=100", "--lang", "zh-hans", "--quiet"]
        assert main(["cohorts", str(sales), *asked]) == 0
        printed = capsys.readouterr().out
        assert re.search(r"^展会 +20 ", printed, re.MULTILINE)
        assert "1 条未采用：没有客户编号" in printed


def test_a_table_of_sources_without_sources_says_by_which_headers_they_would_be_told(sales, tmp_path, capsys):
    (tmp_path / "sources.csv").write_text("customer_id,where\nc01,展会\n", "utf-8")
    assert main(["cohorts", str(sales), "--sources", str(tmp_path / "sources.csv"), "--lang", "zh-hans"]) == 1
    assert "请把表头改成常用的名称（如 source / 来源）" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--acquisition-cost", "展会=100"], "There is no source '展会'. The data has: 广告, 路过"),
        (["--sources", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_what_cannot_be_is_refused_with_the_cure(sales, capsys, asked, said):
    assert main(["cohorts", str(sales), *asked, "--lang", "en", "--quiet"]) == 1
    assert said in capsys.readouterr().err


def test_a_cost_that_is_none_is_wrong_usage(sales, capsys):
    with pytest.raises(SystemExit):
        main(["cohorts", str(sales), "--acquisition-cost", "ads=-3", "--lang", "en"])
    assert "ads=-3 is no acquisition cost" in capsys.readouterr().err
