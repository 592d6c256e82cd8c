"""Purchase histories: all that the value models need to know of a customer, three numbers each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shuke.kit.errors import InputError
from shuke.value._distinct import counted_rows, runs

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_MODEL_COLUMNS = ("x", "t_x", "T")
_COLUMNS = (*_MODEL_COLUMNS, "customers", "spend", "log_gaps")
_GAP_ROUNDING = 0.05  # of a gap's logarithm: what times printed to two digits may be off


@dataclass(frozen=True, eq=False)
class Histories:
    """What is known of many customers, column by column.

    - ``x``: how often the customer came back after the first purchase (a whole number);
    - ``t_x``: time from the first purchase to the last, 0 for one-time buyers;
    - ``T``: time from the first purchase to now, in the unit of ``t_x``;
    - ``customers``: how many customers have this history (1 unless grouped);
    - ``spend``: mean spend per purchase, where it is known;
    - ``log_gaps``: the natural logs of the ``x`` gaps between a customer's purchases (first to second, and so on), in
      the unit of ``t_x``, summed; of a history shared by several customers, the mean of their sums. 0 where x = 0;
    - ``covariates``: what else is known of the customers, shape (n, c), named by ``covariate_names``.

    Make them with `read_histories`, which checks them.

    >>> seen = read_histories({"x": [0, 2, 0], "t_x": [0, 30, 0], "T": [39, 39, 39]})
    >>> len(seen), seen.grouped().customers.tolist()
    (3, [2.0, 1.0])
    """

    x: FloatArray
    t_x: FloatArray
    T: FloatArray
    customers: FloatArray
    spend: FloatArray | None = None
    log_gaps: FloatArray | None = None
    covariates: FloatArray | None = None
    covariate_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.x)

    def grouped(self) -> Histories:
        """Each distinct (x, t_x, T, covariates) once, in rising order, with its customers summed; spend is left out.

        A likelihood is the same sum either way, and far cheaper: 1 M customers are about 100 k histories of days.
        ``log_gaps`` become their mean per customer, which keeps the likelihood of regular purchases the same too.
        """
        columns = (self.x, self.t_x, self.T, *_columns_of(self.covariates))
        alone = self.log_gaps is None and bool((self.customers == 1).all())
        if alone and (counted := counted_rows(columns)) is not None:
            (x, t_x, T, *beside), customers = counted
            known = np.column_stack(beside) if beside else self.covariates
            return Histories(x, t_x, T, customers, covariates=known, covariate_names=self.covariate_names)
        order, starts = runs(*columns)
        first = order[starts]
        customers = _summed(self.customers[order], starts)
        log_gaps = None
        if self.log_gaps is not None:
            total = _summed((self.customers * self.log_gaps)[order], starts)
            log_gaps = np.divide(total, customers, out=self.log_gaps[first], where=customers > 0)
        return Histories(
            *(self.x[first], self.t_x[first], self.T[first], customers),
            log_gaps=log_gaps,
            covariates=None if self.covariates is None else self.covariates[first],
            covariate_names=self.covariate_names,
        )

    def rows(self, which: slice | IntArray) -> Histories:
        """Some of them, with all that is known of them."""
        columns = {name: getattr(self, name) for name in (*_COLUMNS, "covariates")}
        return replace(self, **{name: column[which] for name, column in columns.items() if column is not None})

    def known_spend(self) -> FloatArray:
        """The column ``spend``, or an InputError that says it is missing."""
        if self.spend is None:
            raise _missing(["spend"], self._present())
        return self.spend

    def known_log_gaps(self) -> FloatArray:
        """The column ``log_gaps``, or an InputError that says it is missing."""
        if self.log_gaps is None:
            raise _missing(["log_gaps"], self._present())
        return self.log_gaps

    def known_covariates(self) -> FloatArray:
        """The covariates, or an InputError that says there are none."""
        if self.covariates is None:
            raise InputError("Histories without covariates. Cure: name their columns where the histories are read")
        return self.covariates

    def _present(self) -> list[str]:
        optional = [name for name in ("spend", "log_gaps") if getattr(self, name) is not None]
        return [*_MODEL_COLUMNS, "customers", *optional, *self.covariate_names]


def read_histories(
    source: object, needs: Sequence[str] = _MODEL_COLUMNS, covariates: Sequence[str] | None = None
) -> Histories:
    """Which histories does this table hold? Checked, as float64 arrays, in the order of its rows.

    ``source`` is a dict of arrays, a pandas or polars DataFrame, a pyarrow Table, anything with ``to_arrow()``, or
    Histories. ``needs`` names the columns that must be there; ``t_x`` and ``T``, where neither needed nor there,
    become NaN. ``customers`` (default 1), ``spend`` and ``log_gaps`` are read where present. ``covariates`` names the
    columns that become `Histories.covariates`, in that order; None reads none from a table, and leaves Histories as
    they are. The source is never changed.

    Raises InputError: columns missing (all of them named), or values that break a rule (how many, the first, the cure).

    >>> read_histories({"x": [1], "t_x": [50], "T": [39]})
    Traceback (most recent call last):
    shuke.kit.errors.InputError: 1 of 1 histories: t_x must not be after T. The first is row 0: x=1, t_x=50, T=39. \
Cure: count both from the first purchase, in one unit, and T up to the same day for all
    """
    if isinstance(source, Histories):
        return _with_needs(source, needs, covariates)
    names, column = _columns(source)
    beside = tuple(covariates or ())
    absent = [name for name in (*needs, *beside) if name not in names]
    if absent:
        raise _missing(absent, names)
    read = {name: _floats(column(name), name) for name in dict.fromkeys((*_COLUMNS, *beside)) if name in names}
    _check_lengths(read)
    x, log_gaps = read["x"], read.get("log_gaps")
    unknown, one = np.broadcast_to(np.nan, x.shape), np.broadcast_to(1.0, x.shape)
    histories = Histories(
        *(x, read.get("t_x", unknown), read.get("T", unknown), read.get("customers", one), read.get("spend")),
        log_gaps=None if log_gaps is None else np.where(x > 0, log_gaps, 0.0),
        covariates=np.column_stack([read[name] for name in beside]) if beside else None,
        covariate_names=beside,
    )
    _check(histories, needs)
    return histories


def whole_counts(n: ArrayLike, histories: int) -> FloatArray:
    """Counts of purchases, one per history, or an InputError."""
    counts = np.asarray(n, dtype=np.float64)
    if counts.shape != (histories,):
        raise InputError(f"Counts of shape {counts.shape}: give one per history, shape ({histories},)")
    bad = ~((counts >= 0) & (counts == np.floor(counts)) & np.isfinite(counts))
    if bad.any():
        raise InputError(f"Unexpected count {counts[bad][0]:g} ({bad.sum():,} such): give whole numbers from 0")
    return counts


def _summed(ordered: FloatArray, starts: IntArray) -> FloatArray:
    """The sum of each run."""
    return np.add.reduceat(ordered, starts) if len(ordered) else np.zeros(0)


def _columns(source: Any) -> tuple[list[str], Callable[[str], Any]]:
    """The names of the columns, and how to get one: no library is imported to ask."""
    if isinstance(source, Mapping):
        return [str(name) for name in source], lambda name: source[name]
    if hasattr(source, "to_arrow"):
        source = source.to_arrow()
    if hasattr(source, "read_all"):
        source = source.read_all()
    if hasattr(source, "schema") and hasattr(source, "column"):
        return list(source.schema.names), lambda name: source.column(name).to_numpy(zero_copy_only=False)
    if hasattr(source, "columns") and hasattr(source, "__getitem__"):
        return [str(name) for name in source.columns], lambda name: source[name].to_numpy(dtype=np.float64)
    raise InputError(
        f"Histories cannot be read from {type(source).__name__}. "
        "Give a dict of arrays, a DataFrame, an Arrow table or anything with to_arrow()"
    )


def _floats(values: Any, name: str) -> FloatArray:
    try:
        column = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"Column {name} must hold numbers: {error}. Cure: convert it before the call") from error
    if column.ndim != 1:
        raise InputError(f"Column {name} has shape {column.shape}; it must be one number per history, shape (n,)")
    return column


def _with_needs(histories: Histories, needs: Sequence[str], covariates: Sequence[str] | None) -> Histories:
    if "spend" in needs:
        histories.known_spend()
    if "log_gaps" in needs:
        histories.known_log_gaps()
    if {"t_x", "T"} & set(needs) and len(histories) and np.isnan(histories.T).all():
        raise _missing(["t_x", "T"], ["x", "customers", "spend"])
    columns = {name: getattr(histories, name) for name in (*_COLUMNS, "covariates")}
    _check_lengths({name: column for name, column in columns.items() if column is not None})
    _check(histories, needs)
    return histories if covariates is None else _with_covariates(histories, tuple(covariates))


def _with_covariates(histories: Histories, names: tuple[str, ...]) -> Histories:
    """The same with these covariates and no others, in this order."""
    if names == histories.covariate_names:
        return histories
    absent = [name for name in names if name not in histories.covariate_names]
    if absent:
        raise _missing(absent, histories._present())
    places = [histories.covariate_names.index(name) for name in names]
    chosen = None if histories.covariates is None or not names else histories.covariates[:, places]
    return replace(histories, covariates=chosen, covariate_names=names)


def _missing(absent: Sequence[str], present: Sequence[str]) -> InputError:
    return InputError(
        f"Missing columns: {', '.join(absent)}. Present: {', '.join(present) or 'none'}. "
        "Cure: rename or add the missing ones (x repeat purchases, t_x time of the last, T time observed, "
        "spend mean per purchase, log_gaps logs of the gaps between purchases, summed)"
    )


def _check(histories: Histories, needs: Sequence[str]) -> None:
    # One pass that is right in the usual case; which rule broke is only asked when one did.
    for rule, cure, broken in _broken_rules(histories, timed="T" in needs or "t_x" in needs):
        if broken.any():
            raise _broken(histories, rule, cure, broken)


def _check_lengths(columns: Mapping[str, FloatArray]) -> None:
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise InputError(f"Columns differ in length: {told}. Cure: give one number per history in each")


def _broken_rules(histories: Histories, timed: bool) -> Iterable[tuple[str, str, NDArray[np.bool_]]]:
    x, t_x, T, customers = histories.x, histories.t_x, histories.T, histories.customers
    with np.errstate(invalid="ignore"):  # NaN and inf are what the first rules look for
        yield (
            "x must be a whole number from 0",
            "count purchase days after the first",
            ~((x >= 0) & (x < np.inf) & (x == np.floor(x))),
        )
        yield (
            "customers must be a number from 0",
            "count the customers who share the history",
            ~((customers >= 0) & (customers < np.inf)),
        )
        if histories.spend is not None:
            yield (
                "spend must be finite (NaN where unknown)",
                "divide by at least one purchase",
                np.isinf(histories.spend),
            )
        for name, column in zip(histories.covariate_names, _columns_of(histories.covariates), strict=True):
            yield f"{name} must be finite", "fill in what is unknown, or leave the covariate out", ~np.isfinite(column)
        if timed:
            yield from _broken_times(x, t_x, T)
            if histories.log_gaps is not None:
                yield from _broken_gaps(x, t_x, histories.log_gaps)


def _broken_times(x: FloatArray, t_x: FloatArray, T: FloatArray) -> Iterable[tuple[str, str, NDArray[np.bool_]]]:
    yield "T must be a number from 0", "leave out who had not bought by the last day", ~(np.isfinite(T) & (T >= 0))
    yield "t_x must be a number from 0", "give 0 to those who bought once", ~(t_x >= 0)
    yield (
        "t_x must not be after T",
        "count both from the first purchase, in one unit, and T up to the same day for all",
        t_x > T,
    )
    yield "t_x must be 0 where x is 0", "x counts purchases after the first, t_x ends at the last", (x == 0) & (t_x > 0)
    yield "t_x must be above 0 where x is above 0", "purchases on one day are one purchase", (x > 0) & (t_x == 0)


def _broken_gaps(x: FloatArray, t_x: FloatArray, gaps: FloatArray) -> Iterable[tuple[str, str, NDArray[np.bool_]]]:
    yield "log_gaps must be finite", "purchases on one day are one purchase", ~np.isfinite(gaps)
    known = np.maximum(x, 1)
    most = x * (np.log(np.where(x > 0, t_x, 1.0) / known) + _GAP_ROUNDING)  # equal gaps have the largest sum of logs
    yield "log_gaps must be at most x log(t_x / x)", "sum natural logs of gaps in the unit of t_x", gaps > most


def _columns_of(covariates: FloatArray | None) -> Iterable[FloatArray]:
    return () if covariates is None else covariates.T


def _broken(histories: Histories, rule: str, cure: str, broken: NDArray[np.bool_]) -> InputError:
    row = int(np.argmax(broken))
    shown = [*_MODEL_COLUMNS, *(name for name in ("customers", "spend", "log_gaps") if name in rule)]
    told = ", ".join(f"{name}={getattr(histories, name)[row]:.12g}" for name in shown)
    return InputError(
        f"{int(broken.sum()):,} of {len(broken):,} histories: {rule}. The first is row {row}: {told}. Cure: {cure}"
    )
