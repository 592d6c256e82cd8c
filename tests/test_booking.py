"""A file counts once, whichever way it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from shuke.booking import book, book_facts, booked, booked_before, content_of, held, held_facts, last_day, previous
from shuke.cli import main
from shuke.collect import read_payments, read_purchases, read_surveys
from shuke.engines import DuckDBEngine
from shuke.kit.errors import LedgerError
from shuke.ledger import Ledger
from shuke.tables import PAYMENTS, SURVEYS

SHOP = "demo:shop/100"
LINES = "customer,time,amount,paid\na,2024-01-02,5,4\na,2024-02-03,6,5\n"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "一月.csv"
    path.write_text(LINES, "utf-8")
    return path


def test_a_file_counts_once_under_any_name_and_with_any_columns(
    ledger: Ledger, file: Path, tmp_path: Path, duckdb_engine: DuckDBEngine
) -> None:
    renamed = tmp_path / "copy.csv"
    renamed.write_bytes(file.read_bytes())
    (first,) = book(ledger, read_purchases(file, engine=duckdb_engine))
    for path, columns in ((file, {}), (renamed, {}), (file, {"amount": "paid"}), (file, {"keep_duplicates": True})):
        (again,) = book(ledger, read_purchases(path, engine=duckdb_engine, **columns))
        assert (again.already, again.import_id, again.rows) == (True, first.import_id, 0)
    found = booked(ledger, content_of(str(renamed)))
    assert found is not None
    assert found.import_id == first.import_id


def test_an_undone_file_may_come_again_with_other_columns(
    ledger: Ledger, file: Path, duckdb_engine: DuckDBEngine
) -> None:
    (first,) = book(ledger, read_purchases(file, engine=duckdb_engine))
    ledger.undo(first.import_id)
    assert booked(ledger, content_of(file.name, file.parent)) is None
    (again,) = book(ledger, read_purchases(file, engine=duckdb_engine, amount="paid"))
    assert again.rows == 2
    assert [made.amount_minor for made in ledger.imports()] == [1100, 900]


def test_a_file_of_which_nothing_could_be_kept_is_not_booked(
    ledger: Ledger, file: Path, duckdb_engine: DuckDBEngine
) -> None:
    assert book(ledger, read_purchases(file, engine=duckdb_engine, time="paid")) == []
    (made,) = book(ledger, read_purchases(file, engine=duckdb_engine))
    assert made.rows == 2


def test_the_command_line_says_that_a_file_was_imported_before_and_how_to_read_it_otherwise(
    ledger: Ledger, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["score", str(file), "--ledger", str(ledger.folder), "--lang", "en", "--quiet"]
    assert main(command) == 0
    assert main([*command, "--amount", "paid"]) == 0
    assert "nothing was added. To read it with other columns, undo" in capsys.readouterr().out
    assert len(ledger.imports()) == 1


def test_a_run_takes_what_the_ledger_holds_and_the_latest_run_of_an_earlier_day(
    ledger: Ledger, file: Path, duckdb_engine: DuckDBEngine
) -> None:
    book(ledger, read_purchases(file, engine=duckdb_engine, currency="TWD"))
    purchases = held(ledger, duckdb_engine, currency="TWD", timezone="Asia/Taipei")
    assert (len(purchases.table), purchases.currency, purchases.quality) == (2, "TWD", None)
    assert last_day(purchases) == date(2024, 2, 3)
    assert previous(ledger, duckdb_engine, before=date(2024, 2, 3)) is None


def test_answers_and_payments_count_once_are_undone_and_go_with_the_customer(
    ledger: Ledger, duckdb_engine: DuckDBEngine
) -> None:
    surveys, payments = (
        read(source, engine=duckdb_engine) for read, source in ((read_surveys, SHOP), (read_payments, SHOP))
    )
    (answers,) = book_facts(ledger, surveys)
    (again,) = book_facts(ledger, surveys)
    (sums,) = book_facts(ledger, payments)
    assert (answers.rows, again.already, sums.rows) == (surveys.quality.kept, True, payments.quality.kept)
    facts = held_facts(ledger, duckdb_engine)
    assert facts.surveys is not None
    assert facts.payments is not None
    customer = "C0000006"
    of_customer = {name: rows.num_rows for name, rows in ledger.of_customer(customer).items()}
    assert of_customer["surveys"] > 0
    erased = ledger.erase(customer, unnamed="nobody-1")
    assert erased.rows["surveys"] == of_customer["surveys"]
    assert all(not rows.num_rows for rows in ledger.of_customer(customer).values())
    assert "nobody-1" not in ledger.read(SURVEYS, duckdb_engine).to_arrow()["customer_id"].to_pylist()
    ledger.undo(sums.import_id)
    assert len(ledger.read(PAYMENTS, duckdb_engine)) == 0


def test_what_was_never_imported_is_not_there(ledger: Ledger, duckdb_engine: DuckDBEngine) -> None:
    assert held_facts(ledger, duckdb_engine).surveys is None


def test_the_command_line_imports_answers_and_payments_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "回款.csv"
    file.write_text("客户编号,到期日,应付金额,付款日期\na,2024-03-01,5,\nb,何时,5,\n", "utf-8")
    command = ["ledger", str(tmp_path / "账本"), "import", "--payments", str(file), "--lang", "zh-hans"]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "已导入 1 行" in said
    assert "1 条未采用：日期为空或无法识别。" in said
    assert main(command) == 0
    assert "没有增加任何数据" in capsys.readouterr().out


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A folder whose two files overlap: `all.csv` comes first by name, and holds what `january.csv` does."""
    folder = tmp_path / "exports"
    folder.mkdir()
    january, february = "a,2024-01-02,5\nb,2024-01-03,7\n", "a,2024-02-03,6\n"
    (folder / "january.csv").write_text("customer,time,amount\n" + january, "utf-8")
    (folder / "all.csv").write_text("customer,time,amount\n" + january + february, "utf-8")
    return folder


def test_rows_that_are_booked_do_not_count_again_whatever_the_name_of_the_file_that_repeats_them(
    ledger: Ledger, exports: Path, duckdb_engine: DuckDBEngine
) -> None:
    book(ledger, read_purchases(exports / "january.csv", engine=duckdb_engine))
    read = read_purchases(exports, engine=duckdb_engine, booked=booked_before(ledger))
    assert [(made.already, made.rows) for made in book(ledger, read)] == [(True, 0), (False, 1)]
    assert sum(made.amount_minor or 0 for made in ledger.imports()) == 1800


def test_the_command_line_counts_files_that_overlap_once_as_the_folder_grows(
    ledger: Ledger, exports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = (exports / "all.csv").rename(tmp_path / "all.csv")
    command = ["score", str(exports), "--ledger", str(ledger.folder), "--lang", "en", "--quiet"]
    assert main(command) == 0
    later.rename(exports / "all.csv")
    assert main(command) == 0
    assert "Imported 1 rows" in capsys.readouterr().out
    assert sum(made.amount_minor or 0 for made in ledger.imports()) == 1800


def test_an_import_whose_rows_others_were_stored_without_is_undone_after_these(
    ledger: Ledger, exports: Path, duckdb_engine: DuckDBEngine
) -> None:
    (exports / "more.csv").write_text("customer,time,amount\nb,2024-01-03,7\nb,2024-03-03,9\n", "utf-8")
    first, more = book(ledger, read_purchases(exports, engine=duckdb_engine))
    assert [made.rests_on for made in ledger.imports()] == [(), (first.import_id,)]
    with pytest.raises(LedgerError, match=f"Undo {more.import_id} first"):
        ledger.undo(first.import_id)
    assert (ledger.undo(more.import_id), ledger.undo(first.import_id)) == (1, 3)
    again = book(ledger, read_purchases(exports, engine=duckdb_engine, booked=booked_before(ledger)))
    assert sum(made.rows for made in again) == 4


def test_imports_do_not_rest_on_each_other_by_lines_that_none_of_them_could_keep(
    ledger: Ledger, tmp_path: Path, duckdb_engine: DuckDBEngine
) -> None:
    """Every month's export ends with the same line of totals."""
    months = tmp_path / "months"
    months.mkdir()
    for month in ("01", "02"):
        text = f"customer,time,amount\na,2024-{month}-02,5\n,合计,5\n"
        (months / f"{month}.csv").write_text(text, "utf-8")
    book(ledger, read_purchases(months, engine=duckdb_engine))
    assert [made.rests_on for made in ledger.imports()] == [(), ()]


def test_payments_that_are_booked_do_not_count_again_either(
    ledger: Ledger, tmp_path: Path, duckdb_engine: DuckDBEngine
) -> None:
    folder = tmp_path / "payments"
    folder.mkdir()
    (folder / "b.csv").write_text("客户编号,到期日,应付金额\na,2024-03-01,5\n", "utf-8")
    book_facts(ledger, read_payments(folder, engine=duckdb_engine))
    (folder / "a.csv").write_text("客户编号,到期日,应付金额\na,2024-03-01,5\na,2024-04-01,5\n", "utf-8")
    read = read_payments(folder, engine=duckdb_engine, booked=booked_before(ledger, PAYMENTS))
    (kept, added) = book_facts(ledger, read)
    assert (kept.already, added.rows) == (True, 1)
    with pytest.raises(LedgerError, match=f"Undo {added.import_id} first"):
        ledger.undo(kept.import_id)


def test_a_ledger_holds_amounts_of_one_currency(
    ledger: Ledger, file: Path, tmp_path: Path, duckdb_engine: DuckDBEngine
) -> None:
    (made,) = book(ledger, read_purchases(file, engine=duckdb_engine, currency="TWD"))
    assert ledger.currency == "TWD"
    due = tmp_path / "due.csv"
    due.write_text("客户编号,到期日,应付金额\na,2024-03-01,5\n", "utf-8")
    with pytest.raises(LedgerError, match="in TWD, these in CNY"):
        book(ledger, read_purchases(file, engine=duckdb_engine))
    with pytest.raises(LedgerError, match="say --currency TWD"):
        book_facts(ledger, read_payments(due, engine=duckdb_engine))
    with pytest.raises(LedgerError, match="a ledger of their own"):
        held(ledger, duckdb_engine, currency="CNY", timezone="Asia/Shanghai")
    book_facts(ledger, read_surveys(SHOP, engine=duckdb_engine))
    ledger.undo(made.import_id)
    book(ledger, read_purchases(file, engine=duckdb_engine))
    assert ledger.currency == "CNY"


def test_a_ledger_from_before_currencies_were_noted_takes_that_of_the_next_import(
    ledger: Ledger, file: Path, tmp_path: Path, duckdb_engine: DuckDBEngine
) -> None:
    read = read_purchases(file, engine=duckdb_engine)
    ledger.append(read.table, content_digest="old", sources=["old.csv"])
    assert ledger.currency is None
    book(ledger, replace(read, currency="JPY"))
    with pytest.raises(LedgerError, match="in JPY"):
        book(ledger, read)


def test_the_command_line_scores_no_ledger_in_another_currency(
    ledger: Ledger, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["score", str(file), "--ledger", str(ledger.folder), "--lang", "zh-hans", "--quiet"]
    assert main(command) == 0
    capsys.readouterr()
    assert main([*command, "--currency", "JPY"]) == 1
    assert "请写 --currency CNY" in capsys.readouterr().err
    assert len(ledger.runs()) == 1
