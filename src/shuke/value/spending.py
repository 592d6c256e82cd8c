"""Of which purchases is spend the mean? Of those after the first, wherever enough customers came back.

What is forecast are later purchases, and a first one may be of another kind: a car, and then its service; a cheap
trial, and then the refill. So spend is learned, and each customer's own is taken, from repeat purchases alone, as in
Fader & Hardie (2013): x purchases after the first, and their mean. Who never came back says nothing of them, and is
expected to spend as the others do when they come back. Where fewer than 20 customers came back, nothing could be
learned so; all purchases are taken then, the first ones too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shuke.engines import Table
from shuke.value.gamma_gamma import FEW_CUSTOMERS, GammaGamma
from shuke.value.histories import read_histories


@dataclass(frozen=True, eq=False)
class Spends:
    """What customers spent: ``histories`` for `GammaGamma.fit`, and whether first purchases are among them."""

    histories: object
    first_too: bool

    def fitted(self) -> GammaGamma:
        """The spend model of them."""
        return GammaGamma(first_too=self.first_too).fit(self.histories)


def spends(told: Callable[[bool], object]) -> Spends:
    """Repeat purchases, or all of them where fewer than 20 customers spent anything at a repeat purchase.

    ``told(first_too)`` gives the histories, (x, spend) and ``customers`` where rows stand for several, of either.

    >>> few = {False: {"x": [2], "spend": [10.0]}, True: {"x": [3, 1], "spend": [20.0, 40.0]}}
    >>> spends(lambda first_too: few[first_too]).first_too
    True
    """
    repeat = told(False)
    read = read_histories(repeat, needs=("x", "spend"))
    enough = float(read.customers[(read.x > 0) & (read.known_spend() > 0)].sum()) >= FEW_CUSTOMERS
    return Spends(repeat, False) if enough else Spends(told(True), True)


def spend_histories(summary: Table) -> Spends:
    """The distinct (purchases, mean spend in minor units) of customers who spent, and how many have each.

    Purchases are repeat purchases where enough customers came back, all of them where not: see `spends`.
    """

    def told(first_too: bool) -> object:
        count, spent = ("purchases", "spend_minor") if first_too else ("x", "repeat_spend_minor")
        return summary.engine.fetch(_HISTORIES.format(count=count, spent=spent, summary="{summary}"), summary=summary)

    return spends(told)


_HISTORIES = """
    SELECT x, CAST(mean AS DOUBLE) AS spend, count(*) AS customers
    FROM (
        SELECT {count} AS x, (2 * {spent} + {count}) // (2 * {count}) AS mean
        FROM {summary} WHERE {count} > 0 AND {spent} > 0
    )
    WHERE mean > 0 GROUP BY x, mean ORDER BY x, mean
"""
