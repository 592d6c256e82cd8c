from __future__ import annotations

import contextlib
import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pyarrow as pa
import pytest
from deltalake.exceptions import CommitFailedError

from shuke.kit.errors import InputError, LedgerError
from shuke.ledger import Ledger
from shuke.ledger._delta import DeltaFolder, Snapshot
from shuke.tables import PURCHASES, Column


def customers_in(table):
    return sorted(table.to_arrow()["customer_id"].to_pylist())


def test_rows_of_two_imports_are_read_back_on_both_engines_from_a_chinese_folder(engine, ledger, lines):
    first = ledger.append(lines("张三", "李四"), content_digest="a", sources=["一月.csv"])
    ledger.append(lines("王五", file="二月.csv"), content_digest="b", sources=["二月.csv"])
    ledger.undo(first.import_id)
    ledger.append(lines("张三", "李四"), content_digest="a", sources=["一月.csv"])
    ledger.compact()
    ledger.append(lines("赵六"), content_digest="c", sources=["三月.csv"])

    found = ledger.purchases(engine)

    assert found.columns == [*PURCHASES.names, "import_id"]
    assert customers_in(found) == sorted(["张三", "李四", "王五", "赵六"])
    assert found.schema.field("purchased_at").type == pa.timestamp("us")


def test_a_ledger_without_a_table_gives_an_empty_one_with_all_columns(engine, ledger):
    found = ledger.purchases(engine)

    assert len(found) == 0
    assert found.columns == [*PURCHASES.names, "import_id"]
    assert ledger.version() is None
    assert ledger.imports() == ledger.versions() == ledger.runs() == ledger.erasures() == []
    assert ledger.customer_purchases("张三").num_rows == 0


def test_the_same_content_is_never_there_twice_and_the_answer_says_so(duckdb_engine, ledger, lines):
    first = ledger.append(lines("a", "b"), content_digest="one", sources=["x.csv"])
    again = ledger.append(lines("a", "b"), content_digest="one", sources=["renamed.csv"])

    assert (first.rows, first.already, first.note_code) == (2, False, "ledger.note.imported")
    assert (again.import_id, again.rows, again.already, again.note_code) == (
        first.import_id,
        0,
        True,
        "ledger.note.already",
    )
    assert len(ledger.purchases(duckdb_engine)) == 2
    assert len(ledger.imports()) == 1


def test_an_import_is_listed_with_its_sources_rows_and_amount(ledger, lines):
    made = ledger.append(lines("a", "b", amount_minor=-250), content_digest="d", sources=["一月.csv", "二月.csv"])

    (listed,) = ledger.imports()

    assert (listed.import_id, listed.sources, listed.content_digest) == (made.import_id, ("一月.csv", "二月.csv"), "d")
    assert (listed.rows, listed.amount_minor, listed.state, listed.table) == (2, -500, "visible", "purchases")


def test_an_undone_import_may_come_again_and_gives_the_same_rows(duckdb_engine, ledger, lines):
    ledger.append(lines("x"), content_digest="other", sources=["x.csv"])
    first = ledger.append(lines("a", "b"), content_digest="one", sources=["x.csv"])
    rows_before = customers_in(ledger.purchases(duckdb_engine))
    assert ledger.undo(first.import_id) == 2
    assert customers_in(ledger.purchases(duckdb_engine)) == ["x"]

    second = ledger.append(lines("a", "b"), content_digest="one", sources=["x.csv"])

    assert not second.already
    assert second.import_id != first.import_id
    assert customers_in(ledger.purchases(duckdb_engine)) == rows_before
    assert [made.state for made in ledger.imports()] == ["visible", "undone", "visible"]


def test_undo_takes_the_rows_out_of_ordered_files_that_hold_others_too(duckdb_engine, ledger, lines):
    first = ledger.append(lines("a", "b", "c"), content_digest="1", sources=["1"])
    ledger.append(lines("b", "d"), content_digest="2", sources=["2"])
    assert ledger.compact() == ["purchases"]

    assert ledger.undo(first.import_id) == 3

    assert customers_in(ledger.purchases(duckdb_engine)) == ["b", "d"]
    assert ledger.compact() == []


def test_undoing_twice_or_an_unknown_import_says_what_there_is(ledger, lines):
    made = ledger.append(lines("a"), content_digest="1", sources=["1"])
    with pytest.raises(LedgerError, match=f"No import 'nothing' to undo; made were: {made.import_id}"):
        ledger.undo("nothing")
    ledger.undo(made.import_id)
    with pytest.raises(LedgerError, match="was undone before"):
        ledger.undo(made.import_id)


def test_an_import_without_rows_is_an_import_too(duckdb_engine, ledger, lines):
    made = ledger.append(lines(), content_digest="none", sources=["empty.csv"])

    assert (made.rows, made.already) == (0, False)
    assert ledger.append(lines(), content_digest="none", sources=["empty.csv"]).already
    assert len(ledger.purchases(duckdb_engine)) == 0
    assert ledger.undo(made.import_id) == 0


def test_older_versions_stay_readable_through_undo_and_compaction(duckdb_engine, ledger, lines):
    first = ledger.append(lines("a"), content_digest="1", sources=["1"])
    second = ledger.append(lines("b"), content_digest="2", sources=["2"])
    ledger.undo(first.import_id)
    ledger.compact()

    assert customers_in(ledger.purchases(duckdb_engine, version=first.version)) == ["a"]
    assert customers_in(ledger.purchases(duckdb_engine, version=second.version)) == ["a", "b"]
    assert customers_in(ledger.purchases(duckdb_engine)) == ["b"]
    assert [kept.act for kept in ledger.versions()] == ["import", "import", "undo", "compact"]
    with pytest.raises(LedgerError, match="has no version 99; kept are 0 to 4"):
        ledger.purchases(duckdb_engine, version=99)


def test_an_id_used_for_other_content_is_refused(ledger, lines):
    ledger.append(lines("a"), content_digest="1", sources=["1"], import_id="import-7")
    with pytest.raises(LedgerError, match="'import-7' was used for"):
        ledger.append(lines("b"), content_digest="2", sources=["2"], import_id="import-7")
    with pytest.raises(InputError, match="import_id '七号/1' is not usable"):
        ledger.append(lines("b"), content_digest="2", sources=["2"], import_id="七号/1")


def test_rows_that_break_the_contract_are_refused_and_leave_nothing(duckdb_engine, ledger, lines, folder):
    with pytest.raises(InputError, match="lacks customer_id"):
        ledger.append(lines("a").drop_columns("customer_id"), content_digest="1", sources=["1"])
    with pytest.raises(InputError, match="Column customer_id of table purchases has 1 empty values"):
        ledger.append(lines("a", None), content_digest="1", sources=["1"])
    unreadable = lines("a").set_column(3, "amount_minor", pa.array(["ten"]))
    with pytest.raises(InputError, match="amount_minor of table purchases came as string and cannot become int64"):
        ledger.append(unreadable, content_digest="1", sources=["1"])

    assert list((folder / "purchases").glob("*.parquet")) == []
    assert ledger.imports() == []
    assert not ledger.append(lines("a"), content_digest="1", sources=["1"]).already


def test_a_reader_that_breaks_off_leaves_nothing(duckdb_engine, ledger, lines, folder):
    def breaking():
        yield lines("a").to_batches()[0]
        raise OSError("the disk was pulled")

    reader = pa.RecordBatchReader.from_batches(PURCHASES.schema, breaking())
    with pytest.raises(OSError, match="the disk was pulled"):
        ledger.append(reader, content_digest="1", sources=["1"])
    assert list((folder / "purchases").glob("*.parquet")) == []
    assert len(ledger.purchases(duckdb_engine)) == 0


def test_an_engines_table_is_appended_and_columns_beyond_the_contract_are_left_out(engine, ledger, lines):
    given = engine.view("given", "SELECT 'x' AS extra, * FROM {rows}", rows=engine.from_arrow("rows", lines("a", "b")))

    assert ledger.append(given, content_digest="1", sources=["1"]).rows == 2
    assert "extra" not in ledger.purchases(engine).columns


def test_of_many_concurrent_imports_of_one_content_one_lands(duckdb_engine, folder, lines):
    together = threading.Barrier(4)

    def import_it(_):
        ledger = Ledger(folder)
        together.wait()
        return ledger.append(lines("a", "b"), content_digest="same", sources=["x.csv"])

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(import_it, range(4)))

    assert sorted(one.already for one in made) == [False, True, True, True]
    assert len({one.import_id for one in made}) == 1
    assert len(Ledger(folder).purchases(duckdb_engine)) == 2
    assert len(list((folder / "purchases").glob("*.parquet"))) == 1


def test_concurrent_imports_of_different_content_all_land(duckdb_engine, folder, lines):
    together = threading.Barrier(4)

    def import_it(number):
        ledger = Ledger(folder)
        together.wait()
        return ledger.append(lines(f"c{number}"), content_digest=str(number), sources=[f"{number}.csv"])

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(import_it, range(4)))

    assert len({one.version for one in made}) == 4
    assert customers_in(Ledger(folder).purchases(duckdb_engine)) == ["c0", "c1", "c2", "c3"]
    assert len(Ledger(folder).imports()) == 4


def test_an_import_that_comes_while_rows_are_ordered_or_taken_out_stays(duckdb_engine, ledger, lines, monkeypatch):
    first = ledger.append(lines("b", "a"), content_digest="1", sources=["1"])
    ledger.append(lines("d", "c"), content_digest="2", sources=["2"])
    commit, comes = DeltaFolder.commit, iter([("3", "e"), ("4", "f")])

    def with_another_before(table, decide, told, **options):
        if told["act"] in ("undo", "compact"):
            digest, customer = next(comes)
            Ledger(ledger.folder).append(lines(customer), content_digest=digest, sources=[digest])
        return commit(table, decide, told, **options)

    monkeypatch.setattr(DeltaFolder, "commit", with_another_before)
    ledger.compact()
    ledger.undo(first.import_id)

    assert customers_in(ledger.purchases(duckdb_engine)) == ["c", "d", "e", "f"]


def test_rows_undone_while_being_ordered_do_not_come_back(duckdb_engine, ledger, lines, monkeypatch, folder):
    first = ledger.append(lines("b", "a"), content_digest="1", sources=["1"])
    ledger.append(lines("c"), content_digest="2", sources=["2"])
    commit = DeltaFolder.commit

    def with_an_undo_before(table, decide, told, **options):
        if told["act"] == "compact":
            Ledger(ledger.folder).undo(first.import_id)
        return commit(table, decide, told, **options)

    monkeypatch.setattr(DeltaFolder, "commit", with_an_undo_before)

    assert ledger.compact() == []
    assert customers_in(ledger.purchases(duckdb_engine)) == ["c"]
    assert list((folder / "purchases").glob("sorted-*")) == []


@pytest.mark.parametrize("error", [CommitFailedError, KeyboardInterrupt])
def test_an_error_right_after_the_commit_takes_nothing_away(duckdb_engine, ledger, lines, monkeypatch, error):
    commit = Snapshot.commit

    def failing_after(snapshot, *given, **options):
        commit(snapshot, *given, **options)
        if given[2]["act"] == "import":
            raise error("no room for a checkpoint")

    with monkeypatch.context() as patched, contextlib.suppress(KeyboardInterrupt):
        patched.setattr(Snapshot, "commit", failing_after)
        assert ledger.append(lines("a"), content_digest="1", sources=["1"]).version == 1

    assert customers_in(ledger.purchases(duckdb_engine)) == ["a"]
    assert [made.rows for made in ledger.imports()] == [1]


def test_one_customers_purchases_come_by_day_from_old_and_new_files(ledger, lines):
    ledger.append(lines("b", "a", "b", "c"), content_digest="1", sources=["1"])
    ledger.compact()
    assert ledger.customer_purchases("b").num_rows == 2
    ledger.append(lines("b", file="二月.csv"), content_digest="2", sources=["2"])

    found = ledger.customer_purchases("b")

    assert found["purchased_on"].to_pylist() == [date(2024, 1, 1), date(2024, 1, 1), date(2024, 1, 3)]
    assert found.schema.names == [*PURCHASES.names, "import_id"]
    assert ledger.customer_purchases("nobody").num_rows == 0


def test_a_folder_whose_name_is_a_pattern_is_refused(tmp_path):
    with pytest.raises(InputError, match="rename it"):
        Ledger(tmp_path / "ledger[1]")


def test_a_column_added_to_the_contract_later_is_empty_in_older_rows(engine, ledger, lines, monkeypatch):
    older = dataclasses.replace(PURCHASES, columns=tuple(c for c in PURCHASES.columns if c.name != "store"))
    grown = dataclasses.replace(
        PURCHASES, columns=(*PURCHASES.columns, Column("till", pa.string(), "收银台", "收銀台", "till", nullable=True))
    )
    ledger.append(lines("a"), content_digest="1", sources=["1"], contract=older)
    assert ledger.read(grown, engine).to_arrow()["till"].to_pylist() == [None]
    with_till = lines("b").append_column("till", pa.array(["3"]))
    ledger.append(with_till, content_digest="2", sources=["2"], contract=grown)
    ledger.compact()

    found = ledger.read(grown, engine).to_arrow().sort_by("customer_id")

    assert found["till"].to_pylist() == [None, "3"]
    assert found["store"].to_pylist() == [None, None]


def test_scores_of_every_run_stay_and_each_run_is_kept_once(engine, ledger, score_rows):
    told = {"as_of": date(2024, 6, 30), "parameters": {"horizon_days": 365, "名称": "年中"}, "ledger_version": 3}
    first = ledger.append_scores(score_rows("a", "b"), run_id="run-1", **told)
    again = ledger.append_scores(score_rows("a", "b"), run_id="run-1", **told)
    ledger.append_scores(score_rows("b"), run_id="run-2", as_of=date(2024, 7, 31), parameters={}, ledger_version=None)

    assert (first.customers, first.already, again.customers, again.already) == (2, False, 0, True)
    assert [(run.run_id, run.as_of, run.customers) for run in ledger.runs()] == [
        ("run-1", date(2024, 6, 30), 2),
        ("run-2", date(2024, 7, 31), 1),
    ]
    assert ledger.runs()[0].parameters == told["parameters"]
    assert (ledger.runs()[0].ledger_version, ledger.runs()[1].ledger_version) == (3, None)
    assert customers_in(ledger.scores(engine)) == ["b"]
    assert customers_in(ledger.scores(engine, "run-1")) == ["a", "b"]
    assert len(ledger.score_history(engine)) == 3
    assert ledger.scores(engine).to_arrow()["as_of"].to_pylist() == [date(2024, 7, 31)]
    with pytest.raises(LedgerError, match="No run 'run-9'; runs kept: run-1, run-2"):
        ledger.scores(engine, "run-9")


def test_many_acts_keep_the_journal_short(duckdb_engine, ledger, lines, folder):
    for number in range(20):
        ledger.append(lines(f"c{number}"), content_digest=str(number), sources=[str(number)])

    assert len(ledger.imports()) == 20
    assert len(DeltaFolder.stored(folder / "journal").snapshot().parts()) < 32
    assert len(ledger.purchases(duckdb_engine)) == 20
