"""Duplicates through the API: pairs with why, told apart; cards merged, and parted again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from pydantic import Field

from shuke.crm.api.operations import Group
from shuke.crm.api.pages import keyset, page, place
from shuke.crm.api.problems import Refused, invalid, or_404, require_valid
from shuke.crm.api.schemas import Given, Key, Listing, PageOf, Told, username
from shuke.crm.customers import api_values
from shuke.crm.customers import reads as customers
from shuke.crm.customers.api import card_to_write
from shuke.crm.customers.fields import built_in
from shuke.crm.customers.models import Customer
from shuke.crm.customers.reads_of_cards import all_fields
from shuke.crm.jobs.api import JobTold
from shuke.crm.jobs.api import told as job_told
from shuke.crm.merging import reads, sides, writes, writes_of_pairs
from shuke.crm.merging.errors import RefusedMerge
from shuke.crm.merging.forms import OF, MergeForm
from shuke.crm.merging.models import Merge, Pair
from shuke.crm.merging.values import OWNER, codes_of
from shuke.crm.people.models import User
from shuke.crm.words import here
from shuke.ui import language

group = Group("merging")


class PairListing(Listing):
    state: Literal["open", "different"] = "open"


class PairedCard(Told):
    key: str
    name: str
    phone: str
    email: str
    owner: str | None
    created_at: datetime


class SignTold(Told):
    """What speaks for one customer, in bits: each doubles the odds. Below 0 the cards differ in it."""

    sign: str
    weight: float
    label: str


class PairTold(Told):
    """`weight` is the sum of the signs and of how rare it is to be one at all; `probability` is what it comes to."""

    id: int
    state: str
    weight: float
    probability: float
    signs: list[SignTold]
    cards: list[PairedCard]
    decided_by: str | None
    decided_at: datetime | None
    may_merge: bool


class NewMerge(Given):
    """`chosen` names, by the code of a field, `owner` or `trait:` and a label, the key of the card whose value stays.

    What it does not name stays as the survivor has it, or where it has nothing as one of the others has it.
    """

    survivor: Key
    others: Annotated[list[Key], Field(min_length=1, max_length=writes.MOST - 1)]
    chosen: Annotated[dict[Annotated[str, Field(max_length=80)], Key], Field(max_length=500)] = Field(
        default_factory=dict
    )


class MergedCard(Told):
    key: str
    name: str


class MergedValue(Told):
    """What a merge changed on the survivor, as the user may read it."""

    field: str
    label: str
    before: str
    after: str


class MergeTold(Told):
    """`cards` are those that went; once parted, those in reach. `moved` counts what went along, by kind."""

    id: int
    survivor: str
    cards: list[MergedCard]
    values: list[MergedValue]
    moved: dict[str, int]
    at: datetime
    by: str | None
    is_parted: bool
    parted_at: datetime | None
    parted_by: str | None
    may_part: bool
    part_first: int | None


# --- pairs --------------------------------------------------------------------------------------------------------
@group.get("/pairs", scope="merging:read", right="tag", query=PairListing, answer=PageOf[PairTold])
def list_pairs(viewer: User, query: PairListing) -> PageOf[PairTold]:
    """Pairs that may be one customer, the strongest first; or those told apart, the latest first.

    Only pairs both of whose cards the user may change.
    """
    of, rows = f"pairs {query.state}", reads.pairs(viewer, query.state)
    if (after := place(query, of)) is not None:
        rows = rows.filter(_beyond(query.state, *after))
    found = list(rows[: query.limit + 1])
    return page(found, query, lambda pair: _pair(viewer, pair), _place, of)


def _place(pair: Pair) -> tuple[Any, int]:
    is_open = pair.state == Pair.State.OPEN or pair.decided_at is None
    return (pair.weight if is_open else pair.decided_at.isoformat(), pair.pk)  # type: ignore[union-attr]  # decided


def _beyond(state: str, value: Any, pk: int) -> Q:
    """After that pair in the order of the list."""
    if state == Pair.State.OPEN:
        return Q(weight__lt=value) | Q(weight=value, pk__gt=pk)
    at = parse_datetime(str(value))
    return Q(decided_at__lt=at) | Q(decided_at=at, pk__lt=pk)


@group.post("/pairs/search", scope="merging:write", right="tag", answer=JobTold, status=202)
def search_pairs(viewer: User) -> JobTold:
    """Have all cards compared; the job tells how far it is. For who may change every customer."""
    return job_told(writes_of_pairs.start_search(by=viewer))


@group.post("/pairs/{pair_id}/tell-apart", scope="merging:write", right="tag", answer=PairTold)
def tell_pair_apart(viewer: User, pair_id: int) -> PairTold:
    """Two customers: no search asks about them again."""
    writes_of_pairs.tell_apart(pair=_found_pair(viewer, pair_id), by=viewer)
    return _pair(viewer, _found_pair(viewer, pair_id))


@group.post("/pairs/{pair_id}/doubt-again", scope="merging:write", right="tag", answer=PairTold)
def doubt_pair_again(viewer: User, pair_id: int) -> PairTold:
    writes_of_pairs.doubt_again(pair=_found_pair(viewer, pair_id), by=viewer)
    return _pair(viewer, _found_pair(viewer, pair_id))


def _found_pair(viewer: User, pair_id: int) -> Pair:
    return or_404(reads.pair(viewer, pair_id))


def _pair(viewer: User, pair: Pair) -> PairTold:
    both = (pair.one, pair.two)
    return PairTold(
        id=pair.pk, state=pair.state, weight=pair.weight, probability=1 / (1 + 2.0**-pair.weight),
        signs=[SignTold(sign=sign, weight=weight, label=sides.sign_name(sign)) for sign, weight in pair.signs],
        cards=[_paired(viewer, card) for card in both],
        decided_by=username(pair.decided_by), decided_at=pair.decided_at,
        may_merge=all(reads.may_merge(viewer, card) for card in both),
    )  # fmt: skip


def _paired(viewer: User, card: Customer) -> PairedCard:
    phone, email = (
        api_values.in_json(built_in(code), getattr(card, code), viewer) or "" for code in ("phone", "email")
    )
    return PairedCard(
        key=card.key, name=card.name, phone=phone, email=email, owner=username(card.owner),
        created_at=card.created_at,
    )  # fmt: skip


# --- merges -------------------------------------------------------------------------------------------------------
@group.post("/merges", scope="merging:write", right="tag", body=NewMerge, answer=MergeTold, status=201)
def merge_customers(viewer: User, body: NewMerge) -> MergeTold:
    """Make one card of two or three. The keys of the others lead to the survivor from now on.

    For who may change and delete each of them; who is responsible is chosen only by who may assign them all.
    """
    asked = [body.survivor, *body.others]
    if len(set(asked)) < len(asked):
        raise invalid("others", here("merging.refused.number", most=writes.MOST))
    for key in asked:
        card_to_write(viewer, key)
    form = _form(reads.cards(viewer, asked), body)
    others = [card.pk for card in form.cards if card.pk != form.survivor]
    done = writes.merge(survivor=form.survivor, others=others, chosen=form.chosen, by=viewer)
    return _merge(viewer, _found_merge(viewer, done.pk))


def _form(cards: Sequence[Customer], body: NewMerge) -> MergeForm:
    """The form of the page, valid."""
    numbers, codes = {card.key: card.pk for card in cards}, codes_of(cards)
    if wrong := [code for code in body.chosen if code not in codes]:
        told = here("api.invalid.unknown", allowed=", ".join(codes)[:2000])
        raise Refused("invalid", here("api.detail.invalid"), errors=[(f"chosen.{code}", told) for code in wrong])
    if wrong := [code for code, key in body.chosen.items() if key not in numbers]:
        told = here("api.invalid.unknown", allowed=", ".join(numbers))
        raise Refused("invalid", here("api.detail.invalid"), errors=[(f"chosen.{code}", told) for code in wrong])
    chosen = {OF + code: str(numbers[key]) for code, key in body.chosen.items()}
    form = MergeForm(cards, {"survivor": str(numbers[body.survivor]), **chosen})
    require_valid(form, {OF + code: f"chosen.{code}" for code in codes})
    return form


@group.get("/customers/{key}/merges", scope="merging:read", right="see", query=Listing, answer=PageOf[MergeTold])
def list_merges(viewer: User, key: str, query: Listing) -> PageOf[MergeTold]:
    """The merges into a card, the latest first, those parted again too."""
    customer = customers.customer(viewer, key)
    rows = reads.merges(viewer, customer).select_related("survivor__owner", "by", "undone_by")
    return keyset(rows, query, lambda done: _merge(viewer, done), of=f"merges {customer.pk}")


@group.get("/merges/{merge_id}", scope="merging:read", right="see", answer=MergeTold)
def get_merge(viewer: User, merge_id: int) -> MergeTold:
    return _merge(viewer, _found_merge(viewer, merge_id))


@group.post("/merges/{merge_id}/part", scope="merging:write", right="tag", answer=MergeTold)
def part_customers(viewer: User, merge_id: int) -> MergeTold:
    """Take a merge back: every card as it was. What was written since, the survivor keeps.

    Refused while a later merge stands on it: `part_first` names that one.
    """
    done = _found_merge(viewer, merge_id)
    if not reads.may_merge(viewer, done.survivor):
        raise PermissionDenied("delete")
    later = reads.stands_on(done) if done.undone_at is None else None
    try:
        writes.part(merge=done, by=viewer)
    except RefusedMerge as reason:
        more = {"part_first": later.pk} if later else {}
        raise Refused("conflict", reason.told(language.active()), more=more) from reason
    return _merge(viewer, _found_merge(viewer, merge_id))


def _found_merge(viewer: User, merge_id: int) -> Merge:
    return or_404(reads.merge(viewer, merge_id))


def _merge(viewer: User, done: Merge) -> MergeTold:
    known, is_parted = all_fields(), done.undone_at is not None
    later = None if is_parted else reads.stands_on(done)
    return MergeTold(
        id=done.pk, survivor=done.survivor.key,
        cards=[MergedCard(key=key, name=name) for key, name in reads.went(viewer, done)],
        values=[
            MergedValue(
                field=code, label=sides.label(code, known), before=sides.told(viewer, code, before, known),
                after=sides.told(viewer, code, after, known),
            )
            for code, (before, after) in done.values.items()
            if code != OWNER
        ],
        moved=done.counts, at=done.at, by=username(done.by), is_parted=is_parted,
        parted_at=done.undone_at, parted_by=username(done.undone_by),
        may_part=not is_parted and later is None and reads.may_merge(viewer, done.survivor),
        part_first=later.pk if later else None,
    )  # fmt: skip
