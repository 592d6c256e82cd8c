"""Which rows of columns of numbers are distinct, and how often each stands there: by sorting one integer per row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from shuke.value.histories import FloatArray, IntArray

# Whole days, days told in weeks, in months, in years: times in these units pack into small integers.
_DAYS_PER_UNIT = (1.0, 7.0, 30.4375, 365.0, 365.25)
_SMALL = 1 << 20
_KEY_SPACE = 1 << 62
_NARROW = 1 << 31  # keys below sort in half the memory


def distinct_rows(*columns: FloatArray) -> tuple[IntArray, IntArray]:
    """Where does each distinct row stand first (in rising order), and which distinct row is each row?

    Returns (first, group): ``column[first][group]`` gives ``column`` back.
    """
    order, starts = runs(*columns)
    sizes = np.diff(starts, append=len(order))
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.repeat(np.arange(len(starts)), sizes)
    return order[starts], group


def distinct_values(column: FloatArray) -> tuple[FloatArray, IntArray]:
    """The distinct values of one column in rising order, and the place among them of each row's value."""
    codes, size = _codes(column)
    value, present = np.empty(size), np.zeros(size, dtype=bool)
    value[codes], present[codes] = column, True
    place = np.cumsum(present) - 1
    return value[present], place[codes]


def runs(*columns: FloatArray) -> tuple[IntArray, IntArray]:
    """The order that sorts the rows, and where in it each distinct row begins."""
    key, space = _packed(columns)
    bits = len(key).bit_length()
    if space << bits < _KEY_SPACE:  # with its row number in the low bits a key sorts in place: twice as fast
        ordered = np.sort(key << bits | np.arange(len(key)))
        order = ordered & ((1 << bits) - 1)
        ordered >>= bits
    else:
        order = np.argsort(key)
        ordered = key[order]
    return order, _starts(ordered)


def _starts(ordered: NDArray[np.integer[Any]]) -> IntArray:
    """Where in a sorted column does each distinct value begin?"""
    fresh = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    return np.flatnonzero(fresh)


def counted_rows(columns: Sequence[FloatArray]) -> tuple[list[FloatArray], FloatArray] | None:
    """Each distinct row once, in rising order, and how often it stands there; None where days do not say it all.

    Which rows they were is not asked, so the keys alone are sorted, half as wide, and read back: half the time of
    `runs`.
    """
    found = [_in_days(column) for column in columns]
    told = [codes for codes in found if codes is not None]
    sizes = [_size(codes) for codes, _ in told]
    if len(told) < len(columns) or math.prod(sizes) >= _KEY_SPACE:
        return None
    key = told[0][0]
    for (codes, _), size in zip(told[1:], sizes[1:], strict=True):
        key *= size
        key += codes
    narrow = math.prod(sizes) < _NARROW
    ordered: NDArray[np.integer[Any]] = np.sort(key.astype(np.int32) if narrow else key)
    starts = _starts(ordered)
    codes_of = np.unravel_index(ordered[starts].astype(np.int64), sizes)
    values = [codes / days for codes, (_, days) in zip(codes_of, told, strict=True)]
    return values, np.diff(starts, append=len(ordered)).astype(np.float64)


def _packed(columns: Sequence[FloatArray]) -> tuple[IntArray, int]:
    """One integer per row that sorts as the row does (small integers side by side), and a bound above them all."""
    key, size = _codes(columns[0])
    for column in columns[1:]:
        codes, more = _codes(column)
        if size * more >= _KEY_SPACE:  # then number the distinct keys so far: at most as many as rows
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
            size = more = len(key) + 1
        key = key * more + codes
        size *= more
    return key, size


def _codes(column: FloatArray) -> tuple[IntArray, int]:
    """Whole numbers from 0 that sort as the column does, and one more than the largest."""
    if (counted := _in_days(column)) is not None:
        return counted[0], _size(counted[0])
    values, codes = np.unique(column, return_inverse=True)
    return codes.astype(np.int64), len(values)


def _size(codes: IntArray) -> int:
    return int(codes.max(initial=0)) + 1


def _in_days(column: FloatArray) -> tuple[IntArray, float] | None:
    """The column as whole days and how many make its unit, where codes over these are the column to the last bit."""
    for days in _DAYS_PER_UNIT:
        if _days(column[:1000], days) is not None and (codes := _days(column, days)) is not None:
            return codes, days
    return None


def _days(column: FloatArray, days_per_unit: float) -> IntArray | None:
    """The column as small whole days, or None where it is no such number over ``days_per_unit``."""
    if len(column) and not (column.min() >= 0 and column.max() * days_per_unit < _SMALL):
        return None
    whole = np.rint(column * days_per_unit)
    return whole.astype(np.int64) if np.array_equal(whole / days_per_unit, column) else None
