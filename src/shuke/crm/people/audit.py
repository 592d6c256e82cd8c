"""Noting what happens, in the transaction of what happens: `note("tag_on", kind="customer", record=7)`.

Who asks and from where, a middleware says once a request; work for later names its user itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from shuke.crm.people import trail_of_many
from shuke.crm.people.trail import AuditEntry, AuditValues

if TYPE_CHECKING:
    from shuke.crm.people.models import User

ACTS = (
    "log_in", "log_in_failed", "log_in_locked", "second_factor_failed", "recovery_code_used", "log_out",
    "log_in_ended", "password_changed", "profile_changed",
    "second_factor_on", "second_factor_off", "recovery_codes_made", "passkey_added", "passkey_removed",
    "token_made", "token_revoked",
    "user_added", "user_changed", "team_added", "team_changed", "team_deleted", "role_added", "role_changed",
    "role_deleted", "view_as_begun", "view_as_ended",
    "consent_noted", "person_exported", "erasure_asked", "erasure_done", "key_let_return",
    "customers_kept", "customer_erased", "customers_assigned", "tag_on", "tag_off", "configured",
    "customer_added", "card_changed", "entry_added", "entry_changed", "entry_removed", "linked", "unlinked",
    "cards_merged", "cards_parted", "pair_refused", "pair_reopened", "duplicates_sought",
    "touch_added", "touch_changed", "touch_deleted", "touch_restored", "file_taken",
    "view_saved", "view_deleted", "revealed", "exported", "audit_exported",
    "file_brought", "file_discarded", "import_started", "import_undone", "run_started",
    "definition_saved", "put_on_list", "taken_off_list",
)  # fmt: skip
"""All acts there are; each has its words in the catalogue as `audit.act.<act>`."""
_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks: the user, whom the user views as, the address, and the token of the API where one asks with it."""

    by: int | None = None
    acting_as: int | None = None
    address: str = ""
    token: int | None = None


_asking: ContextVar[Asking] = ContextVar("asking", default=Asking())  # noqa: B039  frozen


@contextmanager
def asking(who: Asking) -> Iterator[None]:
    """While this lasts, notes are of that user."""
    token = _asking.set(who)
    try:
        yield
    finally:
        _asking.reset(token)


def note(
    act: str,
    *,
    by: User | None = None,
    kind: str = "",
    record: object = "",
    fields: Sequence[str] = (),
    values: Mapping[str, Any] | None = None,
    count: int | None = None,
) -> None:
    """Note one act. `values` may be personal: erasure clears them, never that the act happened."""
    note_each(act, [record], by=by, kind=kind, fields=fields, values=values, count=count)


@transaction.atomic
def note_each(
    act: str,
    records: Iterable[object],
    *,
    by: User | None = None,
    kind: str = "",
    fields: Sequence[str] = (),
    values: Mapping[str, Any] | None = None,
    count: int | None = None,
) -> None:
    """Note the same act for each of several records, so that each is found by it."""
    if act not in ACTS:
        raise ValueError(f"Unexpected act {act!r}: use one of people.audit.ACTS, or add it there with its words.")
    who, noted = _asking.get(), [str(record)[:64] for record in records]
    entry = AuditEntry(
        by_id=by.pk if by else who.by,
        acting_as_id=who.acting_as,
        token_id=who.token,
        act=act,
        kind=kind,
        address=who.address,
        fields=list(fields or (values or {})),
        count=count,
    )
    if not noted:
        return
    if len(noted) > 1:
        trail_of_many.insert(entry, noted, values or {})
        return
    entry.record = noted[0]
    entry.save(force_insert=True)
    if values:
        AuditValues.objects.create(entry_id=entry.pk, values=dict(values))


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What differs, as {field: [before, after]}.

    >>> changed({"name": "Ana", "team": 1}, {"name": "Ana", "team": None})
    {'team': [1, None]}
    """
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


def clear_values(*, kind: str, records: Iterable[object]) -> int:
    """Erase the values of all that was ever noted of these records; that it happened stays. How many were cleared."""
    wanted = [str(record) for record in records]
    cleared = 0
    for start in range(0, len(wanted), _CHUNK):
        entries = AuditEntry.objects.filter(kind=kind, record__in=wanted[start : start + _CHUNK])
        cleared += AuditValues.objects.filter(entry__in=entries.values("pk")).delete()[0]
    return cleared
