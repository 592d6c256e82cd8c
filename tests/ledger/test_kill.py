"""An import killed with SIGKILL at each of its steps, in a process of its own: it shows whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date

import pyarrow as pa
import pytest

from shuke.ledger import Ledger
from shuke.tables import PURCHASES

_MISSING_PART = "missing part: fork, which Windows has not"
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason=_MISSING_PART)

_IMPORTS = """
import os, signal, sys
from datetime import date
import pyarrow as pa
from shuke.ledger import Ledger, _add, _journal
from shuke.tables import PURCHASES

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def killed_after(act):
    def acting(*given, **options):
        act(*given, **options)
        die()
    return acting

# Made before the first fork: pyarrow looks for pandas at its first conversion, which takes seconds.
BATCHES = [
    pa.RecordBatch.from_pylist(
        [{"customer_id": f"c{number}", "purchased_on": date(2024, 1, 1), "amount_minor": 100,
          "source_file": "x.csv", "source_row": number}], schema=PURCHASES.schema)
    for number in range(4)
]

def batches(moment):
    for number, batch in enumerate(BATCHES):
        yield batch
        if moment == "reading" and number == 2:
            die()

def import_killed_at(moment, folder):
    if moment == "writing":
        _add.write_parts = killed_after(_add.write_parts)
    if moment == "announced":
        _journal.Journal.announce = killed_after(_journal.Journal.announce)
    if moment == "committed":
        _journal.Journal.landed = die
    reader = pa.RecordBatchReader.from_batches(PURCHASES.schema, batches(moment))
    Ledger(folder).append(reader, content_digest="the same", sources=["x.csv"])

for moment, folder in zip(sys.argv[1::2], sys.argv[2::2]):
    child = os.fork()
    if child == 0:
        import_killed_at(moment, folder)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Folders whose imports were killed before their commit (three times), and right after it."""
    before, after = tmp_path_factory.mktemp("提交前"), tmp_path_factory.mktemp("提交后")
    moments = {"reading": before, "writing": before, "announced": before, "committed": after}
    told = subprocess.run(
        [sys.executable, "-c", _IMPORTS, *(str(word) for pair in moments.items() for word in pair)],
        capture_output=True,
        check=True,
        text=True,
    )
    assert [int(line) for line in told.stdout.split()] == [-signal.SIGKILL] * len(moments)
    return before, after


def import_again(folder):
    rows = [
        {
            "customer_id": f"c{number}",
            "purchased_on": date(2024, 1, 1),
            "amount_minor": 100,
            "source_file": "x.csv",
            "source_row": number,
        }
        for number in range(4)
    ]
    lines = pa.Table.from_pylist(rows, schema=PURCHASES.schema)
    return Ledger(folder).append(lines, content_digest="the same", sources=["x.csv"])


def test_imports_killed_before_the_commit_show_nothing_and_can_be_made_again(killed, duckdb_engine):
    folder, _ = killed
    ledger = Ledger(folder)
    assert len(ledger.purchases(duckdb_engine)) == 0
    assert ledger.imports() == []
    assert len(list((folder / "purchases").glob("*.parquet"))) == 2

    assert not import_again(folder).already

    assert len(ledger.purchases(duckdb_engine)) == 4
    assert [made.rows for made in ledger.imports()] == [4]


def test_an_import_killed_right_after_its_commit_is_there_and_is_not_made_twice(killed, duckdb_engine):
    _, folder = killed
    ledger = Ledger(folder)
    assert len(ledger.purchases(duckdb_engine)) == 4
    assert [made.rows for made in ledger.imports()] == [4]

    assert import_again(folder).already

    assert len(ledger.purchases(duckdb_engine)) == 4
    assert len(ledger.imports()) == 1
    assert ledger.undo(ledger.imports()[0].import_id) == 4
