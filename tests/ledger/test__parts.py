from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shuke.ledger._parts import write_parts

SCHEMA = pa.schema([pa.field("customer_id", pa.string()), pa.field("amount_minor", pa.int64())])


def batches(count, rows):
    for number in range(count):
        customers = [f"客{number * rows + row:04}" for row in range(rows)]
        yield pa.RecordBatch.from_pydict({"customer_id": customers, "amount_minor": [1] * rows}, schema=SCHEMA)


@pytest.mark.parametrize(("count", "rows"), [(10, 7), (1, 70), (70, 1)])
def test_rows_keep_their_order_over_parts_of_a_bounded_size(tmp_path, count, rows):
    parts = write_parts(batches(count, rows), SCHEMA, tmp_path, "import-1", ranges=("customer_id",), rows_in_part=16)

    told = [name for part in parts for name in pq.ParquetFile(tmp_path / part.name).read()["customer_id"].to_pylist()]
    assert told == [f"客{number:04}" for number in range(70)]
    assert max(part.rows for part in parts) <= 16
    assert sum(part.amount_minor for part in parts) == 70
    assert {part.entry_id for part in parts} == {"import-1"}


def test_a_part_knows_what_it_cannot_hold(tmp_path):
    (part,) = write_parts(batches(1, 5), SCHEMA, tmp_path, "import-1", ranges=("customer_id",))

    assert part.may_hold("customer_id", "客0003")
    assert not part.may_hold("customer_id", "客0005")
    assert part.may_hold("product_id", "not told, so it may")
    assert not part.holds_only("customer_id", "客0003")


def test_no_rows_make_no_part(tmp_path):
    assert write_parts(batches(1, 0), SCHEMA, tmp_path, "import-1", ranges=()) == []
    assert list(tmp_path.iterdir()) == []
