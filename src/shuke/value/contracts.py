"""Contracts: how often was each renewed, and is it still running? For whole cohorts and for single customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuke.kit.errors import InputError
from shuke.value.histories import FloatArray, _floats
from shuke.value.opportunities import needed_columns, not_whole, require_rules

_NEEDS = ("renewals", "active")


@dataclass(frozen=True, eq=False)
class Contracts:
    """What is known of many contracts, column by column.

    - ``renewals``: how often the contract was renewed so far (a whole number; 0 in the first period);
    - ``active``: is it still running? False: it was not renewed once more;
    - ``customers``: how many customers have this history.

    Make them with `read_contracts`, from single customers, or with `cohort_contracts`, from counts.
    """

    renewals: FloatArray
    active: NDArray[np.bool_]
    customers: FloatArray

    def __len__(self) -> int:
        return len(self.renewals)


def read_contracts(source: object) -> Contracts:
    """Which contracts does this table hold? Checked, in the order of its rows.

    ``source`` is a dict of arrays, a pandas or polars DataFrame, a pyarrow Table, anything with ``to_arrow()``, or
    Contracts. ``active`` is true or 1 for who is still there, false or 0 for who left; ``customers`` (default 1) is
    read where present. The source is never changed.

    Raises InputError: columns missing (all of them named), or values that break a rule (how many, the first, the cure).

    >>> read_contracts({"renewals": [3, 0], "active": [True, False]}).active.tolist()
    [True, False]
    >>> read_contracts({"renewals": [3], "active": [7]})
    Traceback (most recent call last):
    shuke.kit.errors.InputError: 1 of 1 histories: active must be 0 or 1. The first is row 0: renewals=3, active=7. \
Cure: give 1 to who is still there, 0 to who has left
    """
    if isinstance(source, Contracts):
        return source
    meaning = "(renewals so far, active 1 or 0); counts by period go through cohort_contracts"
    columns = needed_columns(source, _NEEDS, meaning)
    require_rules(columns, _rules(columns))
    return Contracts(columns["renewals"], columns["active"] == 1, columns["customers"])


def cohort_contracts(*cohorts: Sequence[float]) -> Contracts:
    """The contracts behind counts of customers: each cohort is how many it had at first and after each renewal.

    Cohorts of different age are given side by side, each as far as it is known. Whoever is in a cohort's last count is
    still there.

    >>> known = cohort_contracts([100, 60, 50], [80, 55])
    >>> known.renewals.tolist(), known.active.tolist(), known.customers.tolist()
    ([0.0, 1.0, 2.0, 0.0, 1.0], [False, False, True, False, True], [40.0, 10.0, 50.0, 25.0, 55.0])

    Raises InputError: a cohort without counts, with a negative one, or one that grows (won-back or new customers are a
    cohort of their own).
    """
    renewals, active, customers = [], [], []
    for number, cohort in enumerate(cohorts, 1):
        counts = _floats(cohort, f"of cohort {number}")
        _check_cohort(counts, number)
        renewals.append(np.arange(len(counts), dtype=np.float64))
        active.append(np.arange(len(counts)) == len(counts) - 1)
        customers.append(np.append(-np.diff(counts), counts[-1]))
    if not cohorts:
        raise InputError("No cohort was given: give at least one list of counts, such as [1000, 869, 743]")
    return Contracts(np.concatenate(renewals), np.concatenate(active), np.concatenate(customers))


def _check_cohort(counts: FloatArray, number: int) -> None:
    cure = "Give how many were there at first and after each renewal, such as [1000, 869, 743]"
    if not len(counts) or not (np.isfinite(counts) & (counts >= 0)).all():
        raise InputError(f"Cohort {number} has the counts {counts.tolist()}: they must be numbers from 0. {cure}")
    grown = np.flatnonzero(np.diff(counts) > 0)
    if len(grown):
        first, then = counts[grown[0] : grown[0] + 2]
        raise InputError(
            f"Cohort {number} grows from {first:g} to {then:g} at renewal {grown[0] + 1}: "
            f"a cohort can only shrink. {cure}"
        )


def _rules(columns: dict[str, FloatArray]) -> Iterable[tuple[str, str, NDArray[np.bool_]]]:
    active, customers = columns["active"], columns["customers"]
    yield (
        "renewals must be a whole number from 0",
        "count renewals made; 0 in the first period",
        not_whole(columns["renewals"]),
    )
    yield (
        "active must be 0 or 1",
        "give 1 to who is still there, 0 to who has left",
        ~((active == 0) | (active == 1)),
    )
    yield (
        "customers must be a number from 0",
        "count the customers who share the history",
        ~((customers >= 0) & (customers < np.inf)),
    )
