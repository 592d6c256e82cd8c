"""All that is held on a person, and erasing it, through the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.utils import timezone
from pydantic import Field

from shuke.crm.api.operations import Group
from shuke.crm.api.pages import keyset
from shuke.crm.api.problems import Refused, or_404, require_valid
from shuke.crm.api.schemas import All, Given, Key, Listing, PageOf, Told
from shuke.crm.customers import reads as customers
from shuke.crm.customers.api import card_to_write
from shuke.crm.people.models import User
from shuke.crm.privacy import dossier, erased, erasing, reads
from shuke.crm.privacy.errors import RefusedErasure
from shuke.crm.privacy.forms import ErasureForm
from shuke.crm.privacy.models import Erasure
from shuke.crm.words import here
from shuke.ui import language

group = Group("privacy")


class HeldTold(Told):
    """How much of one kind is held on a person."""

    code: str
    title: str
    count: int


class NewErasure(Given):
    """`typed` is the customer's name or key, written once more: what is erased does not come back."""

    reason: Literal["asked", "withdrew", "ended", "wrong", "other"]
    typed: Annotated[str, Field(min_length=1, max_length=200)]
    purchases: Literal["keep", "erase"] = "keep"
    reference: Annotated[str, Field(max_length=60)] = ""


class ErasureTold(Told):
    """An erasure names nobody: `digest` is what is kept of the key, `steps` what is done, `counts` how much there was.

    `is_stopped`: its job failed or was stopped, and it can be taken up.
    """

    id: int
    state: str
    is_stopped: bool
    reason: str
    reference: str
    keeps_purchases: bool
    digest: str
    steps: list[str]
    counts: dict[str, int]
    asked_by: str
    asked_at: datetime
    done_at: datetime | None
    job_id: int | None


class Returning(Given):
    key: Key


@group.get("/customers/{key}/held", scope="privacy:read", right="erase", answer=All[HeldTold])
def list_held(viewer: User, key: str) -> All[HeldTold]:
    """How much of each kind is held on a customer, which is what an erasure would take."""
    found = reads.held(viewer, customers.customer(viewer, key))
    return All[HeldTold](
        items=[
            HeldTold(code=holding.code, title=here(f"privacy.holding.{holding.code}"), count=count)
            for holding, count in found
        ]
    )


@group.post("/customers/{key}/held/export", scope="privacy:read", right="export", media="application/zip")
def export_held(viewer: User, key: str) -> FileResponse:
    """All that is held on a customer: pages to read, JSON, and the files. Kept nowhere; noted in the audit.

    For who may read contacts in full and export this customer.
    """
    customer = customers.customer(viewer, key)
    made = dossier.write(customer=customer, viewer=viewer)
    name = f"{here('privacy.dossier.file')}-{customer.pk}-{timezone.localdate():%Y-%m-%d}.zip"
    return FileResponse(made, as_attachment=True, filename=name, content_type="application/zip")


@group.post(
    "/customers/{key}/erasure", scope="privacy:write", right="erase", body=NewErasure, answer=ErasureTold, status=202
)
def erase_customer(viewer: User, key: str, body: NewErasure) -> ErasureTold:
    """Have a customer erased; the job goes on where it was stopped. Purchases stay without a name unless told else."""
    customer = card_to_write(viewer, key, "read")
    if not reads.may_erase(viewer, customer):
        raise PermissionDenied("erase")
    there = reads.open_erasure(viewer, customer)
    if there is not None:
        raise Refused("conflict", here("privacy.refused.under_way"), more={"erasure_id": there.pk})
    form = ErasureForm(customer, body.model_dump())
    require_valid(form)
    try:
        return _erasure(erasing.ask(customer=customer, asked=form.asked(), by=viewer))
    except RefusedErasure as reason:  # somebody else asked at the same moment
        raise Refused("conflict", reason.told(language.active())) from reason


@group.get("/erasures", scope="privacy:read", right="erase", query=Listing, answer=PageOf[ErasureTold])
def list_erasures(viewer: User, query: Listing) -> PageOf[ErasureTold]:
    return keyset(reads.erasures(viewer), query, _erasure, of="erasures")


@group.get("/erasures/{erasure_id}", scope="privacy:read", right="erase", answer=ErasureTold)
def get_erasure(viewer: User, erasure_id: int) -> ErasureTold:
    return _erasure(_found(viewer, erasure_id))


@group.post("/erasures/{erasure_id}/take-up", scope="privacy:write", right="erase", answer=ErasureTold)
def take_up_erasure(viewer: User, erasure_id: int) -> ErasureTold:
    """Go on with one that was stopped; one that waits, runs or is done stays as it is."""
    erasing.take_up(erasure=_found(viewer, erasure_id), by=viewer)
    return _erasure(_found(viewer, erasure_id))


@group.post("/erasures/return", scope="privacy:write", right="erase", body=Returning)
def let_return(viewer: User, body: Returning) -> None:
    """Somebody erased came back: imports take the key again."""
    if not erased.let_return(key=body.key.strip(), by=viewer):
        raise Refused("not_found", here("privacy.return.unknown"))


def _found(viewer: User, erasure_id: int) -> Erasure:
    return or_404(reads.erasures(viewer).filter(pk=erasure_id).first())


def _erasure(found: Erasure) -> ErasureTold:
    is_done = found.state == Erasure.State.DONE
    return ErasureTold(
        id=found.pk, state=found.state, is_stopped=not is_done and (found.job is None or found.job.is_over),
        reason=found.reason, reference=found.reference, keeps_purchases=found.keeps_purchases, digest=found.digest,
        steps=found.steps, counts=found.counts, asked_by=found.asked_by.username, asked_at=found.asked_at,
        done_at=found.done_at, job_id=found.job_id,
    )  # fmt: skip
