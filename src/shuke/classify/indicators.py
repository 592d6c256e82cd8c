"""Indicators: figures of each customer that types and traits are judged by, from purchases, products and surveys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from shuke.classify._days import Evenness, Past, day_facts, own_past
from shuke.classify._indicator_definition import SHIPPED, Indicator, IndicatorBook, book_from
from shuke.classify._indicator_facts import goods_facts, kind_facts, survey_facts
from shuke.classify._lines import Lines, narrow
from shuke.classify._sources import Sources
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
        return self.measure_with_past(purchases, None, as_of=as_of, products=products, surveys=surveys)[0]

    def measure_with_past(
        self,
        purchases: Table,
        past: Past | None,
        *,
        as_of: date,
        products: Table | pa.Table | None = None,
        surveys: Table | pa.Table | None = None,
    ) -> tuple[Measured, Table | None]:
        """As `measure`, and of the same look at lines each customer's own past, for `signs`."""
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
        needs = {need for one in known for need in one.needs}
        evenness = any(one.days for one in known)
        lines = narrow(sources, self.book.settings, needs, days=evenness or past is not None)
        parts = _parts(sources, lines, needs)
        if evenness or past is not None:
            parts["e"] = day_facts(lines, _evenness(as_of, self.book) if evenness else None, past)
        answers = [one for one in known if one.question]
        if answers and sources.surveys is not None:
            parts["s"] = survey_facts(sources.surveys, as_of, self.book.settings, answers)
        table = _kept(parts, self.book, asked, {one.code for one in known})
        own = None if past is None else own_past(parts["p"], parts["e"])
        for name, part in parts.items():
            if name != "p":
                part.engine.drop(part)
        lines.drop()
        return Measured(table, missing), own


def _evenness(as_of: date, book: IndicatorBook) -> Evenness:
    return Evenness(as_of - timedelta(days=book.settings.even_days), book.settings.least_gaps)


def _given(purchases: Table, label: str, rows: Table | pa.Table | None) -> Table | None:
    return purchases.engine.from_arrow(label, rows) if isinstance(rows, pa.Table) else rows


def _parts(sources: Sources, lines: Lines, needs: set[str]) -> dict[str, Table]:
    """The sums of lines: by customer, of what goods, of which kinds."""
    parts = {"p": lines.people}
    if lines.lines is not None and "purchases.product_id" in needs:
        parts["g"] = goods_facts(lines.lines, pointed="products.selling_point" in sources.present)
    if lines.lines is not None and lines.kinds is not None:
        parts["k"] = kind_facts(lines.lines, lines.kinds)
    return parts


def _kept(parts: Mapping[str, Table], book: IndicatorBook, asked: list[Indicator], codes: set[str]) -> Table:
    """All sums side by side, one row a customer, and each indicator as its figure of them."""
    keys = {name: "customer_id" if "customer_id" in table.columns else "number" for name, table in parts.items()}
    joins = " ".join(
        f"LEFT JOIN {{{name}}} AS {name} ON p.{key} = {name}.{key}" for name, key in keys.items() if name != "p"
    )
    figures = ", ".join(
        f"round(CAST({_figure(one) if one.code in codes else 'NULL'} AS DOUBLE), 6) AS {quoted(one.code)}"
        for one in asked
    )
    columns = {name: table.columns for name, table in parts.items()}
    traits = ", ".join(f"{_trait(name, columns)} AS {name}" for name in TRAITS)
    sql = f"SELECT p.customer_id, lines, {traits}, {figures} FROM {{p}} AS p {joins}"
    return parts["p"].engine.keep("indicators", sql, **parts, **book.settings.numbers)


def _figure(one: Indicator) -> str:
    return one.code if one.question else one.sql


def _trait(name: str, columns: Mapping[str, list[str]]) -> str:
    return name if any(name in there for there in columns.values()) else "CAST(NULL AS VARCHAR)"
