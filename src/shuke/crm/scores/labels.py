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
RFM: Mapping[str, str] = {"rfm_r": "rfm_r.", "rfm_f": "rfm_f.", "rfm_m": "rfm_m."}
"""The three scores, 1 to 5 each."""
FIVE = ("1", "2", "3", "4", "5")
TOGETHER = "rfm"
"""Under this name a run counts the three scores together, so that a list by any of them is counted exactly."""
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
    **RFM,
}
"""The filter, which is the score's column too, and where the names of its codes stand."""
WITH_INDEX = tuple(name for name in LABELS if name not in (*TRAITS, *RFM))
"""Those whose few are found by an index of their own. The scores of RFM share one: two of them make a cell of a
picture, and many cells hold few. A trait parts customers into a handful of large groups, whom a walk along the order
meets soon, and the run knows which are small: of a million those take 0.4 s to find without an index, 0.02 s with one.
Four indexes more would take 3.7 s of each publication, more than a tenth of it."""

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
        self._picks: dict[str, itemgetter[Any]] = {
            name: itemgetter(columns.index(name)) for name in LABELS if name not in RFM
        }
        self._picks[TOGETHER] = itemgetter(*(columns.index(name) for name in RFM))
        self._counts: dict[str, Counter[Any]] = {name: Counter() for name in self._picks}

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Count these rows."""
        for name, pick in self._picks.items():
            self._counts[name].update(map(pick, rows))

    def as_json(self) -> Counts:
        """The scores of RFM by themselves too."""
        found: Counts = {name: dict(counted) for name, counted in self._counts.items() if name != TOGETHER}
        together = self._counts[TOGETHER]
        for place, name in enumerate(RFM):
            found[name] = {}
            for scores, count in together.items():
                found[name][str(scores[place])] = found[name].get(str(scores[place]), 0) + count
        return found | {TOGETHER: {"".join(map(str, scores)): count for scores, count in together.items()}}


def recounted(counts: Mapping[str, Mapping[str, int]], rows: Iterable[Mapping[str, Any]], step: int) -> Counts:
    """The counts of labels with those rows more (step 1) or fewer (−1); what they count besides is left out.

    >>> recounted({"tier": {"A": 2}, "prospect": {"star": 2}}, [{"prospect": "star"}], -1)
    {'prospect': {'star': 1}}
    """
    found = {name: dict(counts[name]) for name in (*LABELS, TOGETHER) if name in counts}
    for row in rows:
        for name, counted in found.items():
            code = "".join(str(row[one]) for one in (RFM if name == TOGETHER else (name,)))
            counted[code] = counted.get(code, 0) + step
    return found


def how_many(counts: Mapping[str, Mapping[str, int]], asked: Asked) -> int | None:
    """How many customers a filter leaves, as the run counted them; None where it did not.

    >>> counts = {"prospect": {"star": 2, "steady": 5}}
    >>> how_many(counts, [("prospect", ("star", "steady"))]), how_many(counts, [("prospect", ("usual",))])
    (7, 0)
    >>> how_many(counts, [("prospect", ("star",)), ("credit", ("red",))]) is None
    True
    >>> how_many({"rfm": {"543": 8, "553": 2, "153": 1}}, [("rfm_f", ("5",)), ("rfm_m", ("3",))])
    3
    """
    [(name, codes), *more] = asked
    if not more and name in counts:
        return sum(counts[name].get(code, 0) for code in codes)
    wanted = dict(asked)
    if TOGETHER not in counts or not set(wanted) <= set(RFM):
        return None
    admitted = [wanted.get(score, FIVE) for score in RFM]
    return sum(
        count
        for scores, count in counts[TOGETHER].items()
        if all(score in any_of for score, any_of in zip(scores, admitted, strict=True))
    )
