"""Whose customers somebody reaches: decided in one place, held by everything that shows or changes a customer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shuke.crm.customers import reads, writes
from shuke.crm.customers.errors import NoSuchCustomer
from shuke.crm.customers.models import Customer
from shuke.crm.customers.palette import find_customers
from shuke.crm.customers.scope import EVERYBODY, NOTHING, Reach, asked_for, reach
from shuke.crm.customers.writes import Card, keep
from shuke.crm.people.models import AuditEntry, AuditValues, Role, Team, User
from shuke.crm.people.rights import Act, Scope

pytestmark = pytest.mark.django_db
ALL = {"alone", "mate's", "below's", "other's", "nobody's"}


@pytest.fixture
def teams(colleague: User, manager: User, owner: User, stranger: User) -> None:
    """The colleague and the manager are of one team, the owner of one below it, the stranger of another."""
    north = Team.objects.create(name="North")
    branch = Team.objects.create(name="Branch", parent=north)
    User.objects.filter(pk__in=[colleague.pk, manager.pk]).update(team=north)
    User.objects.filter(pk=owner.pk).update(team=branch)
    for user in (colleague, manager, owner):
        user.refresh_from_db()
    keep(
        cards=[Card(key, name=f"王{number}", phone=f"138000080{number:02d}") for number, key in enumerate(sorted(ALL))]
    )
    for key, user in (("alone", colleague), ("mate's", manager), ("below's", owner), ("other's", stranger)):
        Customer.objects.filter(key=key).update(owner=user)


@pytest.fixture
def scoped(colleague: User, teams: None) -> Callable[..., User]:
    """The colleague with a scope for each act: `scoped(read="team")`."""

    def give(**scopes: Scope) -> User:
        rights = ["see", "tag", "export", "erase"]
        Role.objects.update_or_create(code="clerk", defaults={"rights": rights, "scopes": {"customers": scopes}})
        User.objects.filter(pk=colleague.pk).update(role="clerk")
        return User.objects.get(pk=colleague.pk)

    return give


def keys(viewer: User, act: Act = "read") -> set[str]:
    return set(reads.visible(viewer, act).values_list("key", flat=True))


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        ("none", set()),
        ("own", {"alone"}),
        ("team", {"alone", "mate's", "below's", "nobody's"}),
        ("all", ALL),
    ],
)
def test_a_scope_of_reading_shows(scoped: Callable[..., User], scope: Scope, seen: set[str]) -> None:
    viewer = scoped(read=scope)
    assert keys(viewer) == seen
    assert {customer.key for customer in reads.found(viewer, "王")} == seen
    assert {entry.detail for entry in find_customers("王", viewer)} == seen
    for key in ALL - seen:
        with pytest.raises(NoSuchCustomer):
            reads.customer(viewer, key)


@pytest.mark.parametrize("act", ["write", "delete", "export", "assign"])
def test_no_act_reaches_beyond_reading(scoped: Callable[..., User], act: Act) -> None:
    assert keys(scoped(read="own", **{act: "all"}), act) == {"alone"}


def test_what_is_nobody_s_is_the_team_s_to_take_up_but_not_to_export_or_delete(scoped: Callable[..., User]) -> None:
    viewer = scoped(read="team", write="team", delete="team", export="team", assign="own")
    assert {act: "nobody's" in keys(viewer, act) for act in ("read", "write", "assign", "export", "delete")} == {
        "read": True, "write": True, "assign": True, "export": False, "delete": False,
    }  # fmt: skip
    assert keys(viewer, "assign") == {"alone", "nobody's"}


def test_who_leads_a_team_reaches_it_as_a_member_of_another(scoped: Callable[..., User]) -> None:
    viewer = scoped(read="team")
    Team.objects.filter(name="Elsewhere").update(lead=viewer)
    assert keys(User.objects.get(pk=viewer.pk)) == ALL


def test_without_the_right_to_see_a_scope_shows_nothing(scoped: Callable[..., User]) -> None:
    viewer = scoped(read="all")
    Role.objects.filter(code="clerk").update(rights=["tag"])
    assert keys(User.objects.get(pk=viewer.pk)) == set()


def test_a_tag_is_put_on_and_taken_off_only_within_reach(scoped: Callable[..., User]) -> None:
    viewer = scoped(read="all", write="own")
    ids = list(Customer.objects.values_list("pk", flat=True))
    assert len(writes.tag(customers=ids, name="VIP", by=viewer)) == 1
    writes.tag(customers=ids, name="VIP")
    assert writes.untag(customers=ids, name="VIP", by=viewer) == 1


def test_only_what_one_may_delete_is_deleted_and_its_values_leave_the_audit(scoped: Callable[..., User]) -> None:
    viewer = scoped(read="all", delete="own")
    writes.tag(customers=list(Customer.objects.values_list("pk", flat=True)), name="VIP")
    gone = Customer.objects.get(key="alone").pk
    assert writes.forget(keys=sorted(ALL), by=viewer) == 1
    assert not AuditValues.objects.filter(entry__kind="customer", entry__record=gone).exists()
    acts = AuditEntry.objects.filter(kind="customer", record=gone).order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["tag_on", "customer_erased"]


def test_what_two_reaches_share_is_what_both_reach() -> None:
    mine, ours = Reach(frozenset({1}), nobodys=False), Reach(frozenset({1, 2}))
    assert mine.narrowed(ours) == ours.narrowed(mine) == mine
    assert EVERYBODY.narrowed(ours) == ours.narrowed(EVERYBODY) == ours
    assert NOTHING.narrowed(EVERYBODY).is_nothing
    assert Reach(frozenset()).narrowed(EVERYBODY).nobodys


def test_a_filter_of_the_list_narrows_and_never_widens(scoped: Callable[..., User], stranger: User) -> None:
    viewer = scoped(read="team")

    def listed(owner: str) -> set[str]:
        within = reach(viewer).narrowed(asked_for(viewer, owner)).within()
        return set(Customer.objects.filter(within).values_list("key", flat=True))

    assert listed("mine") == {"alone"}
    assert listed("team") == {"alone", "mate's", "below's"}
    assert listed("nobody") == {"nobody's"}
    assert listed(str(stranger.pk)) == set()
    assert listed("nonsense") == keys(viewer)
