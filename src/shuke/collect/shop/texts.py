"""Columns of text made fast: ids of a fixed width, and words looked up by place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from shuke.collect.shop.draws import Flags, Floats, Ints

_ZERO = ord("0")


def ids(prefix: str, numbers: Ints, digits: int) -> pa.Array:
    """The prefix and the number, with zeros before it.

    >>> ids("C", np.array([7, 42]), 4).to_pylist()
    ['C0007', 'C0042']
    """
    return _fixed([prefix.encode(), (numbers, digits)], len(numbers))


def pair_ids(prefix: str, numbers: Ints, digits: int, below: Ints, more_digits: int) -> pa.Array:
    """The prefix, a number, and the number of something below it.

    >>> pair_ids("S", np.array([7]), 3, np.array([2]), 2).to_pylist()
    ['S00702']
    """
    return _fixed([prefix.encode(), (numbers, digits), (below, more_digits)], len(numbers))


def _fixed(parts: list[bytes | tuple[Ints, int]], count: int) -> pa.Array:
    width = sum(len(part) if isinstance(part, bytes) else part[1] for part in parts)
    letters = np.empty((count, width), dtype=np.uint8)
    column = 0
    for part in parts:
        if isinstance(part, bytes):
            letters[:, column : column + len(part)] = np.frombuffer(part, dtype=np.uint8)
            column += len(part)
            continue
        left, digits = part[0].astype(np.int64), part[1]
        for place in range(column + digits - 1, column - 1, -1):
            left, digit = np.divmod(left, 10)
            letters[:, place] = digit + _ZERO
        column += digits
    ends = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(letters))


def words(of: Sequence[str], places: Ints) -> pa.Array:
    """The word at each place."""
    return pa.array(list(of), pa.string()).take(pa.array(places))


def moments(at: Floats) -> pa.Array:
    """Days since 1970 with fractions as moments, to the second."""
    seconds = np.floor(at * 86_400.0).astype(np.int64)
    return pa.array(seconds * 1_000_000).cast(pa.timestamp("us"))


def days(numbers: Ints) -> pa.Array:
    """Days since 1970 as dates."""
    return pa.array(numbers.astype(np.int32)).cast(pa.date32())


def days_or_none(numbers: Ints, known: Flags) -> pa.Array:
    """The same, and none where it is not known."""
    return pa.array(numbers.astype(np.int32), mask=~known).cast(pa.date32())
