"""Labels that lists filter by beside those of the cells: each a column, and counts that a run keeps.

Cells multiply with each label that joins them; these stand apart, so that there may be many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

TRAITS: Mapping[str, str] = {
    "price_code": "price.",
    "channel_code": "channel.",
    "affinity_code": "affinity.",
    "rhythm": "rhythm.",
}
"""What customers are like. Their codes are told with the trait: by itself “as for most” says nothing."""
LABELS: Mapping[str, str] = {
    "prospect": "prospect.",
    "rfm_alarm": "rfm_alarm.",
    "quadrant": "quadrant.",
    "type": "type.",
    "loyalty_kind": "loyalty.",
    "satisfaction": "satisfaction.",
    "credit": "credit.",
    "stability": "stability.",
    "list_proposal": "list.",
    **TRAITS,
}
"""The filter, which is the score's column too, and where the names of its codes stand."""
WITH_INDEX = tuple(name for name in LABELS if name not in TRAITS)
"""Those whose few are found by an index. A trait parts customers into a handful of large groups, whom a walk along the
order meets soon, and the run knows which codes are rare; four indexes more would cost each publication a tenth."""

Asked = Sequence[tuple[str, Sequence[str]]]
"""Filters, each with its codes: any of them."""
Counts = dict[str, dict[str, int]]


class Counted:
    """Counts each label as scores come by. `columns` are those of a row, in order.

    >>> counted = Counted(tuple(LABELS))
    >>> counted.add([[word] * len(LABELS) for word in ("star", "steady", "star")])
    >>> counted.as_json()["prospect"]
    {'star': 2, 'steady': 1}
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._picks = {name: itemgetter(columns.index(name)) for name in LABELS}
        self._counts: dict[str, Counter[str]] = {name: Counter() for name in LABELS}

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Count these rows."""
        for name, pick in self._picks.items():
            self._counts[name].update(map(pick, rows))

    def as_json(self) -> Counts:
        return {name: dict(counted) for name, counted in self._counts.items()}


def recounted(counts: Mapping[str, Mapping[str, int]], rows: Iterable[Mapping[str, Any]], step: int) -> Counts:
    """The counts of labels with those rows more (step 1) or fewer (−1); what they count besides is left out.

    >>> recounted({"tier": {"A": 2}, "prospect": {"star": 2}}, [{"prospect": "star"}], -1)
    {'prospect': {'star': 1}}
    """
    found = {name: dict(counts[name]) for name in LABELS if name in counts}
    for row in rows:
        for name, counted in found.items():
            counted[row[name]] = counted.get(row[name], 0) + step
    return found


def how_many(counts: Mapping[str, Mapping[str, int]], asked: Asked) -> int | None:
    """How many customers a filter leaves, as the run counted them; None where it did not.

    >>> counts = {"prospect": {"star": 2, "steady": 5}}
    >>> how_many(counts, [("prospect", ("star", "steady"))]), how_many(counts, [("prospect", ("usual",))])
    (7, 0)
    >>> how_many(counts, [("prospect", ("star",)), ("credit", ("red",))]) is None
    True
    """
    [(name, codes), *more] = asked
    if more or name not in counts:
        return None
    return sum(counts[name].get(code, 0) for code in codes)
