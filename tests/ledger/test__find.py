from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shuke.ledger._find import find_rows


@pytest.mark.parametrize("customers", [sorted("abcde" * 20), list("abcde" * 20), list("xyzzy" * 20)])
def test_all_rows_of_a_customer_are_found_in_their_order_whether_groups_are_in_order_or_not(tmp_path, customers):
    rows = pa.table({"customer_id": customers, "row": range(len(customers))})
    pq.write_table(rows, tmp_path / "rows.parquet", row_group_size=10)

    found = find_rows(tmp_path / "rows.parquet", "customer_id", "c")

    assert found["row"].to_pylist() == [row for row, customer in enumerate(customers) if customer == "c"]
    assert find_rows(tmp_path / "rows.parquet", "customer_id", "c", columns=["customer_id"]).num_columns == 1


def test_a_file_without_statistics_is_read_whole(tmp_path):
    rows = pa.table({"customer_id": ["b", "a", "c", "a"]})
    pq.write_table(rows, tmp_path / "rows.parquet", row_group_size=1, write_statistics=False)

    assert find_rows(tmp_path / "rows.parquet", "customer_id", "a").num_rows == 2
