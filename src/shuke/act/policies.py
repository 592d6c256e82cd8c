"""Serve each accordingly: what each customer gets, by tier and stage, and why now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shuke.act._book import FALLBACK, Book, Policy, book_from, read_book
from shuke.engines import Table, literal, quoted
from shuke.kit.errors import InputError
from shuke.kit.rules import first_match, require_columns

_LABELS = ("policy_code", "why_code")


class Policies:
    """What does each customer get, by the tier in force and the life-cycle stage, and why now?

    The policies are data: tier × stage → step, owner, rhythm of visits, hours to respond, ceiling of discount and
    priority. By default they are the policies.toml that ships; give a `path` to your own, or `data`, nested dicts of
    the same shape. Policies under which a better or older customer gets worse terms are refused: the best terms are
    kept for old customers (把最好的条件留给老客户).

    `label` gives the table with policy_code (`policy.<code>`; `fallback` where no cell fits) and why_code
    (`why.<code>`, whose figures are columns of the row) appended.

    Errors: InputError for a file that cannot serve, with what came, what is allowed and the cure; for missing columns.

    >>> policies = Policies()
    >>> policies.policy("A.stability").discount_ceiling >= policies.policy("A.exploration").discount_ceiling
    True

    Source: 001_8cd5f37d15500912.txt (客户金字塔管理法) and 000_7281ac552204e346.txt (select → acquire → keep → expand);
    mission 4.1 and 4.2.
    """

    def __init__(self, *, path: str | Path | None = None, data: Mapping[str, Any] | None = None) -> None:
        if path is not None and data is not None:
            raise InputError("Policies takes a path or data (nested dicts shaped as policies.toml), not both.")
        self.book = read_book(path) if data is None else book_from(data)

    @property
    def cells(self) -> Mapping[str, Policy]:
        """Every policy by its code, `<tier>.<stage>`."""
        return self.book.cells

    def policy(self, code: str) -> Policy:
        """The policy of that code, or an error that lists the codes."""
        if code == FALLBACK:
            return self.book.fallback
        if code not in self.cells:
            raise InputError(f"No policy {code!r}: there are {', '.join(self.cells)} and {FALLBACK}.")
        return self.cells[code]

    def label(self, table: Table) -> Table:
        """The same rows with the policy and the reason appended."""
        book = self.book
        needs = ["tier_in_force", "stage", *(name for rule in book.why for name in rule.needs)]
        require_columns(needs, table.columns, "Policies")
        sql = _LABEL.format(
            columns=", ".join(quoted(name) for name in table.columns if name not in _LABELS),
            served_as=_served_as(book),
            policy=_policy_code(book),
            number=first_match(book.why),
            why=_why(book),
        )
        return table.engine.view("policies", sql, table=table, **book.thresholds)


def _served_as(book: Book) -> str:
    whens = " ".join(f"WHEN {literal(tier)} THEN {literal(served)}" for tier, served in book.served_as.items())
    return f"CASE tier_in_force {whens} END"


def _policy_code(book: Book) -> str:
    """Cells by tier, then stage. Tiers with cells for the same stages, as a rule all, are asked for together."""
    tiers: dict[tuple[str, ...], list[str]] = {}
    for tier in book.tiers:
        stages = tuple(stage for stage in book.stages if f"{tier}.{stage}" in book.cells)
        tiers.setdefault(stages, []).append(tier)
    whens = " ".join(
        f"WHEN ({_any_of('served_as', alike)}) AND ({_any_of('stage', stages)}) THEN served_as || '.' || stage"
        for stages, alike in tiers.items()
        if stages
    )
    return f"CASE {whens} ELSE {literal(FALLBACK)} END" if whens else literal(FALLBACK)


def _any_of(column: str, values: Sequence[str]) -> str:
    """As IN, which DuckDB makes a join of where the values are more than a few."""
    return " OR ".join(f"{column} = {literal(value)}" for value in values)


def _why(book: Book) -> str:
    codes = " ".join(f"WHEN {number} THEN {literal(rule.why_code)}" for number, rule in enumerate(book.why))
    return f"CASE rule_number {codes} END"


# The rule's number is a column of its own: inside the last CASE it would be worked out again for every branch.
_LABEL = """
SELECT {columns}, {policy} AS policy_code, {why} AS why_code
FROM (
  SELECT *, {number} AS rule_number
  FROM (SELECT {columns}, {served_as} AS served_as FROM {{table}}) AS served
) AS reasoned
"""
