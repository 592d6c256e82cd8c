"""An import killed with SIGKILL at each of its steps, in a process of its own: it shows whole or not at all."""

from __future__ import annotations

import signal
import subprocess
import sys

from shuke.ledger import Ledger

_IMPORT = """
import os, signal, sys
from datetime import date
import pyarrow as pa
from shuke.ledger import Ledger, _add, _journal
from shuke.tables import PURCHASES

folder, moment = sys.argv[1:]

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def killed_after(act):
    def acting(*given, **options):
        act(*given, **options)
        die()
    return acting

def batches():
    for number in range(4):
        rows = [{"customer_id": f"c{number}", "purchased_on": date(2024, 1, 1), "amount_minor": 100,
                 "source_file": "x.csv", "source_row": number}]
        yield pa.RecordBatch.from_pylist(rows, schema=PURCHASES.schema)
        if moment == "reading" and number == 2:
            die()

if moment == "writing":
    _add.write_parts = killed_after(_add.write_parts)
if moment == "announced":
    _journal.Journal.announce = killed_after(_journal.Journal.announce)
if moment == "committed":
    _journal.Journal.landed = die
reader = pa.RecordBatchReader.from_batches(PURCHASES.schema, batches())
Ledger(folder).append(reader, content_digest="the same", sources=["x.csv"])
"""


def import_killed_at(moment, folder):
    done = subprocess.run([sys.executable, "-c", _IMPORT, str(folder), moment], capture_output=True, check=False)
    assert done.returncode == (0 if moment == "never" else -signal.SIGKILL), done.stderr.decode()


def test_imports_killed_before_the_commit_show_nothing_and_can_be_made_again(folder, duckdb_engine):
    for moment in ("reading", "writing", "announced"):
        import_killed_at(moment, folder)
        ledger = Ledger(folder)
        assert len(ledger.purchases(duckdb_engine)) == 0
        assert ledger.imports() == []
    left_behind = list((folder / "purchases").glob("*.parquet"))
    assert len(left_behind) == 2

    import_killed_at("never", folder)

    assert len(ledger.purchases(duckdb_engine)) == 4
    assert [made.rows for made in ledger.imports()] == [4]


def test_an_import_killed_right_after_its_commit_is_there_and_is_not_made_twice(folder, duckdb_engine):
    import_killed_at("committed", folder)
    ledger = Ledger(folder)
    assert len(ledger.purchases(duckdb_engine)) == 4
    assert [made.rows for made in ledger.imports()] == [4]

    import_killed_at("never", folder)

    assert len(ledger.purchases(duckdb_engine)) == 4
    assert len(ledger.imports()) == 1
    assert ledger.undo(ledger.imports()[0].import_id) == 4
