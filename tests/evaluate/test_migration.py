from __future__ import annotations

import pyarrow as pa
import pytest

from shuke.engines import DuckDBEngine
from shuke.evaluate import Move, migration
from shuke.kit.errors import InputError


def labelled(engine, name, labels):
    rows = {"customer_id": list(labels), "tier": pa.array(list(labels.values()), pa.string())}
    return engine.from_arrow(name, pa.table(rows))


def test_moves_count_customers_between_labels_with_the_new_and_the_gone(engine):
    before = labelled(engine, "before", {"a": "A", "b": "B", "c": "B", "d": "C", "e": None})
    after = labelled(engine, "after", {"a": "A", "b": "A", "c": "A", "e": "C", "f": "C"})

    assert migration(before, after, "tier") == (
        Move("", "C", 1),
        Move("A", "A", 1),
        Move("B", "A", 2),
        Move("C", None, 1),
        Move(None, "C", 1),
    )


def test_no_customer_at_all_makes_no_move(duckdb_engine):
    nobody = labelled(duckdb_engine, "nobody", {})

    assert migration(nobody, nobody, "tier") == ()


def test_a_missing_column_or_a_second_engine_is_an_error_that_says_so(duckdb_engine):
    table = labelled(duckdb_engine, "table", {"a": "A"})
    with pytest.raises(InputError, match="lacks stage; it has customer_id, tier"):
        migration(table, table, "stage")
    with DuckDBEngine() as other, pytest.raises(InputError, match="live in two engines"):
        migration(table, labelled(other, "elsewhere", {"a": "A"}), "tier")
