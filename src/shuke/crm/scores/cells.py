"""Cells: what lists filter by, in one small number, and how many customers each cell holds.

All customers of one tier, stage, segment, risk and former tier share a cell. A filter becomes a set of cells; its
count is the sum of theirs, known without a look at a customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

LIKELY_TO_CHURN = 0.5
"""From which probability of no purchase within the next period the list calls a customer likely to churn."""
VALUABLE_AT_RISK = "at_risk_valuable"
"""The reason (a code of `why.…`) the policies give for a valuable customer at risk."""
_READ = ("tier_in_force", "stage", "rfm_segment", "why_code", "churn_probability")
NEW = ""
"""The tier before of a customer whom the run before did not know."""

Kind = tuple[str, str, str, bool, bool, str]


class Cells:
    """Numbers the kinds of customers as their scores come by, and counts them. `columns` are those of a row, in order.

    >>> cells = Cells(("tier_in_force", "stage", "rfm_segment", "why_code", "churn_probability"))
    >>> cells.number(("A", "decline", "at_risk", "at_risk_valuable", 0.7), before="A")
    0
    >>> cells.as_json()
    [['A', 'decline', 'at_risk', True, True, 'A', 1]]
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._pick = itemgetter(*(columns.index(name) for name in _READ))
        self._numbers: dict[Kind, int] = {}
        self._counts: list[int] = []

    def number(self, row: Sequence[Any], before: str) -> int:
        """The number of the cell of a row, whose customer had the tier `before` in the run before."""
        tier, stage, segment, why, churn = self._pick(row)
        kind = (tier, stage, segment, why == VALUABLE_AT_RISK, churn is not None and churn >= LIKELY_TO_CHURN, before)
        place = self._numbers.get(kind)
        if place is None:
            place = self._numbers[kind] = len(self._counts)
            self._counts.append(0)
        self._counts[place] += 1
        return place

    def as_json(self) -> list[list[Any]]:
        """The cells by number, each with its count last."""
        return [[*kind, self._counts[place]] for kind, place in self._numbers.items()]


@dataclass(frozen=True)
class Wanted:
    """A filter: in each field any of the values, in all fields. Empty: all."""

    tier: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    segment: tuple[str, ...] = ()
    risk: tuple[str, ...] = ()
    tier_before: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tier or self.stage or self.segment or self.risk or self.tier_before)

    def admits(self, cell: Sequence[Any]) -> bool:
        tier, stage, segment, value, churn, before, _ = cell
        return (
            (not self.tier or tier in self.tier)
            and (not self.stage or stage in self.stage)
            and (not self.segment or segment in self.segment)
            and (not self.risk or ("value" in self.risk and value) or ("churn" in self.risk and churn))
            and (not self.tier_before or (before or "new") in self.tier_before)
        )


ALL = Wanted()
"""The filter that admits everybody."""


def chosen(cells: Sequence[Sequence[Any]], wanted: Wanted) -> tuple[list[int], int]:
    """The numbers of the cells that a filter admits, and how many customers they hold together.

    >>> cells = [["A", "decline", "at_risk", True, True, "A", 3], ["B", "stability", "loyal", False, False, "A", 40]]
    >>> chosen(cells, Wanted(stage=("stability", "former"))), chosen(cells, Wanted(risk=("churn",)))
    (([1], 40), ([0], 3))
    """
    numbers = [place for place, cell in enumerate(cells) if wanted.admits(cell)]
    return numbers, sum(int(cells[place][-1]) for place in numbers)


def totals(cells: Iterable[Sequence[Any]]) -> dict[str, dict[str, int]]:
    """How many customers each value of each filter has.

    >>> totals([["A", "decline", "at_risk", True, True, "A", 3]])["risk"]
    {'value': 3, 'churn': 3}
    """
    sums: dict[str, dict[str, int]] = {name: {} for name in ("tier", "stage", "segment", "risk")}
    for tier, stage, segment, value, churn, _, count in cells:
        risks = [("risk", name) for name, at_risk in (("value", value), ("churn", churn)) if at_risk]
        for name, code in [("tier", tier), ("stage", stage), ("segment", segment), *risks]:
            sums[name][code] = sums[name].get(code, 0) + count
    return sums
