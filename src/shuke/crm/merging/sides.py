"""Cards side by side, as the templates show them: what each says, and of which card it stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from shuke.crm.customers import fields as types
from shuke.crm.customers.models import Customer, Field
from shuke.crm.customers.reads_of_cards import all_fields
from shuke.crm.merging.models import Pair
from shuke.crm.merging.values import OWNER, TRAIT, codes_of, default, said
from shuke.crm.people.models import User
from shuke.crm.words import here, name_or_itself
from shuke.kit.text import day, number, percent
from shuke.ui import language

_UNKNOWN = "—"
_TELLING = ("birthday", "wechat", "home_address", "company_name")
_NOT_SHOWN = frozenset({"aliases", "pairs", "scores"})


@dataclass(frozen=True, slots=True)
class Cell:
    """What one card says, and whether it is what stays."""

    card: int
    text: str
    is_kept: bool
    head: str


@dataclass(frozen=True, slots=True)
class Row:
    """One field across the cards."""

    code: str
    label: str
    cells: list[Cell]

    @property
    def differs(self) -> bool:
        """Whether there is something to choose."""
        return len({cell.text for cell in self.cells}) > 1


@dataclass(frozen=True, slots=True)
class Sign:
    """What speaks for a pair, or against it, and how much."""

    text: str
    weight: str
    icon: str


@dataclass(frozen=True, slots=True)
class Line:
    """A pair in the list: both cards with what tells people apart, how likely they are one, and why."""

    pair: Pair
    strength: str
    tone: str
    share: str
    signs: list[Sign]
    cards: list[tuple[Customer, list[tuple[str, str]]]]
    href: str
    decided: str


def rows(viewer: User, cards: Sequence[Customer], chosen: Mapping[str, int]) -> list[Row]:
    """All that the cards say, each field a row; chosen is of which card a value stays."""
    known = all_fields()
    return [_row(viewer, cards, code, chosen, known) for code in codes_of(cards)]


def _row(
    viewer: User, cards: Sequence[Customer], code: str, chosen: Mapping[str, int], known: Mapping[str, Field]
) -> Row:
    kept = chosen.get(code, default(cards, code).pk)
    cells = [Cell(card.pk, text(viewer, card, code, known), card.pk == kept, card.key) for card in cards]
    return Row(code, label(code, known), cells)


def label(code: str, known: Mapping[str, Field]) -> str:
    """What a field, a trait or the owner is called."""
    if code == OWNER:
        return here("scores.column.owner")
    if code.startswith(TRAIT):
        return name_or_itself("customers.trait.name.", code.removeprefix(TRAIT))
    return known[code].label if code in known else code


def text(viewer: User, card: Customer, code: str, known: Mapping[str, Field]) -> str:
    """What a card says, as the viewer may read it."""
    if code == OWNER:
        return card.owner.shown_name if card.owner else _UNKNOWN
    return told(viewer, code, said(card, code), known)


def told(viewer: User, code: str, value: Any, known: Mapping[str, Field]) -> str:
    """A value as the viewer may read it; not for owners."""
    if code.startswith(TRAIT):
        plain = value.get("value") if isinstance(value, dict) else value
        return _UNKNOWN if plain is None else str(plain)
    return types.shown(known.get(code, Field(code=code)), value, viewer)


def moves(counts: Sequence[tuple[str, int]]) -> list[str]:
    """What goes along, in words."""
    return [
        here(f"merging.moves.{code}", count=number(count, language.active()))
        for code, count in counts
        if code not in _NOT_SHOWN
    ]


def line(viewer: User, pair: Pair, known: Mapping[str, Field]) -> Line:
    """A pair as the list shows it."""
    both = (pair.one, pair.two)
    probability = 1 / (1 + 2.0**-pair.weight)
    strength, tone = _strength(probability)
    return Line(
        pair, strength, tone, here("merging.pairs.probability", share=percent(min(probability, 0.9999))),
        [_sign(*told) for told in pair.signs],
        [(card, _facts(viewer, card, known)) for card in both],
        f"{reverse('merging:merge')}?{urlencode([('card', card.key) for card in both])}",
        _decided(pair),
    )  # fmt: skip


def _sign(sign: str, weight: float) -> Sign:
    """Why, in a word; a minus says that the two differ in it."""
    name = sign_name(sign)
    told = name if weight > 0 else here("merging.sign.differs", name=name)
    return Sign(told, f"{weight:+.1f}".replace("-", "−"), "check" if weight > 0 else "minus")


def sign_name(sign: str) -> str:
    """What a sign is called."""
    return here(f"cards.sign.{sign}") if sign != "name" else here("merging.sign.name")


def _decided(pair: Pair) -> str:
    if pair.decided_at is None:
        return ""
    who = pair.decided_by.shown_name if pair.decided_by else _UNKNOWN
    return here("merging.pairs.decided", name=who, at=moment(pair.decided_at))


def moment(at: datetime) -> str:
    """A moment on the business's clock."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


_STRONG, _LIKELY = 0.99, 0.9


def _strength(probability: float) -> tuple[str, str]:
    if probability >= _STRONG:
        return here("merging.strength.strong"), "good"
    return (
        (here("merging.strength.likely"), "accent") if probability >= _LIKELY else (here("merging.strength.weak"), "")
    )


def _facts(viewer: User, card: Customer, known: Mapping[str, Field]) -> list[tuple[str, str]]:
    """What tells people apart, of one card."""
    codes = ["phone", "email", *(code for code in _TELLING if code in card.values), OWNER]
    shown = [(label(code, known), text(viewer, card, code, known)) for code in codes]
    return [*shown, (here("merging.since"), day(timezone.localtime(card.created_at).date(), language.active()))]
