"""Traits: how much price counts for a customer, and how steadily they trade."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Self

from shuke.classify._indicator_definition import SHIPPED, IndicatorBook
from shuke.classify._ranks import Knots, learn_knots, rank_sql, sample, steadied_sql
from shuke.classify._type_sql import NEEDS
from shuke.engines import Table, literal, quoted
from shuke.kit.errors import InputError
from shuke.kit.rules import require_columns


@dataclass(frozen=True)
class TraitBook:
    """Each trait's weights by indicator, and which share of them must be known."""

    traits: Mapping[str, Mapping[str, float]]
    least_known: float = 0.3


def trait_book(data: Mapping[str, Any], indicators: IndicatorBook = SHIPPED, source: str = "The traits") -> TraitBook:
    """The traits from nested dicts shaped as traits.toml; one error lists all that is wrong."""
    traits, least = data.get("traits", {}), data.get("settings", {}).get("least_known", 0.3)
    wrong = [f"unknown part {name}" for name in sorted(set(data) - {"settings", "traits", "cuts", "read"})]
    if not isinstance(least, int | float) or not 0 <= least <= 1:
        wrong.append(f"least_known {least!r} is no share of one")
    if not traits:
        wrong.append("no traits")
    for name, weights in traits.items():
        wrong += [f"{name}: no indicator is called {code}" for code in weights if code not in indicators.codes]
        wrong += [f"{name}: the weight of {code} is 0 or no number" for code, weight in weights.items() if not weight]
    if wrong:
        raise InputError(f"{source} cannot be used: {'; '.join(wrong)}. Compare them with traits.toml.")
    return TraitBook(
        {name: {c: float(w) for c, w in weights.items()} for name, weights in traits.items()}, float(least)
    )


TRAIT_BOOK = trait_book(
    tomllib.loads(files(__package__).joinpath("traits.toml").read_text("utf-8")), source="traits.toml"
)
"""The traits that ship."""


class Traits:
    """How much does price count for a customer, and how steadily do they trade, against all others?

    Each trait (`traits.toml`) is the weighted mean of its indicators' ranks among customers, 0 to 1, of those that are
    known of the customer; null where that is less than `least_known` of its weight. `label` appends a column a trait.

    Errors: InputError for a definition or columns that are not there.

    >>> import pyarrow as pa
    >>> from shuke.engines import DuckDBEngine
    >>> rows = {"customer_id": ["u", "v"], "lines": [9, 9], "gap_variation": [0.1, 1.2], "amount_variation": [0.2, 0.9]}
    >>> with DuckDBEngine() as engine:
    ...     customers = engine.from_arrow("customers", pa.table(rows))
    ...     known = Traits().fit(customers).label(customers)
    ...     engine.fetch("SELECT customer_id, trading_stability FROM {t} ORDER BY 1", t=known).to_pylist()
    [{'customer_id': 'u', 'trading_stability': 0.75}, {'customer_id': 'v', 'trading_stability': 0.25}]

    Source: 004_4d895e9f5890cd2f.txt (交易稳定性); mission 3.6 and 3.12.
    """

    def __init__(self, *, book: TraitBook = TRAIT_BOOK, indicators: IndicatorBook = SHIPPED) -> None:
        self.book = book
        self.indicators = indicators

    def fit(self, table: Table) -> Self:
        """Learn where the ranks of each indicator lie."""
        require_columns(NEEDS, table.columns, "Traits")
        asked = [code for code in self._codes() if code in table.columns]
        self.params_: Mapping[str, Knots] = learn_knots(sample(table, [*NEEDS, *asked]), asked, self.indicators)
        return self

    def label(self, table: Table) -> Table:
        """The same rows with a column a trait appended."""
        if not hasattr(self, "params_"):
            raise InputError("These Traits have not been fitted: call fit(table) first.")
        knots = self.params_
        require_columns([*NEEDS, *knots], table.columns, "Traits")
        columns = ", ".join(quoted(name) for name in table.columns if name not in self.book.traits)
        steady = "".join(f", {steadied_sql(code, one)} AS f_{code}" for code, one in knots.items())
        ranks = "".join(
            f", CASE WHEN f_{code} IS NOT NULL THEN {rank_sql(f'f_{code}', one)} END AS r_{code}"
            for code, one in knots.items()
        )
        traits = ", ".join(f"{self._trait(weights)} AS {quoted(name)}" for name, weights in self.book.traits.items())
        sql = f"""
            SELECT {columns}, {traits}
            FROM (SELECT *{ranks} FROM (SELECT *{steady} FROM {{table}}) AS steadied) AS ranked
        """
        return table.engine.view("traits", sql, table=table)

    def _codes(self) -> list[str]:
        return list(dict.fromkeys(code for weights in self.book.traits.values() for code in weights))

    def _trait(self, weights: Mapping[str, float]) -> str:
        there = {code: weight for code, weight in weights.items() if code in self.params_}
        if not there:
            return "CAST(NULL AS DOUBLE)"
        sums = " + ".join(
            f"coalesce({literal(abs(weight))} * {f'r_{code}' if weight > 0 else f'(1 - r_{code})'}, 0)"
            for code, weight in there.items()
        )
        known = " + ".join(
            f"CASE WHEN r_{code} IS NULL THEN {literal(0.0)} ELSE {literal(abs(weight))} END"
            for code, weight in there.items()
        )
        least = literal(max(self.book.least_known * sum(map(abs, weights.values())), 1e-9))
        return f"CASE WHEN {known} >= {least} THEN ({sums}) / ({known}) END"
