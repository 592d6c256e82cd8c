from datetime import date, datetime

import pyarrow as pa
import pytest

from shuke.engines import DuckDBEngine, _duckdb, literal, open_engine, quoted
from shuke.kit.errors import EngineError, InputError

ROWS = pa.table(
    {
        "customer_id": ["李雷", "o'neil", "李雷", "back\\slash"],
        "day": [date(2024, 1, 1), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 2)],
        "moment": [datetime(2024, 1, 1, 23, 59)] * 4,
        "amount_minor": [100, -250, 300, 2**53 + 1],
    }
)


def test_a_step_gives_the_same_answer_on_both_engines(engine):
    rows = engine.from_arrow("rows", ROWS)
    step = engine.keep(
        "step",
        """
        SELECT customer_id, count(*) AS lines, CAST(sum(amount_minor) AS BIGINT) AS amount_minor,
            arg_max(amount_minor, day) AS latest, date_diff('day', min(day), {as_of}) AS age_days,
            count(*) FILTER (WHERE amount_minor < 0) AS returns, max(moment) AS moment,
            CAST(sum(amount_minor) // 7 AS BIGINT) AS sevenths
        FROM {rows} WHERE customer_id IN {wanted} GROUP BY ALL ORDER BY customer_id
        """,
        rows=rows,
        as_of=date(2024, 12, 31),
        wanted=["李雷", "o'neil", "back\\slash"],
    )
    found = sorted(step.to_arrow().to_pylist(), key=lambda row: row["customer_id"])
    assert [row["customer_id"] for row in found] == ["back\\slash", "o'neil", "李雷"]
    assert found[0]["amount_minor"] == 2**53 + 1
    assert found[2] == {
        "customer_id": "李雷",
        "lines": 2,
        "amount_minor": 400,
        "latest": 300,
        "age_days": 365,
        "returns": 0,
        "moment": datetime(2024, 1, 1, 23, 59),
        "sevenths": 57,
    }
    assert len(step) == 3


def test_parquet_files_are_read_with_their_name_and_row_from_a_chinese_folder(engine, tmp_path):
    folder = tmp_path / "门店 一"
    for number in (1, 2):
        engine.from_arrow("rows", ROWS.slice(0, number)).to_parquet(folder / f"销售 {number}.parquet")
    files = sorted(folder.iterdir())
    table = engine.read_parquet("sales", files, row_numbers=True)
    found = table.to_arrow().select(["source_file", "source_row"]).to_pylist()
    assert sorted((row["source_file"], row["source_row"]) for row in found) == [
        (str(files[0]), 0),
        (str(files[1]), 0),
        (str(files[1]), 1),
    ]


@pytest.mark.parametrize("name", ["sales [1]", "sales *", "sales ?", "sales {1,2}", "sales !", "100%25"])
def test_a_file_is_read_by_its_name_whatever_marks_of_patterns_are_in_it_and_its_folder(engine, tmp_path, name):
    """`sales [1].parquet` is not `sales 1.parquet`; nor is a folder called `customer_id=zz` a column."""
    for place in ("sales 1", "sales xx", name):
        for folder in (tmp_path, tmp_path / "deep [1]", tmp_path / "deep 1", tmp_path / "customer_id=zz"):
            rows = pa.table({"customer_id": [f"{folder.name}/{place}"]})
            engine.from_arrow("rows", rows).to_parquet(folder / f"{place}.parquet")
    for folder in ("deep [1]", "customer_id=zz"):
        path = tmp_path / "deep 1" / ".." / folder / f"{name}.parquet"
        rows = engine.read_parquet("sales", [path]).to_arrow().to_pylist()
        assert rows == [{"customer_id": f"{folder}/{name}"}]
        numbered = engine.read_parquet("sales", [path], row_numbers=True).to_arrow().to_pylist()
        assert numbered == [{**rows[0], "source_file": str(path), "source_row": 0}]


def test_batches_hand_over_every_row_once(engine):
    rows = engine.from_arrow("rows", ROWS)
    assert sum(batch.num_rows for batch in rows.to_batches(2)) == 4
    assert rows.to_pandas()["amount_minor"].tolist()[1] == -250
    assert rows.to_polars().height == 4


def test_hashes_that_come_more_than_once_are_kept_each_once(engine):
    rows = engine.from_arrow("rows", pa.table({"n": [1, 2, 3, 2, 1, 2]}))
    found = engine.repeated("twice", "SELECT hash(n) AS h FROM {rows}", rows=rows)
    known = engine.view("known", "SELECT hash(n) AS h, n FROM {rows}", rows=rows)
    sql = "SELECT DISTINCT n FROM {known} SEMI JOIN {found} USING (h) ORDER BY n"
    assert engine.fetch(sql, known=known, found=found)["n"].to_pylist() == [1, 2]
    assert len(found) == 2
    assert len(engine.repeated("twice", "SELECT hash(n) AS h FROM {rows} WHERE n > 2", rows=rows)) == 0
    assert len(engine.repeated("twice", "SELECT hash(n) AS h FROM {rows} WHERE n > 3", rows=rows)) == 0


def test_more_hashes_than_are_sorted_at_once_are_sorted_in_parts(duckdb_engine, monkeypatch):
    monkeypatch.setattr(_duckdb, "_SORTED_AT_ONCE", 100)
    sql = "SELECT hash(i % 1000) AS h FROM range(1300) AS r(i)"
    found = duckdb_engine.repeated("twice", sql)
    wanted = duckdb_engine.fetch(f"SELECT h FROM ({sql}) GROUP BY h HAVING count(*) > 1 ORDER BY h")
    assert sorted(found.to_arrow()["h"].to_pylist()) == wanted["h"].to_pylist()
    assert len(found) == 300


def test_a_dropped_table_is_gone(duckdb_engine):
    kept = duckdb_engine.keep("gone", "SELECT 1 AS n")
    duckdb_engine.drop(kept)
    with pytest.raises(Exception, match=kept.name):
        kept.to_arrow()


def test_two_steps_of_one_label_do_not_disturb_each_other(duckdb_engine):
    first, second = (duckdb_engine.view("same", "SELECT {n} AS n", n=n) for n in (1, 2))
    assert (first.to_arrow()["n"][0].as_py(), second.to_arrow()["n"][0].as_py()) == (1, 2)


def test_a_step_that_names_an_unknown_input_is_told_the_known_ones(duckdb_engine):
    with pytest.raises(InputError, match=r"names \{as_of\}, but was given only day, rows"):
        duckdb_engine.view("step", "SELECT {as_of}", rows="r", day="d")


@pytest.mark.parametrize("label", ["two words", "1st", "drop table;"])
def test_a_label_is_a_plain_word(label):
    with DuckDBEngine() as engine, pytest.raises(InputError, match="plain word"):
        engine.view(label, "SELECT 1 AS n")


def test_no_extension_is_ever_downloaded(duckdb_engine):
    settings = duckdb_engine.fetch("SELECT value FROM duckdb_settings() WHERE name LIKE 'auto%_known_extensions'")
    assert settings["value"].to_pylist() == ["false", "false"]


def test_a_number_that_is_none_is_refused_as_a_literal():
    with pytest.raises(InputError, match="finite"):
        literal(float("nan"))


def test_names_with_quotes_and_brackets_stay_names():
    assert quoted('a"b') == '"a""b"'


def test_an_unknown_engine_is_told_the_known_ones():
    with pytest.raises(InputError, match="choose one of duckdb, spark"):
        open_engine("polars")


def test_a_view_upon_views_is_checked_against_what_they_look_like(engine):
    rows = engine.from_arrow("rows", ROWS)
    first = engine.view("step", "SELECT amount_minor + 1 AS more FROM {rows}", rows=rows)
    joined = "SELECT a.more AS a, b.more AS b FROM {v} AS a JOIN {v} AS b ON a.more = b.more"
    second = engine.view("step", joined, v=first)
    third = engine.view("step", "SELECT a + b AS c FROM {v} JOIN {w} ON a = more", v=second, w=first)
    assert third.columns == ["c"]
    assert sorted(third.to_arrow()["c"].to_pylist()) == sorted(2 * n + 2 for n in ROWS["amount_minor"].to_pylist())


def test_a_step_that_fails_leaves_those_beneath_it_as_they_were(duckdb_engine):
    below = duckdb_engine.view("below", "SELECT 1 AS n")
    with pytest.raises(EngineError):
        duckdb_engine.view("above", "SELECT missing FROM {below}", below=below)
    assert duckdb_engine.view("above", "SELECT n + 1 AS n FROM {below}", below=below).to_arrow()["n"].to_pylist() == [2]


@pytest.mark.parametrize("rows", [{"n": []}, {"n": [1]}], ids=["empty", "one row"])
def test_a_table_is_neither_true_nor_false_and_says_what_to_ask_instead(engine, rows):
    table = engine.from_arrow("numbers", pa.table({"n": pa.array(rows["n"], pa.int64())}))
    with pytest.raises(TypeError, match=r"is not None.*len\("):
        bool(table)
    with pytest.raises(TypeError):
        _ = table or None
    assert len(table) == len(rows["n"])
