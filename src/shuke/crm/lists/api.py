"""Lists through the API: who is on one, putting on, taking off, and all that was ever said of one customer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from django.db.models import Q
from pydantic import Field

from shuke.crm.api.operations import Group
from shuke.crm.api.pages import page, place
from shuke.crm.api.problems import require_valid
from shuke.crm.api.schemas import All, Day, Given, Key, Listing, PageOf, Told, username
from shuke.crm.customers import reads as customers
from shuke.crm.customers.api_shapes import Keys
from shuke.crm.lists import reads, writes
from shuke.crm.lists.forms import GroundForm
from shuke.crm.lists.models import REASON_LENGTH, Listed
from shuke.crm.people.models import User

group = Group("lists")
Code = Literal["red", "black"]


class ListedTold(Told):
    """One customer on one list: since when, until when (null: for good), why, by whom; and when it was ended."""

    id: int
    key: Key
    list: str
    reason: str
    since: date
    until: date | None
    by: str | None
    listed_at: datetime
    holds: bool
    ended_by: str | None
    ended_at: datetime | None


class WhichList(Listing):
    """Only one of the lists."""

    list: Code | None = None


class NewListing(Given):
    """Whom to put on which list, why, until which day (left out: for good), and since which (left out: today)."""

    keys: Keys
    list: Code
    reason: Annotated[str, Field(min_length=1, max_length=REASON_LENGTH)]
    until: Day | None = None
    since: Day | None = None


class TakingOff(Given):
    keys: Keys


class ListedNow(Told):
    """For how many it was done, and the keys of no customer whom the user may change."""

    done: int
    unknown: list[str]


@group.get("/lists", scope="lists:read", right="see", query=WhichList, answer=PageOf[ListedTold])
def list_listed(viewer: User, query: WhichList) -> PageOf[ListedTold]:
    """Who is on a list now, the latest first."""
    rows = reads.listed(viewer, query.list or "")
    if (after := place(query, "lists")) is not None:
        since, pk = date.fromisoformat(after[0]), after[1]
        rows = rows.filter(Q(since_on__lt=since) | Q(since_on=since, pk__lt=pk))
    found = list(rows[: query.limit + 1])
    return page(found, query, _told, lambda row: (row.since_on.isoformat(), row.pk), "lists")


@group.get("/customers/{key}/lists", scope="lists:read", right="see", answer=All[ListedTold])
def list_lists_of_customer(viewer: User, key: str) -> All[ListedTold]:
    """All lists that the customer was ever put on, the latest first."""
    rows = reads.history(viewer, customers.customer(viewer, key))
    return All[ListedTold](items=[_told(row) for row in rows])


@group.post("/lists", scope="lists:write", right="lists", body=NewListing, answer=ListedNow)
def put_on_list(viewer: User, body: NewListing) -> ListedNow:
    """Who is on a list already is put on it anew: the earlier row ends, and its reason stays in the history."""
    days = {name: day.isoformat() for name in ("until", "since") if (day := getattr(body, name))}
    form = GroundForm({"list_code": body.list, "reason": body.reason} | {f"{name}_on": days[name] for name in days})
    require_valid(form, {"list_code": "list", "until_on": "until", "since_on": "since"})
    found = _found(viewer, body.keys)
    done = writes.put_on(customers=list(found.values()), ground=form.ground(), by=viewer)
    return ListedNow(done=len(done), unknown=_unknown(body.keys, found))


@group.post("/lists/take-off", scope="lists:write", right="lists", body=TakingOff, answer=ListedNow)
def take_off_list(viewer: User, body: TakingOff) -> ListedNow:
    """Whichever list they are on. Who is on none is not counted; that they were stays in the history."""
    found = _found(viewer, body.keys)
    done = writes.take_off(customers=list(found.values()), by=viewer)
    return ListedNow(done=len(done), unknown=_unknown(body.keys, found))


def _found(viewer: User, keys: list[str]) -> dict[str, int]:
    within = customers.visible(viewer, "write").filter(key__in=keys)
    return dict(within.values_list("key", "pk"))


def _unknown(keys: list[str], found: dict[str, int]) -> list[str]:
    return [key for key in dict.fromkeys(keys) if key not in found]


def _told(row: Listed) -> ListedTold:
    return ListedTold(
        id=row.pk, key=row.customer.key, list=row.list_code, reason=row.reason, since=row.since_on, until=row.until_on,
        by=username(row.listed_by), listed_at=row.listed_at, holds=row.holds(reads.today()),
        ended_by=username(row.ended_by), ended_at=row.ended_at,
    )  # fmt: skip
