"""Cards are merged into one, and parted again; each whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone

from shuke.crm.customers import search_table
from shuke.crm.customers.errors import NoSuchCustomer
from shuke.crm.customers.kept import kept, put_back
from shuke.crm.customers.models import Alias, Change, Customer
from shuke.crm.customers.movers import movers
from shuke.crm.customers.scope import reach
from shuke.crm.customers.writes_of_words import save_all, searchable
from shuke.crm.merging.errors import RefusedMerge
from shuke.crm.merging.models import Merge
from shuke.crm.merging.values import OWNER, Chosen, history, lay, outcome, said
from shuke.crm.people import audit
from shuke.crm.people.models import User
from shuke.crm.privacy.models import Erasure

MOST = 3
"""As many cards are merged at once: more cannot be read side by side."""


@transaction.atomic
def merge(*, survivor: int, others: Sequence[int], by: User, chosen: Chosen | None = None) -> Merge:
    """Make one card of two or three: the survivor's, with all that the others have.

    `chosen`: of which card the value of a field stays; without a word the survivor's, or where it has none another's.

    Raises RefusedMerge for too few or too many cards, for cards of different kinds and for one whose erasure is under
    way; NoSuchCustomer for one whom `by` may not read, and PermissionDenied for one whom `by` may not both change and
    delete.
    """
    ids = [survivor, *others]
    if not 2 <= len(set(ids)) == len(ids) <= MOST:
        raise RefusedMerge.of("merging.refused.number", most=MOST)
    cards = require_reach(by, ids)
    _require_not_erased(ids)
    if len({card.kind for card in cards}) > 1:
        raise RefusedMerge.of("merging.refused.kinds")
    values = outcome(cards, _within_reach(cards, dict(chosen or {}), by))
    done = Merge(survivor=cards[0], numbers=list(others), by=by, values=values)
    done.cards, done.counts = [kept(card) for card in cards[1:]], dict(moving(others))
    _lay_values(done, cards[0], values, by)
    done.moves = {mover.code: mover.join(survivor, others) for mover in movers()}
    done.save()
    _take_out(cards[1:], survivor)
    told = {code: sides for code, sides in values.items() if code != OWNER}
    audit.note("cards_merged", by=by, kind="customer", record=survivor, values={"merged": list(others), **told})
    audit.note_each("cards_merged", others, by=by, kind="customer", values={"into": survivor})
    return done


def moving(ids: Sequence[int]) -> list[tuple[str, int]]:
    """What goes along with cards, in numbers, by the code of the mover; without what they have none of."""
    counted = ((mover.code, mover.count(ids)) for mover in movers())
    return [(code, count) for code, count in counted if count]


def require_reach(by: User, ids: Sequence[int]) -> list[Customer]:
    """The cards in that order, locked, if `by` may merge them."""
    if not by.may("tag"):
        raise PermissionDenied("tag")
    rows = {card.pk: card for card in Customer.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    for pk in ids:
        if pk not in rows or not reach(by).holds(rows[pk].owner_id):
            raise NoSuchCustomer.of("merging.refused.gone")
        for act in ("write", "delete"):
            if not reach(by, act).holds(rows[pk].owner_id):
                raise PermissionDenied(act)
    return [rows[pk] for pk in ids]


def _require_not_erased(ids: Sequence[int]) -> None:
    """What an erasure is to take away must not move to another card while it waits, nor come to the one it takes."""
    if Erasure.objects.filter(customer__in=ids).exclude(state=Erasure.State.DONE).exists():
        raise RefusedMerge.of("merging.refused.erasing")


def _within_reach(cards: Sequence[Customer], chosen: dict[str, int], by: User) -> dict[str, int]:
    """Whoever may not assign these customers leaves the survivor with whom it is."""
    if all(reach(by, "assign").holds(card.owner_id) for card in cards):
        return chosen
    if chosen.get(OWNER, cards[0].pk) != cards[0].pk:
        raise PermissionDenied("assign")
    return chosen | {OWNER: cards[0].pk}


def _lay_values(done: Merge, card: Customer, values: Mapping[str, Sequence[Any]], by: User) -> None:
    if not values:
        return
    before = card.updated_at
    for code, (_, after) in values.items():
        lay(card, code, after)
    save_all([card], searchable())
    if OWNER in values:
        Customer.objects.filter(pk=card.pk).update(owner_id=card.owner_id)
    done.stamps = [before.isoformat(), card.updated_at.isoformat()]
    done.changes = [row.pk for row in Change.objects.bulk_create(history(card, values, by))]


def _take_out(cards: Sequence[Customer], survivor: int) -> None:
    """The cards leave the table without a cascade: by now nothing hangs on them, or the database refuses."""
    search_table.remove((card.pk, card.search_text) for card in cards)
    Customer.objects.filter(pk__in=[card.pk for card in cards])._raw_delete(DEFAULT_DB_ALIAS)
    Alias.objects.bulk_create(Alias(key=card.key, number=card.pk, customer_id=survivor) for card in cards)


@transaction.atomic
def part(*, merge: Merge, by: User) -> Merge:
    """Take a merge back: every card just as it was. What was written or changed since, the survivor keeps.

    Raises RefusedMerge for one that was taken back before, while a later merge stands on it, and while the card is
    being erased; PermissionDenied for who may not both change and delete the card.
    """
    done = Merge.objects.select_for_update().filter(pk=merge.pk, undone_at=None).first()
    if done is None:
        raise RefusedMerge.of("merging.refused.undone")
    (card,) = require_reach(by, [done.survivor_id])
    _require_not_erased([card.pk])
    later = latest(card)
    if later is not None and later.pk != done.pk:
        raise RefusedMerge.of("merging.refused.later", names=", ".join(one["name"] for one in later.gone))
    _put_in(done)
    for mover in reversed(movers()):
        if mover.code in done.moves:
            mover.part(card.pk, done.moves[mover.code])
    _take_back_values(done, card)
    numbers = done.numbers
    done.cards, done.values, done.stamps, done.changes, done.moves = [], {}, [], [], {}
    done.undone_by, done.undone_at = by, timezone.now()
    done.save()
    audit.note("cards_parted", by=by, kind="customer", record=card.pk, values={"parted": numbers})
    audit.note_each("cards_parted", numbers, by=by, kind="customer", values={"from": card.pk})
    return done


def latest(card: Customer) -> Merge | None:
    """The merge of a card that can be taken back: the last that stands."""
    return Merge.objects.filter(survivor=card, undone_at=None).order_by("-pk").first()


def _put_in(done: Merge) -> None:
    Alias.objects.filter(number__in=done.numbers).delete()
    for told in done.cards:
        put_back(Customer, told)
    search_table.add(Customer.objects.filter(pk__in=done.numbers).values_list("pk", "search_text"))


def _take_back_values(done: Merge, card: Customer) -> None:
    """What was changed since the merge stays as it was changed."""
    Change.objects.filter(pk__in=done.changes, customer=card).delete()
    again = [code for code, (_, after) in done.values.items() if said(card, code) == after]
    if not again:
        return
    untouched = card.updated_at.isoformat() == done.stamps[1]
    for code in again:
        lay(card, code, done.values[code][0])
    save_all([card], searchable())
    if OWNER in again:
        Customer.objects.filter(pk=card.pk).update(owner_id=_still_there(card.owner_id))
    if untouched:
        Customer.objects.filter(pk=card.pk).update(updated_at=done.stamps[0])


def _still_there(owner: int | None) -> int | None:
    return owner if owner is None or User.objects.filter(pk=owner).exists() else None
