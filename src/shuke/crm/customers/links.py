"""Who is what to whom: the kinds of links, seen from both ends."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from shuke.crm.customers.errors import RefusedLink
from shuke.crm.customers.models import Change, Customer, Kind, Link
from shuke.crm.customers.scope import Reach, reach
from shuke.crm.people import audit
from shuke.crm.people.models import User

_TWO_SIDED = {"parent": "child", "member": "household", "employee": "employer", "referrer": "referred"}
_MUTUAL = ("spouse", "sibling", "relative", "friend", "colleague")
ROLES = (
    "spouse", "child", "parent", "sibling", "relative", "member", "household", "employee", "employer", "colleague",
    "referrer", "referred", "friend",
)  # fmt: skip
"""What one customer can be to another; each has a sentence `cards.link.<role>`."""
_INVERSE = _TWO_SIDED | {other: one for one, other in _TWO_SIDED.items()} | {role: role for role in _MUTUAL}


@dataclass(frozen=True)
class Linked:
    """A customer at the other end of a link, and what that one is to the customer asked about."""

    pk: int
    role: str
    customer: Customer


def inverse(role: str) -> str:
    """What the one is to the other, if the other is the role to the one.

    >>> inverse("parent"), inverse("child"), inverse("friend")
    ('child', 'parent', 'friend')
    """
    return _INVERSE[role]


def is_mutual(role: str) -> bool:
    """Whether both ends are the same to each other; such a link names the lower number first."""
    return role in _MUTUAL


def links_of(viewer: User, customer: Customer) -> list[Linked]:
    """Who of those in the viewer's reach is linked to a customer, families first."""
    if not viewer.may("see"):
        raise PermissionDenied("see")
    seen = reach(viewer)
    ends = Q(seen.within("other__"), customer=customer) | Q(seen.within("customer__"), other=customer)
    rows = Link.objects.filter(ends).select_related("customer", "other")
    found = [
        Linked(row.pk, row.kind, row.customer)
        if row.other_id == customer.pk
        else Linked(row.pk, inverse(row.kind), row.other)
        for row in rows
    ]
    return sorted(found, key=lambda linked: (ROLES.index(linked.role), linked.customer.sort_name))


def link_to_part(viewer: User, pk: int) -> Link | None:
    """A link that the viewer may take away: both ends can be read, one can be changed."""
    seen, changed = reach(viewer), reach(viewer, "write")
    row = Link.objects.select_related("customer", "other").filter(
        seen.within("customer__"), seen.within("other__"), _either(changed), pk=pk
    )
    return row.first()


def _either(changed: Reach) -> Q:
    """One end at least. Said apart for who changes all: with nothing, "or" would leave only the other side."""
    return Q() if changed.is_all else changed.within("customer__") | changed.within("other__")


def members_of(viewer: User, household: Customer) -> list[Customer]:
    """The members of a household or the staff of an organisation."""
    role = "member" if household.kind == Kind.HOUSEHOLD else "employee"
    return [linked.customer for linked in links_of(viewer, household) if linked.role == role]


@transaction.atomic
def link(*, customer: Customer, other: Customer, role: str, by: User | None = None) -> Link:
    """Make `other` the role to `customer`: its spouse, a member of that household …; twice is once.

    Raises RefusedLink for a customer to himself, for a role there is not, and for a household or an employer that is
    none; PermissionDenied for who may not change the customer, or not read the other.
    """
    if by is not None and not (reach(by, "write").holds(customer.owner_id) and reach(by).holds(other.owner_id)):
        raise PermissionDenied("write")
    _require(customer, other, role)
    one, two, kind = (other, customer, role) if role in _TWO_SIDED else (customer, other, inverse(role))
    if kind in _MUTUAL and one.pk > two.pk:
        one, two = two, one
    row, new = Link.objects.get_or_create(customer=one, other=two, kind=kind, defaults={"linked_by": by})
    if new:
        _note(customer, other, role, by, added=True)
    return row


@transaction.atomic
def unlink(*, link: Link, by: User | None = None) -> None:
    """Part two customers; the history of both keeps that they were linked."""
    _note(link.other, link.customer, link.kind, by, added=False)
    link.delete()


def _require(customer: Customer, other: Customer, role: str) -> None:
    if role not in ROLES:
        raise RefusedLink.of("cards.refused.role", role=role)
    if customer.pk == other.pk:
        raise RefusedLink.of("cards.refused.oneself")
    whole = {"member": customer, "household": other, "employee": customer, "employer": other}.get(role)
    due = Kind.HOUSEHOLD if role in ("member", "household") else Kind.ORGANISATION
    if whole is not None and whole.kind != due:
        raise RefusedLink.of(f"cards.refused.no_{due}", name=whole.display_name)


def _note(customer: Customer, other: Customer, role: str, by: User | None, *, added: bool) -> None:
    """In the history of both ends."""
    for one, two, what in ((customer, other, role), (other, customer, inverse(role))):
        told = {"role": what, "customer": two.key}
        Change.objects.create(
            customer=one, field="link", before=None if added else told, after=told if added else None, by=by
        )
        # The other end by number: what the audit keeps of one customer must not name another.
        values = {"role": what, "customer": two.pk}
        audit.note("linked" if added else "unlinked", by=by, kind="customer", record=one.pk, values=values)
