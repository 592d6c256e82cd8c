from __future__ import annotations

import os
import time
from datetime import date

import pyarrow as pa
import pytest

from shuke.kit.errors import LedgerError
from shuke.kit.ids import new_unnamed
from shuke.ledger import Ledger
from shuke.ledger._delta import DeltaFolder
from shuke.tables import PURCHASES

NAME = "客户甲-13800000000"


@pytest.fixture
def full(ledger, lines, score_rows):
    """Two imports, one of them undone, ordered, with scores: the customer stands in many files and versions."""
    ledger.append(lines(NAME, "b", NAME), content_digest="1", sources=["1"])
    undone = ledger.append(lines(NAME), content_digest="2", sources=["2"])
    ledger.undo(undone.import_id)
    ledger.compact()
    ledger.append(lines("c"), content_digest="3", sources=["3"])
    run = {"as_of": date(2024, 6, 30), "parameters": {}, "ledger_version": 1}
    ledger.append_scores(score_rows(NAME, "b"), run_id="run-1", **run)
    return ledger


def bytes_under(folder):
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_an_erased_customer_leaves_no_trace_in_any_file_of_any_version(duckdb_engine, full, folder):
    erased = full.erase(NAME)

    assert erased.rows == {"purchases": 2, "scores": 1}
    assert sorted(full.purchases(duckdb_engine).to_arrow()["customer_id"].to_pylist()) == ["b", "c"]
    assert full.scores(duckdb_engine).to_arrow()["customer_id"].to_pylist() == ["b"]
    assert full.customer_purchases(NAME).num_rows == 0
    assert NAME.encode() not in bytes_under(folder)
    assert b"13800000000" not in bytes_under(folder)


def test_files_that_the_log_forgot_are_erased_too(full, folder):
    table = folder / "purchases"
    forgotten = table / f"plain-00009-0a0b0c0d-{full.imports()[1].import_id}.parquet"
    forgotten.write_bytes(f"an undone import's file, of {NAME}".encode())

    full.erase(NAME)

    assert not forgotten.exists()
    assert NAME.encode() not in bytes_under(folder)


def test_an_import_under_way_survives_an_erasure(duckdb_engine, full, lines):
    def while_erasing():
        for batch in lines("d", "e").to_batches(max_chunksize=1):
            yield batch
            Ledger(full.folder).erase(NAME)

    reader = pa.RecordBatchReader.from_batches(PURCHASES.schema, while_erasing())
    full.append(reader, content_digest="slow", sources=["slow"])

    found = full.purchases(duckdb_engine).to_arrow()["customer_id"].to_pylist()
    assert sorted(found) == ["b", "c", "d", "e"]


def test_an_erasure_is_logged_under_a_keyed_hash(full, tmp_path):
    erased = full.erase(NAME)

    (logged,) = full.erasures()
    assert logged == erased
    assert logged.customer_hash == full.customer_hash(NAME)
    assert Ledger(full.folder).customer_hash(NAME) == logged.customer_hash
    assert Ledger(tmp_path / "another").customer_hash(NAME) != logged.customer_hash


def test_imports_stay_listed_and_once_only_after_an_erasure_cut_the_log(duckdb_engine, full, lines):
    before = full.imports()
    full.erase(NAME)

    assert full.imports() == before
    assert full.append(lines(NAME, "b", NAME), content_digest="1", sources=["1"]).already
    assert not full.append(lines("d"), content_digest="2", sources=["2"]).already
    assert full.undo(before[0].import_id) == 1
    assert full.purchases(duckdb_engine).to_arrow()["customer_id"].to_pylist().count("b") == 0


def test_older_versions_go_with_the_customer_and_the_error_says_so(duckdb_engine, full):
    full.erase(NAME)

    with pytest.raises(LedgerError, match="Older ones go when a customer is erased"):
        full.purchases(duckdb_engine, version=1)
    newest = full.version()
    assert [kept.version for kept in full.versions()] == [newest]
    assert len(full.purchases(duckdb_engine, version=newest)) == 2


def test_a_lookup_that_was_open_before_goes_on_after_an_erasure(full, lines):
    assert full.customer_purchases("b").num_rows == 1
    other = Ledger(full.folder)
    other.erase(NAME)
    other.append(lines("b"), content_digest="4", sources=["4"])

    assert full.customer_purchases("b").num_rows == 2


def test_erasing_nobody_is_no_error_and_erasing_again_goes_on_where_a_kill_stopped(full, folder, monkeypatch):
    assert full.erase("nobody").rows == {"purchases": 0, "scores": 0}
    full_again = Ledger(folder)
    with monkeypatch.context() as patched:
        patched.setattr(DeltaFolder, "drop_older", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            full_again.erase(NAME)
    assert NAME.encode() in bytes_under(folder)
    assert len(full.erasures()) == 1

    assert full.erase(NAME).rows == {"purchases": 0, "scores": 0}

    assert NAME.encode() not in bytes_under(folder)


def test_files_of_a_killed_import_are_swept_after_a_day_and_no_others(duckdb_engine, full, folder):
    table = folder / "purchases"
    for name, age_days in (("old", 2), ("new", 0)):
        left = table / f"plain-00001-0a0b0c0d-import-{name}.parquet"
        left.write_bytes(b"half a file")
        os.utime(left, (time.time() - age_days * 86_400,) * 2)
    for file in table.glob("*.parquet"):
        if "import-new" not in file.name:
            os.utime(file, (time.time() - 2 * 86_400,) * 2)

    full.compact()

    assert [file.name for file in table.glob("*-import-old.parquet")] == []
    assert len(list(table.glob("*-import-new.parquet"))) == 1
    assert len(full.purchases(duckdb_engine, version=1)) == 3


def test_dropping_older_versions_keeps_the_newest_whole(duckdb_engine, full, folder):
    kept = DeltaFolder.stored(folder / "purchases").snapshot()

    full.drop_older_versions()

    assert len(full.purchases(duckdb_engine)) == 4
    assert sorted((folder / "purchases").glob("*.parquet")) == sorted(kept.paths())


def test_orders_of_two_keys_of_one_person_stay_apart_when_their_purchases_stay(duckdb_engine, full):
    unnamed = new_unnamed()
    for key in (NAME, "b"):
        full.erase(key, unnamed=unnamed)

    kept = [row for row in full.purchases(duckdb_engine).to_arrow().to_pylist() if row["customer_id"] == unnamed]
    assert len(kept) == 3
    assert len({(row["source_file"], row["source_row"]) for row in kept}) == 3
