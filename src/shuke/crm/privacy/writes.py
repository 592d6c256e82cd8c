"""Noting what customers said about being contacted: always added, never altered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.customers.scope import reach
from shuke.crm.people import audit
from shuke.crm.people.models import User
from shuke.crm.privacy.errors import RefusedStatement
from shuke.crm.privacy.models import EVIDENCE_LENGTH, Channel, Purpose, Source, Standing, State, Statement

_CHUNK = 2_000


@dataclass(frozen=True)
class Said:
    """What was said: of which channel and purpose, what, where, on which day; `evidence` where it can be looked up."""

    channel: Channel
    state: str
    source: str
    on: date
    purpose: str = Purpose.MARKETING
    evidence: str = ""


def note(*, customers: Sequence[int], said: Said, by: User | None = None) -> list[int]:
    """Note the same statement for customers (by id); for whom it was noted. With `by`, those whom the user may change.

    Raises RefusedStatement for a state, source or purpose there is not, for consent to a channel out of use, for a day
    to come, for evidence too long.
    """
    _require_sense(said)
    wanted, noted = list(dict.fromkeys(customers)), []
    for start in range(0, len(wanted), _CHUNK):
        noted += _note_chunk(wanted[start : start + _CHUNK], said, by)
    return noted


def noted_already(*, customers: Sequence[int], said: Said, by: User, since: datetime) -> set[int]:
    """For whom `by` noted this very statement since then: a job that is begun anew goes on after these. To note it
    again would overturn what a customer said meanwhile."""
    told = {name: getattr(said, name) for name in ("channel", "purpose", "state", "source", "on")}
    same = Statement.objects.filter(**told, evidence=said.evidence.strip(), noted_by=by, noted_at__gte=since)
    return set(same.filter(customer__in=customers).values_list("customer_id", flat=True))


@transaction.atomic
def _note_chunk(ids: list[int], said: Said, by: User | None) -> list[int]:
    within = Customer.objects.filter(reach(by, "write").within()) if by else Customer.objects.all()
    # Locked, so that of two statements at once the later one stands.
    found = list(within.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))
    told = {"purpose": said.purpose, "state": said.state, "source": said.source, "on": said.on}
    Statement.objects.bulk_create(
        Statement(customer_id=pk, channel=said.channel, evidence=said.evidence.strip(), noted_by=by, **told)
        for pk in found
    )
    _stand(found, said)
    values = {"channel": said.channel.code, **told, "on": said.on.isoformat()}
    audit.note_each("consent_noted", found, by=by, kind="customer", values=values)
    return found


def _stand(ids: list[int], said: Said) -> None:
    """The statement stands for those of whom none of a later day is there."""
    of = {"channel": said.channel, "purpose": said.purpose}
    later = Standing.objects.filter(customer__in=ids, on__gt=said.on, **of).values_list("customer_id", flat=True)
    behind = set(later)
    Standing.objects.bulk_create(
        [Standing(customer_id=pk, state=said.state, on=said.on, **of) for pk in ids if pk not in behind],
        update_conflicts=True,
        unique_fields=["customer", "channel", "purpose"],
        update_fields=["state", "on"],
    )


def stand_anew(customers: Sequence[int]) -> None:
    """Let the latest statement of each channel and purpose stand, whatever stood before; what is right stays as it is.

    Of one day the one that was noted last.
    """
    stood = {
        (row.customer_id, row.channel_id, row.purpose): row for row in Standing.objects.filter(customer__in=customers)
    }
    latest = {
        (said.customer_id, said.channel_id, said.purpose): said
        for said in Statement.objects.filter(customer__in=customers).order_by("on", "pk")
    }
    for of, said in latest.items():
        row = stood.get(of) or Standing(customer_id=of[0], channel_id=of[1], purpose=of[2])
        if (row.state, row.on) != (said.state, said.on):
            row.state, row.on = said.state, said.on
            row.save()


def is_shut(channel: Channel, state: str) -> bool:
    """Whether this cannot be said of the channel: one out of use takes no consent any more, but gives it back."""
    return channel.archived and state == State.GIVEN


def _require_sense(said: Said) -> None:
    if said.state not in State.values or said.source not in Source.values or said.purpose not in Purpose.values:
        raise RefusedStatement.of("privacy.refused.statement")
    if is_shut(said.channel, said.state):
        raise RefusedStatement.of("privacy.refused.archived", channel=said.channel.code)
    if said.on > timezone.localdate():
        raise RefusedStatement.of("privacy.refused.future")
    if len(said.evidence) > EVIDENCE_LENGTH:
        raise RefusedStatement.of("privacy.refused.evidence", limit=EVIDENCE_LENGTH)
