"""Histories in discrete time: which of the opportunities to buy did a customer take?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuke.kit.errors import InputError
from shuke.value._distinct import distinct_rows
from shuke.value.histories import FloatArray, _columns, _floats

_NEEDS = ("x", "t_x", "n")


@dataclass(frozen=True, eq=False)
class Opportunities:
    """What is known of many customers who can buy at set occasions only, column by column.

    - ``x``: how many opportunities after the first purchase were taken;
    - ``t_x``: which was the last one taken, counted from 1; 0 where none was;
    - ``n``: how many there have been since the first purchase;
    - ``customers``: how many customers have this history (1 unless grouped).

    Make them with `read_opportunities`, which checks them.

    >>> seen = read_opportunities({"x": [0, 2, 0], "t_x": [0, 5, 0], "n": [6, 6, 6]})
    >>> len(seen), seen.grouped().customers.tolist()
    (3, [2.0, 1.0])
    """

    x: FloatArray
    t_x: FloatArray
    n: FloatArray
    customers: FloatArray

    def __len__(self) -> int:
        return len(self.x)

    def grouped(self) -> Opportunities:
        """Each distinct (x, t_x, n) once, in rising order, with its customers summed; none without customers."""
        first, group = distinct_rows(self.x, self.t_x, self.n)
        customers: FloatArray = np.bincount(group, self.customers, len(first)).astype(np.float64)
        kept = first[customers > 0]
        return Opportunities(self.x[kept], self.t_x[kept], self.n[kept], customers[customers > 0])


def read_opportunities(source: object) -> Opportunities:
    """Which histories does this table hold? Checked, as float64 arrays, in the order of its rows.

    ``source`` is a dict of arrays, a pandas or polars DataFrame, a pyarrow Table, anything with ``to_arrow()``, or
    Opportunities. The source is never changed.

    Raises InputError: columns missing (all of them named), or values that break a rule (how many, the first, the cure).

    >>> read_opportunities({"x": [3], "t_x": [2], "n": [6]})
    Traceback (most recent call last):
    shuke.kit.errors.InputError: 1 of 1 histories: t_x must not be below x. The first is row 0: x=3, t_x=2, n=6. \
Cure: count opportunities, not purchases: several purchases at one opportunity are one
    """
    if isinstance(source, Opportunities):
        return source
    meaning = "(x opportunities taken, t_x the last one taken, n opportunities there were)"
    columns = needed_columns(source, _NEEDS, meaning)
    read = Opportunities(**columns)
    require_rules(columns, _rules(read))
    return read


def needed_columns(source: object, needs: Sequence[str], meaning: str) -> dict[str, FloatArray]:
    """Those columns of a table, and ``customers`` (1 each where not given); where some are missing, an InputError that
    names them and says by ``meaning`` what each is."""
    names, column = _columns(source)
    absent = [name for name in needs if name not in names]
    if absent:
        raise InputError(
            f"Missing columns: {', '.join(absent)}. Present: {', '.join(names) or 'none'}. Cure: rename or add the "
            f"missing ones {meaning}"
        )
    read = {name: _floats(column(name), name) for name in needs}
    one_each = np.ones(len(read[needs[0]]))
    return read | {"customers": _floats(column("customers"), "customers") if "customers" in names else one_each}


def require_rules(columns: dict[str, FloatArray], rules: Iterable[tuple[str, str, NDArray[np.bool_]]]) -> None:
    """An InputError where columns differ in length or a rule (its sentence, its cure, where it is broken) is broken."""
    if len({len(column) for column in columns.values()}) > 1:
        told = ", ".join(f"{name} {len(column)}" for name, column in columns.items())
        raise InputError(f"Columns differ in length: {told}. Cure: give one number per history in each")
    for rule, cure, broken in rules:
        if broken.any():
            raise _broken(columns, rule, cure, broken)


def not_whole(column: FloatArray) -> NDArray[np.bool_]:
    """Where a column holds anything but whole numbers from 0."""
    with np.errstate(invalid="ignore"):
        return np.asarray(~((column >= 0) & (column < np.inf) & (column == np.floor(column))))


def _rules(h: Opportunities) -> Iterable[tuple[str, str, NDArray[np.bool_]]]:
    for name in _NEEDS:
        yield f"{name} must be a whole number from 0", "count opportunities", not_whole(getattr(h, name))
    yield (
        "customers must be a number from 0",
        "count the customers who share the history",
        ~((h.customers >= 0) & (h.customers < np.inf)),
    )
    yield "t_x must not be after n", "count both from the first purchase on", h.t_x > h.n
    yield (
        "t_x must not be below x",
        "count opportunities, not purchases: several purchases at one opportunity are one",
        h.t_x < h.x,
    )
    yield "t_x must be 0 where x is 0", "x counts opportunities after the first purchase", (h.x == 0) & (h.t_x > 0)


def _broken(columns: dict[str, FloatArray], rule: str, cure: str, broken: NDArray[np.bool_]) -> InputError:
    row = int(np.argmax(broken))
    shown: Sequence[str] = [name for name in columns if name != "customers" or name in rule]
    told = ", ".join(f"{name}={columns[name][row]:.12g}" for name in shown)
    return InputError(
        f"{int(broken.sum()):,} of {len(broken):,} histories: {rule}. The first is row {row}: {told}. Cure: {cure}"
    )
