"""Who is responsible for customers: giving them to somebody, taking up what is nobody's, and undoing exactly that."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
_AT_ONCE = 10_000
"""How many are given in one transaction: more would keep everybody else from writing."""
Told = Callable[[int], None]


def assign(*, customers: Sequence[int], to: User | None, by: User) -> Assignment | None:
    """Make somebody, or nobody, responsible for those of the customers (by id) whom `by` may assign; all or none.

    Gives what is needed to undo it; None where nothing changed. Raises RefusedAssignment for somebody whom `by` cannot
    give customers to.
    """
    with transaction.atomic():
        made = begin(to=to, by=by)
        if give(made=made, customers=customers, by=by):
            return made
        made.delete()
        return None


def begin(*, to: User | None, by: User) -> Assignment:
    """An assignment of nobody yet. Raises RefusedAssignment as `assign` does."""
    if to is not None and not assignable(by).filter(pk=to.pk).exists():
        raise RefusedAssignment(f"Customers cannot be given to {to.username!r}: choose somebody of your reach.")
    return Assignment.objects.create(by_id=by.pk, to_id=to.pk if to else None)


def give(*, made: Assignment, customers: Sequence[int], by: User, told: Told | None = None) -> int:
    """Give those whom `by` may assign, some thousand at a time; how many it has given in all. Safe to run twice."""
    for start in range(0, len(customers), _AT_ONCE):
        _give_part(made, customers[start : start + _AT_ONCE], by)
        if told is not None:
            told(min(start + _AT_ONCE, len(customers)))
    return given(made)


def given(made: Assignment) -> int:
    """How many customers were given to another by it."""
    return sum(len(ids) for ids in made.before.values())


@transaction.atomic
def _give_part(made: Assignment, customers: Sequence[int], by: User) -> None:
    within = reach(by, "assign").within()
    had: dict[str, list[int]] = {}
    for start in range(0, len(customers), _CHUNK):
        wanted = Customer.objects.select_for_update().filter(within, pk__in=customers[start : start + _CHUNK])
        for pk, owner in wanted.values_list("pk", "owner_id"):
            if owner != made.to_id:
                had.setdefault("" if owner is None else str(owner), []).append(pk)
    for owner_before, ids in had.items():
        _give(ids, made.to_id)
        _note(ids, owner_before, made.to_id, by)
        made.before.setdefault(owner_before, []).extend(ids)
    made.save(update_fields=["before"])


def undo(*, assignment_id: int, by: User, told: Told | None = None) -> int:
    """Give the customers of one's own assignment back to whom they had before; how many.

    Those whom somebody has given on since stay where they are. 0 for one that was undone before. Safe to run twice.
    """
    act = Assignment.objects.filter(pk=assignment_id, by_id=by.pk, undone_at=None).first()
    if act is None:
        return 0
    count = done = 0
    for owner, ids in act.before.items():
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE]
            count, done = count + _give_back(act, owner, part, by), done + len(part)
            if told is not None:
                told(done)
    Assignment.objects.filter(pk=act.pk).update(undone_at=timezone.now())
    return count


@transaction.atomic
def _give_back(act: Assignment, owner: str, ids: Sequence[int], by: User) -> int:
    still = Q(owner_id=act.to_id) if act.to_id else Q(owner__isnull=True)
    back: list[int] = []
    for start in range(0, len(ids), _CHUNK):
        found = Customer.objects.select_for_update().filter(still, pk__in=ids[start : start + _CHUNK])
        back += found.values_list("pk", flat=True)
    _give(back, int(owner) if owner else None)
    _note(back, "" if act.to_id is None else str(act.to_id), int(owner) if owner else None, by)
    return len(back)


def assignment(viewer: User, pk: int) -> Assignment | None:
    """An assignment of one's own, or anybody's for who may watch jobs."""
    acts = Assignment.objects.select_related("by", "to").filter(pk=pk)
    return (acts if viewer.may("watch_jobs") else acts.filter(by_id=viewer.pk)).first()


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
