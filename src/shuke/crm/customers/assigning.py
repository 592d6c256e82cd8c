"""Who is responsible for customers: giving them to somebody, taking up what is nobody's, and undoing exactly that."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shuke.crm.customers import masks
from shuke.crm.customers.errors import RefusedAssignment
from shuke.crm.customers.models import Assignment, Customer, Field
from shuke.crm.customers.reads import assignable
from shuke.crm.customers.reads_of_cards import field_named
from shuke.crm.customers.scope import reach
from shuke.crm.people import audit
from shuke.crm.people.models import User

_CHUNK = 2_000


@transaction.atomic
def assign(*, customers: Sequence[int], to: User | None, by: User) -> Assignment | None:
    """Make somebody, or nobody, responsible for those of the customers (by id) whom `by` may assign.

    Gives what is needed to undo it; None where nothing changed. Raises RefusedAssignment for somebody whom `by` cannot
    give customers to.
    """
    if to is not None and not assignable(by).filter(pk=to.pk).exists():
        raise RefusedAssignment(f"Customers cannot be given to {to.username!r}: choose somebody of your reach.")
    within = reach(by, "assign").within()
    before: dict[str, list[int]] = {}
    for start in range(0, len(customers), _CHUNK):
        wanted = Customer.objects.select_for_update().filter(within, pk__in=customers[start : start + _CHUNK])
        for pk, owner in wanted.values_list("pk", "owner_id"):
            if owner != (to.pk if to else None):
                before.setdefault("" if owner is None else str(owner), []).append(pk)
    if not before:
        return None
    made = Assignment.objects.create(by_id=by.pk, to_id=to.pk if to else None, before=before)
    for had, ids in before.items():
        _give(ids, to.pk if to else None)
        _note(ids, had, to.pk if to else None, by)
    return made


@transaction.atomic
def undo(*, assignment_id: int, by: User) -> int:
    """Give the customers of one's own assignment back to whom they had before; how many.

    Those whom somebody has given on since stay where they are. 0 for one that was undone before.
    """
    act = Assignment.objects.select_for_update().filter(pk=assignment_id, by_id=by.pk, undone_at=None).first()
    if act is None:
        return 0
    Assignment.objects.filter(pk=act.pk).update(undone_at=timezone.now())
    count = 0
    for owner, ids in act.before.items():
        still = Q(owner_id=act.to_id) if act.to_id else Q(owner__isnull=True)
        back: list[int] = []
        for start in range(0, len(ids), _CHUNK):
            found = Customer.objects.filter(still, pk__in=ids[start : start + _CHUNK])
            back += found.values_list("pk", flat=True)
        _give(back, int(owner) if owner else None)
        _note(back, "" if act.to_id is None else str(act.to_id), int(owner) if owner else None, by)
        count += len(back)
    return count


def reveal(*, customer: Customer, field: str, by: User) -> str:
    """One contact in full, noted. Raises PermissionDenied for who may neither read contacts nor uncover them."""
    value = _contact(customer, field, by)
    if not value or not (by.may("reveal") or by.may("contacts")):
        raise PermissionDenied("reveal")
    audit.note("revealed", by=by, kind="customer", record=customer.pk, fields=[field])
    return value


def _contact(customer: Customer, field: str, by: User) -> str:
    """A contact of every card, or a phone among the fields; empty for what is no contact, or not there."""
    if field in masks.FIELDS:
        return str(getattr(customer, field))
    of = field_named(by, field)
    return str(customer.values.get(field, "")) if of is not None and of.type == Field.Type.PHONE else ""


def _give(ids: Sequence[int], owner: int | None) -> None:
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        Customer.objects.filter(pk__in=chunk).update(owner_id=owner, updated_at=timezone.now())


def _note(ids: Sequence[int], before: str, after: int | None, by: User) -> None:
    values = {"owner": [int(before) if before else None, after]}
    audit.note_each("customers_assigned", ids, by=by, kind="customer", values=values)
