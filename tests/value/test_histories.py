"""Histories: any table in, checked columns out, equal ones counted once."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuke.kit.errors import InputError
from shuke.value._distinct import counted_rows, distinct_rows, distinct_values
from shuke.value.histories import Histories, read_histories, whole_counts

COLUMNS = {"x": [0, 2, 0], "t_x": [0.0, 30.5, 0.0], "T": [39, 39, 39], "customers": [1, 2, 3], "spend": [5.0, 7.0, 9.0]}


class EngineTable:
    def to_arrow(self):
        return pa.table(COLUMNS)


@pytest.mark.parametrize(
    "source",
    [
        COLUMNS,
        pd.DataFrame(COLUMNS),
        pl.DataFrame(COLUMNS),
        pa.table(COLUMNS),
        pa.table(COLUMNS).to_batches()[0],
        pa.table(COLUMNS).to_reader(),
        EngineTable(),
    ],
    ids=["dict", "pandas", "polars", "arrow table", "arrow batch", "arrow reader", "to_arrow"],
)
def test_every_kind_of_table_is_read_alike(source):
    read = read_histories(source, needs=("x", "t_x", "T", "spend"))
    for name, values in COLUMNS.items():
        assert getattr(read, name).dtype == np.float64
        assert getattr(read, name).tolist() == values


def test_histories_are_read_as_they_are():
    read = read_histories(COLUMNS)
    assert read_histories(read) is read


def test_customers_are_one_each_unless_said():
    assert read_histories({"x": [0, 0], "t_x": [0, 0], "T": [1, 2]}).customers.tolist() == [1, 1]


def test_missing_columns_are_all_named_with_all_that_are_there():
    with pytest.raises(InputError, match=r"Missing columns: t_x, T\. Present: x, cust\."):
        read_histories({"x": [1], "cust": [1]})


def test_histories_without_spend_say_so_when_it_is_needed():
    with pytest.raises(InputError, match="Missing columns: spend"):
        read_histories(read_histories({"x": [0], "t_x": [0], "T": [1]}), needs=("x", "spend"))


def test_histories_without_times_say_so_when_they_are_needed():
    with pytest.raises(InputError, match="Missing columns: t_x, T"):
        read_histories(read_histories({"x": [1], "spend": [2.0]}, needs=("x", "spend")))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"x": [0, -1]}, "x must be a whole number from 0"),
        ({"x": [0, 1.5]}, "x must be a whole number from 0"),
        ({"x": [0, np.nan]}, "x must be a whole number from 0"),
        ({"x": [0, np.inf]}, "x must be a whole number from 0"),
        ({"T": [39, np.nan]}, "T must be a number from 0"),
        ({"T": [39, -1]}, "T must be a number from 0"),
        ({"t_x": [0, np.nan]}, "t_x must be a number from 0"),
        ({"t_x": [0, -3]}, "t_x must be a number from 0"),
        ({"t_x": [0, 40]}, "t_x must not be after T"),
        ({"x": [0, 0]}, "t_x must be 0 where x is 0"),
        ({"t_x": [0, 0]}, "t_x must be above 0 where x is above 0"),
        ({"customers": [1, np.nan]}, "customers must be a number from 0"),
        ({"spend": [1, np.inf]}, "spend must be finite"),
    ],
)
def test_a_bad_value_is_counted_shown_and_comes_with_a_cure(change, rule):
    good = {"x": [0, 2], "t_x": [0, 30], "T": [39, 39]}
    with pytest.raises(InputError, match=f"1 of 2 histories: {rule}.* The first is row 1: .*Cure: "):
        read_histories({**good, **change})


def test_what_is_no_table_and_what_is_no_number_are_refused():
    with pytest.raises(InputError, match="cannot be read from int"):
        read_histories(3)
    with pytest.raises(InputError, match="Column x must hold numbers"):
        read_histories({"x": ["two"], "t_x": [1], "T": [1]})
    with pytest.raises(InputError, match=r"Column x has shape \(1, 1\)"):
        read_histories({"x": [[1]], "t_x": [1], "T": [1]})
    with pytest.raises(InputError, match="differ in length: x 1, t_x 2, T 2"):
        read_histories({"x": [1], "t_x": [1, 1], "T": [1, 1]})


def test_counts_must_be_whole_and_one_per_history():
    assert whole_counts([1, 2], 2).tolist() == [1, 2]
    with pytest.raises(InputError, match=r"Counts of shape \(1,\)"):
        whole_counts([1], 2)
    with pytest.raises(InputError, match=r"Unexpected count 1\.5"):
        whole_counts([1.5, 2], 2)


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(1, 30), st.integers(0, 9), st.integers(1, 5)), min_size=0, max_size=60
    ),
    st.sampled_from([1, 7, 30.4375, 365.25, np.pi]),
    st.booleans(),
)
def test_grouping_counts_every_customer_once(rows, days_per_unit, alone):
    raw = np.array(rows, dtype=float).reshape(-1, 4)
    raw[:, 3] = 1 if alone else raw[:, 3]
    x, T = raw[:, 0], (raw[:, 1] + raw[:, 2]) / days_per_unit
    t_x = np.where(x > 0, raw[:, 1] / days_per_unit, 0)
    grouped = read_histories({"x": x, "t_x": t_x, "T": T, "customers": raw[:, 3]}).grouped()
    expected: dict[tuple[float, float, float], float] = {}
    for row, customers in zip(zip(x, t_x, T, strict=True), raw[:, 3], strict=True):
        expected[row] = expected.get(row, 0) + customers
    found = dict(zip(zip(grouped.x, grouped.t_x, grouped.T, strict=True), grouped.customers.tolist(), strict=True))
    assert found == expected
    assert list(found) == sorted(found)


def test_rows_are_counted_with_keys_too_wide_for_half_an_integer_as_well():
    rng = np.random.default_rng(0)
    columns = [rng.integers(0, 3, 500) * 1_000.0 * scale for scale in (1, 100, 300)]
    values, customers = counted_rows(columns)
    distinct, counts = np.unique(np.column_stack(columns), axis=0, return_counts=True)
    assert np.array_equal(np.column_stack(values), distinct)
    assert customers.tolist() == counts.tolist()


def test_what_is_no_number_of_days_is_not_counted_by_keys():
    assert counted_rows([np.array([1.0, 2.0]), np.array([np.pi, 1.0])]) is None


@pytest.mark.parametrize("columns", [2, 4])
def test_distinct_rows_give_every_row_back_even_where_keys_do_not_fit(columns):
    rng = np.random.default_rng(0)
    table = [np.append(rng.integers(0, 3, 500), 1_000_000).astype(float) for _ in range(columns)]
    first, group = distinct_rows(*table)
    for column in table:
        assert np.array_equal(column[first][group], column)
    assert len(first) == len(np.unique(np.column_stack(table), axis=0))


@pytest.mark.parametrize("column", [[3.0, 1.0, 3.0], [0.5, 1e9, 0.5], [3 / 7, 1 / 7, 0.0], []])
def test_distinct_values_give_the_column_back(column):
    values, place = distinct_values(np.array(column))
    assert values.tolist() == sorted(set(column))
    assert values[place].tolist() == column


def test_the_source_is_never_changed():
    source = {name: np.array(values, dtype=float) for name, values in COLUMNS.items()}
    for values in source.values():
        values.flags.writeable = False
    assert len(read_histories(source).grouped()) == 2
    assert isinstance(read_histories(source), Histories)


KNOWN = {"x": [0, 2, 2, 2], "t_x": [0, 30, 30, 30], "T": [39] * 4, "age": [-1, 0.5, 2, 0.5], "income": [1, 2, 3, 2]}
SPACED = {"x": [0, 2, 2], "t_x": [0, 30, 30], "T": [39] * 3, "customers": [5, 1, 3], "log_gaps": [np.nan, 5.0, 1.0]}


class TestCovariates:
    def test_named_columns_are_read_in_the_order_asked(self):
        read = read_histories(KNOWN, covariates=("income", "age"))
        assert read.covariate_names == ("income", "age")
        assert read.covariates.tolist() == [[1, -1], [2, 0.5], [3, 2], [2, 0.5]]
        assert read_histories(read) is read
        assert read_histories(read, covariates=("age",)).covariates.tolist() == [[-1], [0.5], [2], [0.5]]
        assert read_histories(read, covariates=()).covariates is None

    def test_grouping_keeps_customers_apart_who_differ_in_a_covariate(self):
        grouped = read_histories(KNOWN, covariates=("age",)).grouped()
        assert grouped.customers.tolist() == [1, 2, 1]
        assert grouped.covariates.tolist() == [[-1], [0.5], [2]]
        assert len(read_histories(KNOWN).grouped()) == 2

    def test_missing_ones_are_all_named(self):
        with pytest.raises(InputError, match="Missing columns: T, height, region"):
            read_histories({"x": [0], "t_x": [0], "age": [1]}, covariates=("age", "height", "region"))
        with pytest.raises(InputError, match=r"Missing columns: height\. Present: x, t_x, T, customers, age"):
            read_histories(read_histories(KNOWN, covariates=("age",)), covariates=("height", "age"))

    def test_unknown_values_are_refused(self):
        with pytest.raises(InputError, match=r"1 of 4 histories: age must be finite.* The first is row 2"):
            read_histories({**KNOWN, "age": [1, 2, np.nan, 3]}, covariates=("age",))
        with pytest.raises(InputError, match=r"differ in length: .*age 1"):
            read_histories({**KNOWN, "age": [1]}, covariates=("age",))


class TestLogGaps:
    def test_grouping_takes_their_mean_per_customer(self):
        grouped = read_histories(SPACED, needs=("x", "t_x", "T", "log_gaps")).grouped()
        assert grouped.log_gaps.tolist() == [0, 2]

    def test_they_are_asked_for_where_needed(self):
        with pytest.raises(InputError, match="Missing columns: log_gaps"):
            read_histories(read_histories(COLUMNS), needs=("x", "t_x", "T", "log_gaps"))

    def test_gaps_of_no_length_and_gaps_in_another_unit_are_refused(self):
        with pytest.raises(InputError, match=r"log_gaps must be finite.* log_gaps=-inf"):
            read_histories({**SPACED, "log_gaps": [0, 5, -np.inf]})
        with pytest.raises(InputError, match=r"log_gaps must be at most x log\(t_x / x\).* log_gaps=9"):
            read_histories({**SPACED, "log_gaps": [0, 5, 9.0]})
