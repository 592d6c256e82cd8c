"""The list of customers, their scores, saved views and acts on many, through the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, QueryDict, StreamingHttpResponse

from shuke.crm.api.operations import Group
from shuke.crm.api.pages import cursor, place
from shuke.crm.api.problems import Refused, invalid, or_404, require_valid
from shuke.crm.api.schemas import All, PageOf, username
from shuke.crm.customers import api_values, reads_of_cards, writes_of_cards
from shuke.crm.customers import reads as customers
from shuke.crm.customers import writes as customer_writes
from shuke.crm.customers.forms import CardForm
from shuke.crm.customers.models import Act, Field, SavedView, Tag
from shuke.crm.customers.writes_of_cards import TAG, UNTAG
from shuke.crm.people.models import User
from shuke.crm.scores import bulk, export, reads
from shuke.crm.scores.api_shapes import (
    ActTold,
    Bulk,
    CustomerListing,
    ListedTold,
    NewView,
    ScoreTold,
    StandingTold,
    Undone,
    ViewTold,
)
from shuke.crm.scores.bulk import NEVER
from shuke.crm.scores.columns import COLUMNS, ORDERS, why_sentence
from shuke.crm.scores.labels import LABELS
from shuke.crm.scores.models import Run, Score, Scored
from shuke.crm.scores.plan import Sight
from shuke.crm.scores.query import Query, read
from shuke.crm.scores.reads import Listed
from shuke.crm.scores.walk import Place, is_by_score
from shuke.crm.words import here
from shuke.ui import language

group = Group("customers")
_FIGURES = [field.name for field in Scored._meta.local_fields if field.name != "cell"]
_SHOWN = tuple(COLUMNS[code] for code in ("why", "phone", "email", "owner", "created"))


@group.get("/customers", scope="customers:read", right="see", query=CustomerListing, answer=PageOf[ListedTold])
def list_customers(viewer: User, query: CustomerListing) -> PageOf[ListedTold]:
    """The list of the pages with its filters and orders. Fields of cards filter too: `f.<code>=…`, `f.<code>.from=…`,
    `f.<code>.to=…`, `f.<code>.is=empty` or `filled`."""
    wanted, run = _asked(viewer, query), reads.run_for_lists(viewer)
    of = f"customers {run.run_id}" if run and is_by_score(wanted, run, Sight.of(viewer, wanted)) else "customers"
    after = place(query, of)
    rows, more = reads.walked(viewer, wanted, run, Place(*after) if after else None, query.limit)
    tags = customers.tags_of(viewer, [row.customer.pk for row in rows])
    items = [_listed(row, run, tags.get(row.customer.pk, [])) for row in rows]
    return PageOf[ListedTold](items=items, next=cursor(query, more.written(), of) if more else None)


@group.post(
    "/customers/-/export", scope="customers:read", right="export", query=CustomerListing,
    media="text/csv",
)  # fmt: skip
def export_customers(viewer: User, query: CustomerListing) -> StreamingHttpResponse:
    """The whole list as CSV, as the pages send it; noted in the log of exports."""
    lines = export.lines(viewer, _asked(viewer, query), reads.run_for_lists(viewer), language.active())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{export.file_name()}"'
    return response


def _asked(viewer: User, asked: CustomerListing) -> Query:
    """The list as the pages read it from an address; what they would pass over is refused here."""
    given = QueryDict(mutable=True)
    for name in ("q", "tag", "owner", "contact", "consent", "first", "last", "sort"):
        given[name] = getattr(asked, name)
    for name in ("tier", "stage", "segment", "risk", "tier_before", *LABELS):
        given.setlist(name, getattr(asked, name))
    for name, texts in asked.more.items():
        given.setlist(name, texts)
    query = read(given, reads_of_cards.listed_fields(viewer), viewer)
    taken = {name for name, _ in query.kept()}
    if wrong := [name for name in asked.more if name not in taken]:
        allowed = ", ".join(column.code for column in query.fields) or "—"
        told = here("api.invalid.filter", allowed=allowed)
        raise Refused("invalid", here("api.detail.invalid"), errors=[(name[:80], told) for name in wrong[:20]])
    for name in ("first", "last"):
        if getattr(query, name) != getattr(asked, name):
            raise invalid(name, here("api.invalid.unknown", allowed="2024-01-01..2024-12-31"))
    if asked.sort and query.order != asked.sort:
        orders = [*ORDERS, *(column.order for column in query.fields if column.order)]
        raise invalid("sort", here("api.invalid.unknown", allowed=", ".join(orders)))
    return replace(query, columns=_SHOWN)


def _listed(row: Listed, run: Run | None, tags: list[str]) -> ListedTold:
    customer = row.customer
    return ListedTold(
        key=customer.key, name=customer.name, kind=customer.kind, phone=row.value("phone"), email=row.value("email"),
        owner=username(customer.owner), tags=tags, created_at=customer.created_at,
        score=_score(row.score, run, customer.key),
    )  # fmt: skip


@group.get("/customers/{key}/score", scope="customers:read", right="see", answer=ScoreTold)
def get_score(viewer: User, key: str) -> Any:
    """What a customer is worth, where they stand and what to do, by the run in force."""
    customer, run = customers.customer(viewer, key), reads.run_for_lists(viewer)
    return or_404(_score(reads.score_of(viewer, customer, run), run, customer.key))


def _score(score: Score | None, run: Run | None, key: str) -> Any:
    if score is None or run is None:
        return None
    why = why_sentence(reads.as_row(score, key), language.active(), run.currency)
    return ScoreTold(
        run=run.run_id, currency=run.currency, why=why, **{name: getattr(score, name) for name in _FIGURES}
    )


@group.get("/customers/{key}/tiers", scope="customers:read", right="see", answer=All[StandingTold])
def list_tiers(viewer: User, key: str) -> All[StandingTold]:
    """How a customer's tier changed from run to run, the latest first."""
    found = reads.tier_history(viewer, customers.customer(viewer, key))
    return All[StandingTold](
        items=[
            StandingTold(run=one.run.run_id, as_of=one.run.as_of, before=one.before, after=one.after) for one in found
        ]
    )


# --- many at once -------------------------------------------------------------------------------------------------
@group.post("/customers/-/change", scope="customers:write", right="tag", body=Bulk, answer=ActTold)
def change_customers(viewer: User, body: Bulk) -> ActTold:
    """Set one field of many customers, or tag and untag them, as one act that can be undone."""
    field = _field(viewer, body.field)
    form = CardForm([field], api_values.typed([field], {field.code: body.value}), viewer=viewer)
    require_valid(form, {field.code: "value"})
    found = customers.visible(viewer, "write").filter(key__in=body.keys).values_list("pk", flat=True)
    longest = Tag._meta.get_field("name").max_length or 0
    if field.code in (TAG, UNTAG) and len(str(form.values[field.code])) > longest:
        raise invalid("value", here("api.invalid.string_too_long", max_length=longest))
    act = writes_of_cards.begin_act(field=field.code, value=form.values[field.code], by=viewer)
    writes_of_cards.do_act(act=act, customers=list(found))
    return _act(_found(viewer, act.pk))


def _field(viewer: User, code: str) -> Field:
    if code in (TAG, UNTAG):
        return Field(code=code, type=Field.Type.TEXT, is_required=True)
    offered = {field.code: field for field in reads_of_cards.editable(viewer) if field.code not in NEVER}
    if code not in offered:
        raise invalid("field", here("api.invalid.unknown", allowed=", ".join([*offered, TAG, UNTAG])[:2000]))
    return offered[code]


@group.get("/acts/{act_id}", scope="customers:read", right="tag", answer=ActTold)
def get_act(viewer: User, act_id: int) -> ActTold:
    return _act(_found(viewer, act_id))


@group.post("/acts/{act_id}/undo", scope="customers:write", right="tag", answer=Undone)
def undo_act(viewer: User, act_id: int) -> Undone:
    """Put back what was before, but for cards that somebody changed again since."""
    found = _found(viewer, act_id)
    if found.undone_at is not None:
        raise Refused("conflict", here("cards.bulk.undone_before"))
    if bulk.undo_waits(found):
        return Undone(restored=0, kept=0, job_id=bulk.ask_undo(found, by=viewer).pk)
    restored, kept = writes_of_cards.undo_act(act=found, by=viewer)
    return Undone(restored=restored, kept=kept)


def _found(viewer: User, act_id: int) -> Act:
    return or_404(reads_of_cards.act(viewer, act_id))


def _act(act: Act) -> ActTold:
    return ActTold(
        id=act.pk, field=act.field, changed=act.changed, at=act.at, by=username(act.by),
        is_undone=act.undone_at is not None,
    )  # fmt: skip


# --- saved views --------------------------------------------------------------------------------------------------
@group.get("/views", scope="customers:read", right="see", answer=All[ViewTold])
def list_views(viewer: User) -> All[ViewTold]:
    """One's own and those shared."""
    found: Sequence[SavedView] = customers.saved_views(viewer)
    return All[ViewTold](items=[_view(view) for view in found])


@group.post("/views", scope="customers:write", right="save_view", body=NewView, answer=ViewTold, status=201)
def save_view(viewer: User, body: NewView) -> ViewTold:
    """The same name again replaces the view."""
    query = read(QueryDict(body.query.removeprefix("?")), reads_of_cards.listed_fields(viewer), viewer).saved
    shared = body.shared and viewer.may("share_view")
    made = customer_writes.save_view(owner=viewer, name=body.name, query=query, shared=shared, pinned=body.pinned)
    return _view(made)


@group.delete("/views/{view_id}", scope="customers:write", right="save_view")
def delete_view(viewer: User, view_id: int) -> None:
    """One's own."""
    if not customer_writes.delete_view(owner=viewer, view_id=view_id):
        raise Http404


def _view(view: SavedView) -> ViewTold:
    return ViewTold(
        id=view.pk, name=view.name, query=view.query, shared=view.shared, pinned=view.pinned, owner=view.owner.username
    )
