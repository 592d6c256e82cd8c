"""What the audit keeps of customers, as who reads it may see it: like cards and their histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shuke.crm.customers import masks
from shuke.crm.customers.models import Alias, Customer, Field
from shuke.crm.customers.scope import Reach, reach
from shuke.crm.people.models import AuditEntry, User


def shown(viewer: User, entries: Sequence[AuditEntry]) -> dict[int, Mapping[str, Any]]:
    """The values of entries about customers, by the numbers of the entries: contacts masked for who may not read them
    in full, and none of customers out of reach, of whom the audit says only that something was done."""
    seen = reach(viewer)
    if not seen.is_all:
        known = _known(seen, [int(entry.record) for entry in entries if entry.record.isdecimal()])
        entries = [entry for entry in entries if entry.record.isdecimal() and int(entry.record) in known]
    closed = {} if viewer.may("contacts") else _closed()
    return {entry.pk: _masked(entry.kept.values, closed) for entry in entries}


def _known(seen: Reach, numbers: Sequence[int]) -> set[int]:
    """Those of the numbers that are of customers within reach, or of cards that were merged into theirs."""
    found = set(Customer.objects.filter(seen.within(), pk__in=numbers).values_list("pk", flat=True))
    merged = Alias.objects.filter(seen.within("customer__"), number__in=numbers)
    return found | set(merged.values_list("number", flat=True))


def _closed() -> dict[str, str]:
    """The codes of contacts, and how each is masked."""
    phones = Field.objects.filter(type=Field.Type.PHONE).values_list("code", flat=True)
    return {**dict.fromkeys(phones, "phone"), **{code: code for code in masks.FIELDS}}


def _masked(value: Any, closed: Mapping[str, str], mask: str = "") -> Any:
    """JSON with what stands below the code of a contact masked, be it one value or before and after."""
    if isinstance(value, dict):
        return {name: _masked(one, closed, closed.get(name, "")) for name, one in value.items()}
    if isinstance(value, list):
        return [_masked(one, closed, mask) for one in value]
    return masks.masked(mask, value) if mask and isinstance(value, str) else value
