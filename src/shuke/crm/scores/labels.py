"""Labels that lists filter by beside those of the cells: each a column with an index, and counts that a run keeps.

Cells multiply with each label that joins them; these stand apart, so that there may be many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

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
}
"""The filter, which is the score's column too, and where the names of its codes stand."""

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
