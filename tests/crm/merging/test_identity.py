"""Merge, then part again: every table is as it was, whatever the cards had."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models.fields.reverse_related import ForeignObjectRel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.crm.customers.links import link
from shuke.crm.customers.models import Customer, Section
from shuke.crm.customers.movers import movers
from shuke.crm.customers.writes import tag
from shuke.crm.customers.writes_of_cards import change, set_trait, write_entry
from shuke.crm.merging.models import Pair
from shuke.crm.merging.writes import merge, part
from shuke.crm.people.models import User
from shuke.crm.privacy.models import Channel, Standing, State
from shuke.crm.privacy.writes import Said as Consent
from shuke.crm.privacy.writes import note
from shuke.crm.timeline.writes import Said, add, delete

CARDS = ("c1", "c2", "c3", "c4")
Look = Callable[[], dict[str, list[Any]]]

keys = st.sampled_from(CARDS)
words = st.sampled_from(["上海", "北京", "A & B", "x'y\"z", "🎁", "长" * 40])
facts = st.one_of(
    st.tuples(st.just("value"), keys, st.sampled_from(["name", "phone", "email", "city"]), words),
    st.tuples(st.just("money"), keys, st.integers(-(10**12), 10**12)),
    st.tuples(st.just("friend"), keys, keys),
    st.tuples(st.just("tag"), keys, st.sampled_from(["VIP", "新客"])),
    st.tuples(st.just("trait"), keys, st.sampled_from(["age", "城市"]), words),
    st.tuples(st.just("entry"), keys, words),
    st.tuples(st.just("link"), keys, keys, st.sampled_from(["friend", "spouse", "child", "referrer"])),
    st.tuples(st.just("touch"), keys, st.sampled_from(["call", "note"]), st.integers(0, 90), st.integers(1, 9)),
    st.tuples(st.just("deleted"), keys),
    st.tuples(st.just("pair"), keys, keys, st.sampled_from(["open", "different"])),
    st.tuples(st.just("owner"), keys),
    st.tuples(st.just("consent"), keys, st.sampled_from(["given", "refused", "withdrawn"]), st.integers(1, 4)),
)
orders = st.permutations(CARDS)


def _do(fact: tuple[Any, ...], cards: dict[str, Customer], by: User) -> None:
    what, card, *rest = fact[0], cards[fact[1]], *fact[2:]
    if what == "value":
        change(customer=card.pk, values={rest[0]: rest[1]}, by=by)
    elif what == "money":
        change(customer=card.pk, values={"budget": rest[0]}, by=by)
    elif what == "friend":
        change(customer=card.pk, values={"friend": cards[rest[0]].pk}, by=by)
    elif what == "tag":
        tag(customers=[card.pk], name=rest[0], by=by)
    elif what == "trait":
        set_trait(customer=card.pk, label=rest[0], value=rest[1], by=by)
    elif what == "entry":
        write_entry(customer=card, section=Section.objects.get(code="log"), values={"said": rest[0]}, on=None, by=by)
    elif what == "owner":
        Customer.objects.filter(pk=card.pk).update(owner=by)
    elif what == "consent":
        note(
            customers=[card.pk], said=Consent(Channel.objects.all()[0], rest[0], "shop", date(2026, 5, rest[1])), by=by
        )
    else:
        _between(what, card, rest, cards, by)


def _between(what: str, card: Customer, rest: list[Any], cards: dict[str, Customer], by: User) -> None:
    if what in ("link", "pair") and cards[rest[0]].pk == card.pk:
        return
    if what == "link":
        link(customer=card, other=cards[rest[0]], role=rest[1], by=by)
    elif what == "pair":
        one, two = sorted((card.pk, cards[rest[0]].pk))
        told = {"weight": 3.5, "signs": [["phone", 3.5]], "state": rest[1]}
        Pair.objects.update_or_create(one_id=one, two_id=two, defaults=told)
    else:
        kind, minutes, day = rest if what == "touch" else ("call", 5, 3)
        said = Said(kind, datetime(2026, 5, day, tzinfo=UTC), text="谈过 @owner", minutes=minutes)
        touch = add(customer=card, by=by, said=said)
        if what == "deleted":
            delete(touch=touch, by=by)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(had=st.lists(facts, max_size=14), order=orders, cut=st.integers(1, 3), data=st.data())
def test_what_was_merged_is_parted_just_as_it_was(
    cards: dict[str, Customer], owner: User, everything: Look, had: Any, order: Any, cut: int, data: Any
) -> None:
    """One merge of two or three cards, then a second that may take the survivor of the first."""
    with transaction.atomic():
        for fact in had:
            _do(fact, cards, owner)
        ids = [cards[key].pk for key in order]
        codes = st.sampled_from(["name", "phone", "email", "city", "budget", "owner", "trait:age", "trait:城市"])
        first = data.draw(st.dictionaries(codes, st.sampled_from(ids[:3])))
        before = everything()
        if cut == 3:
            steps = [merge(survivor=ids[0], others=ids[1:3], chosen=first, by=owner)]
            steps.append(merge(survivor=ids[3], others=[ids[0]], by=owner))
        else:
            steps = [merge(survivor=ids[0], others=[ids[1]], chosen=first, by=owner)]
            pair = (ids[2], ids[0]) if cut == 2 else (ids[0], ids[2])
            steps.append(merge(survivor=pair[0], others=[pair[1], ids[3]], by=owner))
        everything()
        for done in reversed(steps):
            part(merge=done, by=owner)
        after = everything()
        assert {label: rows for label, rows in after.items() if rows != before[label]} == {}
        transaction.set_rollback(True)


def test_every_row_that_hangs_on_a_customer_has_a_mover() -> None:
    hanging = {
        f"{relation.related_model._meta.label}.{relation.field.name}"
        for relation in Customer._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel) and relation.field.concrete
    }
    moved = {name for mover in movers() for name in mover.relations}
    assert hanging - moved == set(), "name how these go along in a merge: a mover in SHUKE_MERGERS"
    assert moved - hanging == set(), "these columns are gone"
    assert all(apps.get_model(name.rsplit(".", 1)[0]) for name in moved)


def test_of_two_cards_the_latest_that_was_said_stands_and_what_is_said_since_stays(
    cards: dict[str, Customer], owner: User
) -> None:
    phone = Channel.objects.all()[0]

    def say(card: Customer, state: str, day: int) -> None:
        note(customers=[card.pk], said=Consent(phone, state, "shop", date(2026, 5, day)), by=owner)

    def standing() -> dict[str, str]:
        return dict(Standing.objects.values_list("customer__key", "state"))

    say(cards["c1"], State.GIVEN, 1)
    say(cards["c2"], State.WITHDRAWN, 2)
    done = merge(survivor=cards["c1"].pk, others=[cards["c2"].pk], by=owner)
    assert standing() == {"c1": "withdrawn"}
    say(cards["c1"], State.GIVEN, 3)
    part(merge=done, by=owner)
    assert standing() == {"c1": "given", "c2": "withdrawn"}
    assert Standing.objects.get(customer=cards["c1"]).on == date(2026, 5, 3)
