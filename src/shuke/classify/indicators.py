"""Indicators: figures of each customer that types and traits are judged by, from purchases, products and surveys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from shuke.classify._indicator_definition import SHIPPED, Indicator, IndicatorBook, book_from
from shuke.classify._indicator_facts import Sources, day_facts, kind_facts, line_facts, survey_facts
from shuke.engines import Table, quoted
from shuke.kit.rules import require_columns

TRAITS = ("main_channel", "main_category")
"""Codes rather than figures: where most lines were bought, and of which category."""
_PURCHASES = ("customer_id", "purchased_on", "amount_minor")
_SURVEYS = ("customer_id", "asked_on", "question", "score")


@dataclass(frozen=True)
class Measured:
    """Indicators of all customers."""

    table: Table
    """customer_id, lines, main_channel, main_category, then a FLOAT for each indicator, null where not known."""
    missing: Mapping[str, tuple[str, ...]]
    """Indicators that dropped out, and for each the columns or questions that are not there."""

    def join(self, table: Table) -> Table:
        """A table of customers with the indicators appended; null for who has none."""
        require_columns(("customer_id",), table.columns, "Measured.join")
        added = [name for name in self.table.columns if name != "customer_id"]
        kept = ", ".join(f"t.{quoted(name)}" for name in table.columns if name not in added)
        listed = ", ".join(f"m.{quoted(name)}" for name in added)
        sql = f"SELECT {kept}, {listed} FROM {{t}} AS t LEFT JOIN {{m}} AS m ON t.customer_id = m.customer_id"
        return table.engine.view("measured", sql, t=table, m=self.table)


class Indicators:
    """What sets customers apart: what they buy, what they pay, how new it is, where, how evenly, and what they say?

    The indicators are data (`definition`, by default indicators.toml): each says which columns it needs of purchases,
    products and surveys. One whose columns are missing, or empty throughout, drops out; `measure` reports it.

    - Only lines of more than nothing up to as_of count, since they are what a customer chose; returns do not.
    - `purchases`: as `tables.PURCHASES`; of it customer_id, purchased_on and amount_minor must be there.
    - `products` (optional): product_id, and where known launched_on and selling_point (function, economy, feeling).
    - `surveys` (optional): one row an answer: customer_id, asked_on, question (a code), score.
    - `wanted`: codes to measure (default: all). Those of evenness put the days of the last two years in order, which
      is dear; the rest take one pass of lines by customer, and one by customer and category.

    Two indicators are estimates: product_repeat counts products in 62 slots (linear counting; Whang et al. 1990), and
    main_channel is the most frequent of the eight channels most used.

    Errors: InputError for a definition, an unknown code or missing columns.

    >>> from datetime import date
    >>> from shuke.engines import DuckDBEngine
    >>> rows = {"customer_id": ["u", "u", "v"], "purchased_on": [date(2024, 1, 1)] * 3,
    ...         "amount_minor": [900, 900, 200], "discount_minor": [100, 100, None]}
    >>> with DuckDBEngine() as engine:
    ...     purchases = engine.from_arrow("purchases", pa.table(rows))
    ...     measured = Indicators(wanted=("discount_share", "variety")).measure(purchases, as_of=date(2024, 1, 31))
    ...     shares = measured.table.to_arrow().to_pylist()
    >>> sorted((row["customer_id"], row["discount_share"]) for row in shares), dict(measured.missing)
    ([('u', 0.1), ('v', 0.0)], {'variety': ('purchases.category',)})

    Source: 000_7281ac552204e346.txt (分类指标值); mission 3.3, 3.6 and 3.12.
    """

    def __init__(self, *, definition: Mapping[str, Any] | None = None, wanted: tuple[str, ...] | None = None) -> None:
        self.book = SHIPPED if definition is None else book_from(definition)
        self.wanted = self.book.codes if wanted is None else wanted

    def measure(
        self,
        purchases: Table,
        *,
        as_of: date,
        products: Table | pa.Table | None = None,
        surveys: Table | pa.Table | None = None,
    ) -> Measured:
        """The indicators of every customer who bought something up to as_of, worked out now and kept."""
        require_columns(_PURCHASES, purchases.columns, "Indicators, of purchases,")
        products, surveys = _given(purchases, "products", products), _given(purchases, "surveys", surveys)
        if products is not None:
            require_columns(("product_id",), products.columns, "Indicators, of products,")
        if surveys is not None:
            require_columns(_SURVEYS, surveys.columns, "Indicators, of surveys,")
        sources = Sources.of(purchases, as_of, products, surveys)
        asked = [self.book.indicator(code) for code in self.wanted]
        missing = {one.code: lacking for one in asked if (lacking := sources.lacking(one.needs))}
        known = [one for one in asked if one.code not in missing]
        table = _kept(sources, self.book, asked, known)
        return Measured(table, missing)


def _given(purchases: Table, label: str, rows: Table | pa.Table | None) -> Table | None:
    return purchases.engine.from_arrow(label, rows) if isinstance(rows, pa.Table) else rows


def _kept(sources: Sources, book: IndicatorBook, asked: list[Indicator], known: list[Indicator]) -> Table:
    """All sums side by side, one row a customer, and each indicator as its figure of them."""
    engine = sources.purchases.engine
    needs = {need for one in known for need in one.needs}
    parts = {"a": line_facts(sources, book.settings, needs)}
    if "purchases.category" in needs:
        parts["b"] = kind_facts(sources)
    if any(one.days for one in known):
        parts["c"] = day_facts(sources, book.settings)
    answers = [one for one in known if one.question]
    if answers and sources.surveys is not None:
        parts["d"] = survey_facts(sources.surveys, sources.as_of, book.settings, answers)
    joins = " ".join(
        f"LEFT JOIN {{{name}}} AS {name} ON a.customer_id = {name}.customer_id" for name in parts if name != "a"
    )
    codes = {one.code for one in known}
    figures = ", ".join(
        f"round(CAST({_figure(one) if one.code in codes else 'NULL'} AS DOUBLE), 6) AS {quoted(one.code)}"
        for one in asked
    )
    columns = {name: table.columns for name, table in parts.items()}
    traits = ", ".join(f"{_trait(name, columns)} AS {name}" for name in TRAITS)
    sql = f"SELECT a.customer_id, lines, {traits}, {figures} FROM {{a}} AS a {joins}"
    table = engine.keep("indicators", sql, **parts, **book.settings.numbers)
    for part in parts.values():
        engine.drop(part)
    return table


def _figure(one: Indicator) -> str:
    return one.code if one.question else one.sql


def _trait(name: str, columns: Mapping[str, list[str]]) -> str:
    return name if any(name in there for there in columns.values()) else "CAST(NULL AS VARCHAR)"
