"""Traits as people read them: does price count, which channel, which goods, what rhythm?"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from shuke.classify._habits import HABITS
from shuke.engines import Table, literal, quoted
from shuke.kit.errors import InputError
from shuke.kit.rules import first_match, read_rules, require_columns
from shuke.tables import TRAITS

_DATA: Mapping[str, Any] = tomllib.loads(files(__package__).joinpath("traits.toml").read_text("utf-8"))
RULES = {trait: read_rules(entries, f"traits.toml, read.{trait}") for trait, entries in _DATA["read"].items()}
"""By trait: price, channel, affinity, rhythm."""
CUTS: Mapping[str, float] = _DATA["cuts"]
_LABELS = {"price": "price_code", "channel": "channel_code", "affinity": "affinity_code", "rhythm": "rhythm"}
_ALL_SHARE = "main_category_all_share"
_NEEDS = (
    "customer_id", "lines", "price_sensitivity", "main_channel", "main_channel_share", "main_category",
    "main_category_share", _ALL_SHARE, "gap_variation", *HABITS,
)  # fmt: skip


def with_habits(table: Table, days: Table, shares: Table) -> Table:
    """Customers with main_category (`Indicators`), with HABITS and the share that all customers have of the category.

    `days` are `habits`, `shares` are `category_shares`: each a pass over purchases, kept until its caller drops it.
    """
    require_columns(("customer_id", "main_category"), table.columns, "with_habits")
    added = (*HABITS, _ALL_SHARE)
    kept = ", ".join(f"t.{quoted(name)}" for name in table.columns if name not in added)
    sql = f"""
        SELECT {kept}, {", ".join(f"h.{name}" for name in HABITS)}, c.all_share AS {_ALL_SHARE}
        FROM {{t}} AS t
        LEFT JOIN {{h}} AS h ON t.customer_id = h.customer_id
        LEFT JOIN {{c}} AS c ON t.main_category = c.category
    """
    return table.engine.view("with_habits", sql, t=table, h=days, c=shares)


def label_traits(table: Table, **cuts: float) -> Table:
    """The same rows with TRAITS appended: price, channel, category and rhythm, each with a code and a reason.

    - price_code: high, middle, low; by price_sensitivity (`Traits`).
    - channel_code: one, mostly, several; by the share of lines that came by main_channel.
    - affinity_code: drawn (main_category is bought far more than by all), usual (much, as by all), varied;
      main_category_lift is the customer's share of lines there over that of all customers.
    - rhythm: regular, usual (as by chance), irregular; usual_weekday (1 is Monday) and usual_month only where most
      purchase days fall there, more than chance would have it.

    All are unknown where too little is known. `cuts` take the place of those of traits.toml.

    Errors: InputError for an unknown cut, or columns that are not there.

    >>> import pyarrow as pa
    >>> from shuke.engines import DuckDBEngine
    >>> rows = {"customer_id": ["u"], "lines": [20], "price_sensitivity": [0.8], "main_channel": ["app"],
    ...         "main_channel_share": [0.95], "main_category": ["tea"], "main_category_share": [0.6],
    ...         "main_category_all_share": [0.2], "gap_variation": [0.3], "bought_days": [20], "main_weekday": [6],
    ...         "main_weekday_share": [0.9], "main_month": [1], "main_month_share": [0.1]}
    >>> with DuckDBEngine() as engine:
    ...     row = label_traits(engine.from_arrow("customers", pa.table(rows))).to_arrow().to_pylist()[0]
    >>> told = ("price_code", "channel_code", "affinity_code", "rhythm", "usual_weekday", "usual_month")
    >>> [row[name] for name in told]
    ['high', 'one', 'drawn', 'regular', 6, None]

    Source: 004_4d895e9f5890cd2f.txt; mission 3.12.
    """
    unknown = sorted(set(cuts) - set(CUTS))
    if unknown:
        raise InputError(f"No cut of traits is called {', '.join(unknown)}: there are {', '.join(CUTS)}.")
    require_columns(_NEEDS, table.columns, "label_traits")
    columns = [quoted(name) for name in table.columns if name not in TRAITS.names or name in _NEEDS]
    numbers = ", ".join(f"{first_match(rules)} AS {trait}_rule" for trait, rules in RULES.items())
    said = []
    for trait, rules in RULES.items():
        said.append(f"{_by_rule(trait, [rule.code for rule in rules])} AS {_LABELS[trait]}")
        said.append(f"{_by_rule(trait, [rule.why_code for rule in rules])} AS {trait}_why_code")
    lift = f"main_category_share / nullif({_ALL_SHARE}, 0) AS main_category_lift"
    sql = f"""
        SELECT {", ".join(columns)}, main_category_lift, {", ".join(said)}, {_clear("weekday")}, {_clear("month")}
        FROM (SELECT *, {numbers} FROM (SELECT {", ".join(columns)}, {lift} FROM {{table}}) AS lifted) AS numbered
    """
    return table.engine.view("traits_read", sql, table=table, **({**CUTS, **cuts}))


def _by_rule(trait: str, codes: list[str]) -> str:
    whens = " ".join(f"WHEN {number} THEN {literal(code)}" for number, code in enumerate(codes))
    return f"CASE {trait}_rule {whens} END"


def _clear(what: str) -> str:
    """The weekday or month, where it is clear."""
    enough = f"bought_days >= {{{what}_days}} AND main_{what}_share >= {{{what}_share}}"
    return f"CASE WHEN {enough} THEN main_{what} END AS usual_{what}"
