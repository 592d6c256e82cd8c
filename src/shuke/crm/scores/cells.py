"""Cells: what lists filter by, in one small number, and how many customers each cell holds.

All customers of one tier, stage, segment, risk and former tier share a cell. A filter becomes a set of cells; its
count is the sum of theirs, known without a look at a customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LIKELY_TO_CHURN = 0.5
"""From which probability of no purchase within the next period the list calls a customer likely to churn."""
VALUABLE_AT_RISK = "at_risk_valuable"
"""The reason (a code of `why.…`) the policies give for a valuable customer at risk."""
NEW = ""
"""The tier before of a customer whom the run before did not know."""

Kind = tuple[str, str, str, bool, bool, str]


@dataclass
class Cells:
    """Numbers the kinds of customers as they come, and counts them."""

    numbers: dict[Kind, int] = field(default_factory=dict)
    counts: list[int] = field(default_factory=list)

    def number(self, kind: Kind) -> int:
        place = self.numbers.setdefault(kind, len(self.counts))
        if place == len(self.counts):
            self.counts.append(0)
        self.counts[place] += 1
        return place

    def as_json(self) -> list[list[Any]]:
        return [[*kind, self.counts[place]] for kind, place in self.numbers.items()]


def kind_of(row: Sequence[Any], place: Mapping[str, int], before: str) -> Kind:
    """What a customer is filtered by: from a row of scores, and where each column stands in it.

    >>> columns = ("tier_in_force", "stage", "rfm_segment", "why_code", "churn_probability")
    >>> place = {name: number for number, name in enumerate(columns)}
    >>> kind_of(("A", "decline", "at_risk", "at_risk_valuable", 0.7), place, before="A")
    ('A', 'decline', 'at_risk', True, True, 'A')
    """
    churn = row[place["churn_probability"]]
    return (
        row[place["tier_in_force"]],
        row[place["stage"]],
        row[place["rfm_segment"]],
        row[place["why_code"]] == VALUABLE_AT_RISK,
        churn is not None and churn >= LIKELY_TO_CHURN,
        before,
    )


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
