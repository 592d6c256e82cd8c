"""The entries that consents give: what a customer said, on the day it was said."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.privacy.models import Statement
from shuke.crm.privacy.reads import statements
from shuke.crm.timeline.entries import Asked, Entry, Source, day_begins
from shuke.crm.words import here
from shuke.ui import language


def _newest(asked: Asked) -> Sequence[Entry]:
    rows = statements(asked.viewer, asked.customer)
    if asked.by is not None:
        rows = rows.filter(noted_by=asked.by)
    if asked.at is not None:
        rows = rows.filter(on__lte=timezone.localtime(asked.at, timezone.get_default_timezone()).date())
    found = (_of(row) for row in rows.iterator(chunk_size=200))
    wanted = (one for one in found if asked.at is None or (one.at, one.number) < (asked.at, asked.number))
    return [one for one, _ in zip(wanted, range(asked.limit), strict=False)]


def _one(viewer: User, customer: Customer, wanted: int) -> Entry | None:
    row = statements(viewer, customer).filter(pk=wanted).first()
    return _of(row) if row else None


def _of(row: Statement) -> Entry:
    title = here(
        "privacy.said",
        channel=row.channel.label(language.active()),
        purpose=here(f"privacy.purpose.{row.purpose}"),
        state=here(f"privacy.state.{row.state}"),
    )
    return Entry(
        source="consent",
        number=row.pk,
        at=day_begins(row.on),
        kind="consent",
        icon="hand",
        title=title,
        who=row.noted_by.shown_name if row.noted_by else "",
        note=here(f"privacy.source.{row.source}"),
        dated=True,
        fold=here("privacy.form.evidence") if row.evidence else "",
        lines=[(row.evidence, "")] if row.evidence else (),
    )


CONSENTS = Source("consent", frozenset({"consent"}), True, _newest, _one)
