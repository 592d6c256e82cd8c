"""Ordered rules as data: the first condition that holds gives the label, and the same rule says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shuke.kit.errors import InputError


@dataclass(frozen=True)
class Rule:
    """One rule: its condition (SQL in DuckDB's dialect on the columns it `needs`), and the codes it gives."""

    when: str
    needs: tuple[str, ...]
    code: str
    why_code: str


def read_rules(entries: Sequence[Mapping[str, object]], source: str) -> tuple[Rule, ...]:
    """Rules from the tables of a TOML file, checked: the last one must hold for everybody.

    >>> read_rules([{"when": "TRUE", "needs": [], "code": "stability", "why_code": "steady"}], "stages.toml")
    (Rule(when='TRUE', needs=(), code='stability', why_code='steady'),)
    """
    rules = tuple(_rule(entry, number, source) for number, entry in enumerate(entries, start=1))
    if not rules or rules[-1].when.upper() != "TRUE":
        raise InputError(f"{source}: the last rule must be when = 'TRUE', so that every customer gets a label.")
    return rules


def first_match(rules: Sequence[Rule]) -> str:
    """A CASE that gives the number, from 0, of the first rule that holds.

    >>> first_match([Rule("a > 1", ("a",), "x", "big"), Rule("TRUE", (), "y", "small")])
    'CASE WHEN (a > 1) THEN 0 ELSE 1 END'
    """
    whens = " ".join(f"WHEN ({rule.when}) THEN {place}" for place, rule in enumerate(rules[:-1]))
    return f"CASE {whens} ELSE {len(rules) - 1} END" if whens else str(len(rules) - 1)


def require_columns(needs: Sequence[str], present: Sequence[str], who: str) -> None:
    """Raise one error that lists all the columns missing and all that are there."""
    missing = [name for name in dict.fromkeys(needs) if name not in present]
    if missing:
        raise InputError(
            f"{who} needs the columns {', '.join(missing)}, which are missing; the table has "
            f"{', '.join(present) or 'no column'}. Add them, or score the customers first."
        )


def _rule(entry: Mapping[str, object], number: int, source: str) -> Rule:
    needs = entry.get("needs")
    texts = {name: entry.get(name) for name in ("when", "code", "why_code")}
    wrong = [name for name, value in texts.items() if not isinstance(value, str) or not value]
    if not isinstance(needs, list) or any(not isinstance(name, str) for name in needs):
        wrong.append("needs")
    extra = sorted(set(entry) - {"when", "needs", "code", "why_code"})
    if wrong or extra or not isinstance(needs, list):
        raise InputError(
            f"{source}, rule {number}: wrong or missing {', '.join(wrong) or 'nothing'}, unknown "
            f"{', '.join(extra) or 'nothing'}. A rule has when, code and why_code (text) and needs (a list of columns)."
        )
    return Rule(str(texts["when"]), tuple(str(name) for name in needs), str(texts["code"]), str(texts["why_code"]))
