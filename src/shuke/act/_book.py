"""The book of policies: read, checked in full, and refused with the reason where it cannot serve."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from shuke.kit.errors import InputError
from shuke.kit.rules import Rule, read_rules
from shuke.kit.text import keys

STEPS = ("select", "acquire", "keep", "expand")
FALLBACK = "fallback"
_NEVER_DAYS = 10**6


@dataclass(frozen=True)
class Policy:
    """How the customers of one tier in one stage are served.

    `code` has its texts in `policy.<code>.name` and `.do`. `visit_days` None: no planned contact. `discount_ceiling` is
    a share of one. `priority` 1 is served first.
    """

    code: str
    step: str
    owner: str
    response_hours: int
    discount_ceiling: float
    priority: int
    visit_days: int | None = None

    def worse_than(self, other: Policy) -> list[str]:
        """In which terms is this worse for the customer than the other?"""
        worse = {
            "visit_days": (self.visit_days or _NEVER_DAYS) > (other.visit_days or _NEVER_DAYS),
            "response_hours": self.response_hours > other.response_hours,
            "discount_ceiling": self.discount_ceiling < other.discount_ceiling,
            "priority": self.priority > other.priority,
        }
        return [term for term, is_worse in worse.items() if is_worse]


@dataclass(frozen=True)
class Book:
    """All policies: a cell for each tier and stage, one for whoever fits none, and the rules of why now."""

    tiers: tuple[str, ...]
    stages: tuple[str, ...]
    served_as: Mapping[str, str]
    cells: Mapping[str, Policy]
    fallback: Policy
    thresholds: Mapping[str, float]
    why: tuple[Rule, ...]


def read_book(path: str | Path | None = None) -> Book:
    """The book in a TOML file; without a path, the one that ships."""
    text = Path(path).read_text("utf-8") if path else files(__package__).joinpath("policies.toml").read_text("utf-8")
    source = str(path) if path else "policies.toml"
    try:
        return book_from(tomllib.loads(text), source)
    except tomllib.TOMLDecodeError as reason:
        raise InputError(f"{source} is not TOML: {reason}. Compare it with the policies.toml that ships.") from reason


def book_from(data: Mapping[str, Any], source: str = "the policies given") -> Book:
    """The book from nested dicts, shaped as policies.toml."""
    missing = [name for name in ("tiers", "stages", "cells", "fallback", "why") if name not in data]
    if missing:
        raise InputError(f"{source} lacks {', '.join(missing)}; it has {', '.join(data) or 'nothing'}.")
    tiers, stages = tuple(data["tiers"]), tuple(data["stages"])
    book = Book(
        tiers=tiers,
        stages=stages,
        served_as={**{tier: tier for tier in tiers}, **data.get("served_as", {})},
        cells=_cells(data["cells"], tiers, stages, source),
        fallback=_policy(FALLBACK, data["fallback"], source),
        thresholds=data.get("thresholds", {}),
        why=read_rules([{"code": FALLBACK, **entry} for entry in data["why"]], f"{source}, why"),
    )
    _check(book, source)
    return book


def unfair_terms(book: Book) -> list[str]:
    """Where are a better or an older customer's terms worse? One line for each breach; a fair book has none."""
    breaches = []
    for stage in book.stages:
        breaches += _worse(book, [f"{tier}.{stage}" for tier in book.tiers])
    if {"exploration", "stability"} <= set(book.stages):
        for tier in book.tiers:
            breaches += _worse(book, [f"{tier}.stability", f"{tier}.exploration"])
    return breaches


def _worse(book: Book, codes: list[str]) -> list[str]:
    """Breaches along a row of cells from the best customer down; a cell left out is not compared."""
    present = [book.cells[code] for code in codes if code in book.cells]
    return [
        f"{better.code} has a worse {term} ({getattr(better, term)}) than {other.code} ({getattr(other, term)})"
        for better, other in pairwise(present)
        for term in better.worse_than(other)
    ]


def _check(book: Book, source: str) -> None:
    strangers = sorted(set(book.served_as.values()) - set(book.tiers))
    if strangers:
        raise InputError(f"{source}: served_as names {', '.join(strangers)}, which is not in tiers {list(book.tiers)}.")
    silent = [code for code in (*book.cells, FALLBACK) if f"policy.{code}.do" not in _texts()]
    if silent:
        raise InputError(
            f"{source}: no text says what to do for {', '.join(silent)}. Use the tiers and stages that have texts, and "
            "list others under served_as."
        )
    mute = [rule.why_code for rule in book.why if f"why.{rule.why_code}" not in _texts()]
    if mute:
        raise InputError(f"{source}: no sentence explains the why_code {', '.join(mute)}; use those of policies.toml.")
    unfair = unfair_terms(book)
    if unfair:
        raise InputError(
            f"{source}: {'; '.join(unfair)}. A better or older customer never gets worse terms: mend the cells named."
        )


def _texts() -> set[str]:
    return {*keys("policy."), *keys("why.")}


def _cells(data: Mapping[str, Any], tiers: tuple[str, ...], stages: tuple[str, ...], source: str) -> dict[str, Policy]:
    cells = {}
    for tier, row in data.items():
        for stage, terms in row.items():
            if tier not in tiers or stage not in stages:
                raise InputError(
                    f"{source}: the cell {tier}.{stage} is outside tiers {list(tiers)} × stages {list(stages)}."
                )
            cells[f"{tier}.{stage}"] = _policy(f"{tier}.{stage}", terms, source)
    return cells


def _policy(code: str, terms: Mapping[str, Any], source: str) -> Policy:
    known = {field.name for field in fields(Policy)} - {"code"}
    missing, unknown = sorted(known - {"visit_days"} - set(terms)), sorted(set(terms) - known)
    if missing or unknown:
        raise InputError(
            f"{source}, {code}: missing {', '.join(missing) or 'nothing'}, unknown {', '.join(unknown) or 'nothing'}; "
            f"a policy has {', '.join(sorted(known))}."
        )
    policy = Policy(code, **terms)
    wrong = [name for name, holds in _rules_of(policy).items() if not holds]
    if wrong:
        told = ", ".join(f"{name} {getattr(policy, name)!r}" for name in wrong)
        raise InputError(
            f"{source}, {code}: {told}. step is one of {', '.join(STEPS)}; owner a code with a name; visit_days (or "
            "left out), response_hours and priority whole numbers from 1; discount_ceiling a share from 0 to 1."
        )
    return policy


def _rules_of(policy: Policy) -> dict[str, bool]:
    return {
        "step": policy.step in STEPS,
        "owner": f"policy_owner.{policy.owner}" in keys("policy_owner."),
        "visit_days": policy.visit_days is None or _counts(policy.visit_days),
        "response_hours": _counts(policy.response_hours),
        "priority": _counts(policy.priority),
        "discount_ceiling": isinstance(policy.discount_ceiling, int | float) and 0 <= policy.discount_ceiling <= 1,
    }


def _counts(value: object) -> bool:
    return isinstance(value, int) and value >= 1
