"""Merging and parting: who may, what goes along, what is refused, what stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from shuke.crm.customers import writes as customers
from shuke.crm.customers.errors import NoSuchCustomer, RefusedKey
from shuke.crm.customers.fields import names_of
from shuke.crm.customers.keys import ids_of, keys_of
from shuke.crm.customers.models import Alias, Change, Customer
from shuke.crm.customers.reads import customer
from shuke.crm.customers.reads_of_cards import changes
from shuke.crm.customers.search import found_ids
from shuke.crm.customers.writes import Card, keep, tag
from shuke.crm.customers.writes_of_cards import change, create_card, version_of
from shuke.crm.merging.errors import RefusedMerge
from shuke.crm.merging.models import Merge, Pair
from shuke.crm.merging.writes import merge, part
from shuke.crm.people.models import AuditEntry, Role, Team, User
from shuke.crm.privacy import erasing
from shuke.crm.scores.models import Run, ScoreA, ScoreB
from shuke.crm.timeline.bookings import rows_of, seal
from shuke.crm.timeline.entries import listing
from shuke.crm.timeline.models import Booking, Touch
from shuke.crm.timeline.writes import Said, add
from shuke.crm.timeline.writes import change as say_otherwise

Cards = dict[str, Customer]
MOMENT = datetime(2026, 5, 1, tzinfo=UTC)


def _merge(cards: Cards, by: User, into: str = "c1", *others: str, **chosen: str) -> Merge:
    wanted = {code: cards[key].pk for code, key in chosen.items()}
    return merge(survivor=cards[into].pk, others=[cards[key].pk for key in others or ("c2",)], chosen=wanted, by=by)


def test_what_the_survivor_lacks_comes_from_the_other_and_what_differs_is_chosen(cards: Cards, owner: User) -> None:
    change(customer=cards["c2"].pk, values={"phone": "+8613800138000", "city": "上海"}, by=owner)
    change(customer=cards["c1"].pk, values={"email": "a@example.com"}, by=owner)
    _merge(cards, owner, name="c2")
    card = Customer.objects.get(key="c1")
    assert (card.name, card.phone, card.email, card.values["city"]) == (
        "王方",
        "+8613800138000",
        "a@example.com",
        "上海",
    )
    assert found_ids("王方", 5) == [card.pk] == found_ids("8000", 5), "the search knows it"
    told = {row.field: (row.before, row.after) for row in changes(owner, card).filter(by=owner) if row.field == "name"}
    assert told == {"name": ("王芳", "王方")}


def test_the_key_of_the_other_leads_to_the_survivor_everywhere(cards: Cards, owner: User) -> None:
    _merge(cards, owner)
    card = cards["c1"]
    assert customer(owner, "c2").pk == card.pk == ids_of(["c2"])["c2"] == customers.ensure(keys=["c2"])["c2"]
    keep(cards=[Card("c2", phone="13900139000")])
    card.refresh_from_db()
    assert (card.phone, Customer.objects.filter(key="c2").exists()) == ("13900139000", False)
    assert keys_of(card) == ["c1", "c2"]
    with pytest.raises(RefusedKey):
        create_card(name="x", key="c2", by=owner)
    other = Customer.objects.get(key="c4")
    change(customer=other.pk, values={"friend": cards["c2"].pk}, by=owner)
    assert names_of([cards["c2"].pk], owner) == {cards["c2"].pk: "王芳"}, "a field that names the other shows the one"


def test_contacts_go_along_and_their_cost_stays_booked_under_the_key_they_had(cards: Cards, owner: User) -> None:
    said = Said("call", MOMENT, text="谈过", minutes=10)
    touch = add(customer=cards["c2"], by=owner, said=said)
    done = _merge(cards, owner)
    assert "touch" in {entry.source for entry in listing(owner, cards["c1"]).entries}
    batch = seal()
    assert batch is not None
    assert [row["customer_id"] for row in rows_of(batch)] == ["c2"]
    say_otherwise(touch=Touch.objects.get(pk=touch.pk), by=owner, said=Said("call", MOMENT, text="谈过", minutes=25))
    part(merge=done, by=owner)
    assert Touch.objects.get(pk=touch.pk).customer_id == cards["c2"].pk
    sums: dict[str, int] = {}
    for booking in Booking.objects.select_related("customer"):
        key = booking.key or booking.customer.key
        sums[key] = sums.get(key, 0) + booking.minutes
    assert {key: minutes for key, minutes in sums.items() if minutes} == {"c2": 25}


def test_the_score_of_the_other_is_set_aside_and_counts_follow(cards: Cards, owner: User) -> None:
    done = _merge(cards, owner)
    run = Run.objects.get(state="current")
    assert run.customers == 2
    assert sum(run.counts["tier"].values()) == 2
    assert ScoreB.objects.count() == 2 == ScoreA.objects.count()
    part(merge=done, by=owner)
    assert Run.objects.get(state="current").customers == 3 == ScoreB.objects.count()


def test_a_survivor_without_purchases_takes_the_others_score(cards: Cards, owner: User) -> None:
    _merge(cards, owner, "c3", "c2")
    assert ScoreB.objects.get(pk=cards["c3"].pk).tier_in_force == "A"
    assert Run.objects.get(state="current").customers == 3


def test_a_run_that_was_computed_before_the_merge_does_not_bring_the_card_back(
    cards: Cards, owner: User, publish_run: Callable[..., Run]
) -> None:
    _merge(cards, owner)
    run = publish_run("r3", {"c1": "A", "c2": "B", "c4": "C"})
    assert (run.customers, Customer.objects.filter(key="c2").exists()) == (2, False)


def test_three_cards_become_one_and_three_again(cards: Cards, owner: User) -> None:
    done = _merge(cards, owner, "c1", "c2", "c3")
    assert set(keys_of(cards["c1"])) == {"c1", "c2", "c3"}
    assert listing(owner, cards["c1"]).entries[0].title == "合并：王方 (c2)、王芳 (c3)"
    part(merge=done, by=owner)
    assert Customer.objects.count() == 4
    assert Alias.objects.count() == 0


def test_a_merge_below_another_waits_for_that_one_to_be_taken_back(cards: Cards, owner: User) -> None:
    first, second = _merge(cards, owner, "c1", "c2"), _merge(cards, owner, "c3", "c1")
    assert set(keys_of(cards["c3"])) == {"c1", "c2", "c3"}, "what led to the one leads on"
    with pytest.raises(RefusedMerge) as reason:
        part(merge=first, by=owner)
    assert reason.value.key == "merging.refused.later"
    part(merge=second, by=owner)
    part(merge=first, by=owner)
    with pytest.raises(RefusedMerge):
        part(merge=first, by=owner)
    assert Customer.objects.count() == 4


def test_what_was_written_since_the_merge_stays_with_the_survivor(cards: Cards, owner: User) -> None:
    done = _merge(cards, owner, name="c2")
    change(customer=cards["c1"].pk, values={"name": "王方方", "city": "北京"}, by=owner)
    tag(customers=[cards["c1"].pk], name="新", by=owner)
    part(merge=done, by=owner)
    one, two = Customer.objects.get(key="c1"), Customer.objects.get(key="c2")
    assert (one.name, one.values["city"], two.name, two.values) == ("王方方", "北京", "王方", {})
    assert (one.tagged.count(), two.tagged.count()) == (1, 0)


def test_a_page_that_showed_the_merge_does_not_write_the_others_values_after_it_was_taken_back(
    cards: Cards, owner: User
) -> None:
    done = _merge(cards, owner, name="c2")
    seen = version_of(cards["c1"].pk)
    part(merge=done, by=owner)
    saved = change(customer=cards["c1"].pk, values={"name": "王方", "city": "上海"}, by=owner, seen=seen)
    assert {conflict.code for conflict in saved.conflicts} == {"name", "city"}
    assert Customer.objects.get(key="c1").name == "王芳"


@pytest.mark.parametrize("others", [(), ("c1",), ("c2", "c2"), ("c2", "c3", "c4")])
def test_fewer_than_two_or_more_than_three_cards_are_refused(cards: Cards, owner: User, others: Any) -> None:
    with pytest.raises(RefusedMerge):
        merge(survivor=cards["c1"].pk, others=[cards[key].pk for key in others], by=owner)


def test_cards_of_different_kinds_are_refused(cards: Cards, owner: User) -> None:
    change(customer=cards["c2"].pk, values={"kind": "household"}, by=owner)
    with pytest.raises(RefusedMerge) as reason:
        _merge(cards, owner)
    assert reason.value.key == "merging.refused.kinds"


def _user(read: str, write: str, delete: str, assign: str = "none") -> User:
    from shuke.crm.people.writes import add_user

    scopes = {"read": read, "write": write, "delete": delete, "assign": assign, "export": "none"}
    code = f"r-{read}-{write}-{delete}"
    Role.objects.create(code=code, names={"en": code}, rights=["see", "tag"], scopes={"customers": scopes})
    user = add_user(username=code, password="has-a-password-1", name=code, role=code)
    user.team = Team.objects.create(name=code)
    user.save(update_fields=["team"])
    return user


@pytest.mark.parametrize(
    ("rights", "error"),
    [(("own", "own", "own"), NoSuchCustomer), (("all", "own", "all"), PermissionDenied),
     (("all", "all", "own"), PermissionDenied), (("all", "all", "none"), PermissionDenied)],
)  # fmt: skip
def test_who_cannot_change_and_delete_both_cards_merges_nothing_and_parts_nothing(
    cards: Cards, owner: User, rights: Any, error: Any
) -> None:
    user = _user(*rights)
    Customer.objects.filter(key="c1").update(owner=user)
    Customer.objects.filter(key="c2").update(owner=owner)
    for into, other in (("c1", "c2"), ("c2", "c1")):
        with pytest.raises(error):
            _merge(cards, user, into, other)
    done = _merge(cards, owner, "c2", "c1")
    with pytest.raises(error):
        part(merge=done, by=user)


def test_who_may_not_assign_leaves_the_survivor_with_whom_it_is(cards: Cards, owner: User) -> None:
    user = _user("all", "all", "all")
    Customer.objects.filter(key="c2").update(owner=owner)
    with pytest.raises(PermissionDenied):
        _merge(cards, user, owner="c2")
    done = _merge(cards, user)
    assert Customer.objects.get(key="c1").owner is None
    part(merge=done, by=owner)
    _merge(cards, owner)
    assert Customer.objects.get(key="c1").owner == owner, "nobody's takes the other's, for who may assign both"


def test_merging_and_parting_are_in_the_audit_of_every_card(cards: Cards, owner: User) -> None:
    part(merge=_merge(cards, owner), by=owner)
    acts = AuditEntry.objects.filter(act__in=("cards_merged", "cards_parted")).values_list("act", "record", "by")
    numbers = [str(cards[key].pk) for key in ("c1", "c2")]
    assert sorted(acts) == sorted(
        (act, number, owner.pk) for act in ("cards_merged", "cards_parted") for number in numbers
    )


def test_nothing_of_the_other_is_kept_once_parted_and_all_goes_with_an_erased_survivor(
    cards: Cards, owner: User
) -> None:
    done = part(merge=_merge(cards, owner, name="c2"), by=owner)
    done.refresh_from_db()
    assert (done.cards, done.values, done.changes, done.moves) == ([], {}, [], {})
    _merge(cards, owner)
    Pair.objects.create(one=cards["c1"], two=cards["c4"], weight=1, signs=[])
    customers.forget(keys=["c1"], by=owner)
    assert [model.objects.count() for model in (Merge, Alias, Pair)] == [0, 0, 0]
    assert not Change.objects.filter(customer=cards["c1"].pk).exists()


def test_a_card_that_is_being_erased_is_neither_merged_nor_parted(cards: Cards, owner: User) -> None:
    done = _merge(cards, owner)
    asked = erasing.ask(customer=cards["c1"], asked=erasing.Asked("asked", ""), by=owner)
    with pytest.raises(RefusedMerge, match="being erased"):
        _merge(cards, owner, "c3", "c1")
    with pytest.raises(RefusedMerge, match="being erased"):
        part(merge=done, by=owner)
    erasing.erase(asked)
    assert not Customer.objects.filter(key="c1").exists()
    assert not Merge.objects.exists()
