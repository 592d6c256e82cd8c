"""Which value of each field stays when cards become one, and how a card takes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shuke.crm.customers.fields import BUILT_IN
from shuke.crm.customers.models import Change, Customer
from shuke.crm.customers.writes_of_cards import put, value_of
from shuke.crm.people.models import User

OWNER, TRAIT = "owner", "trait:"
_FIELD_LENGTH = 60
Chosen = Mapping[str, int]
"""Of which card (by id) the value of a field stays, by the code of the field; `owner`; `trait:` and a label."""


def said(card: Customer, code: str) -> Any:
    """What a card says of a field, a trait or its owner; None for nothing."""
    if code == OWNER:
        return card.owner_id
    if code.startswith(TRAIT):
        return card.traits.get(code.removeprefix(TRAIT))
    return value_of(card, code)


def lay(card: Customer, code: str, value: Any) -> None:
    """Make the card say so."""
    if code == OWNER:
        card.owner_id = value
    elif code.startswith(TRAIT):
        label = code.removeprefix(TRAIT)
        card.traits.pop(label, None)
        if value is not None:
            card.traits[label] = value
    else:
        put(card, code, value)


def codes_of(cards: Iterable[Customer]) -> list[str]:
    """All that cards can differ in, but for their kind."""
    cards = list(cards)
    fields = dict.fromkeys(code for card in cards for code in card.values)
    traits = dict.fromkeys(TRAIT + label for card in cards for label in card.traits)
    return [*(code for code in BUILT_IN if code != "kind"), OWNER, *fields, *traits]


def default(cards: Sequence[Customer], code: str) -> Customer:
    """Whose value stays unless somebody chooses: the first card's that has one."""
    return next((card for card in cards if said(card, code) is not None), cards[0])


def outcome(cards: Sequence[Customer], chosen: Chosen) -> dict[str, list[Any]]:
    """What changes on the first card, the survivor: {code: [before, after]}."""
    known = {card.pk: card for card in cards}
    found = {}
    for code in codes_of(cards):
        before, after = said(cards[0], code), said(known.get(chosen.get(code, 0)) or default(cards, code), code)
        if before != after:
            found[code] = [before, after]
    return found


def history(card: Customer, values: Mapping[str, Sequence[Any]], by: User) -> list[Change]:
    """What the survivor's history says of it."""
    rows = [(code, [_told(side) for side in sides]) for code, sides in values.items() if code != OWNER]
    return [
        Change(customer=card, field=code[:_FIELD_LENGTH], before=sides[0], after=sides[1], by=by)
        for code, sides in rows
        if sides[0] != sides[1]
    ]


def _told(value: Any) -> Any:
    """Of a trait the value alone."""
    return value.get("value") if isinstance(value, dict) else value
