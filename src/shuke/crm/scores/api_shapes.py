"""Shapes of lists and scores in the API. That of a score is made from the table, so that none lacks a column of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db import models
from pydantic import Field, create_model
from pydantic.json_schema import SkipJsonSchema

from shuke.crm.api.schemas import CardValue, Given, Key, Listing, Told
from shuke.crm.privacy.reads import CONSENTS
from shuke.crm.scores.models import Scored
from shuke.crm.scores.query import CONTACTS

Word = Annotated[str, Field(min_length=1, max_length=80)]
Words = Annotated[list[Word], Field(max_length=40)]
Scores = Annotated[list[Literal["1", "2", "3", "4", "5"]], Field(max_length=40)]
_TYPES: dict[type[models.Field[Any, Any]], type] = {
    models.DateField: date, models.BooleanField: bool, models.FloatField: float, models.CharField: str,
}  # fmt: skip


def _type_of(field: models.Field[Any, Any]) -> Any:
    found = _TYPES.get(type(field), int)
    return (found | None if field.null else found, ...)


class _OfRun(Told):
    """`why` says the reason of the policy in the reader's language. Money is in minor units of `currency`."""

    run: str
    currency: str
    why: str


ScoreTold: Any = create_model(
    "ScoreTold",
    __base__=_OfRun,
    **{field.name: _type_of(field) for field in Scored._meta.local_fields if field.name != "cell"},
)


_SPAN = r"^(\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2})?$"


class CustomerListing(Listing):
    """The filters of the list. `contact`: nobody was in contact for so many days, or never. `consent`: a channel and
    what was said of it, such as `email:given`. `first`, `last`: the days in which the first or the last purchase
    lies, such as `2024-01-01..2024-01-31`. Fields of cards are filters too: `f.<code>` for words or codes,
    `f.<code>.from` and `f.<code>.to` for figures and days, `f.<code>.is` (empty, filled)."""

    open_names = "f."
    q: Annotated[str, Field(max_length=80)] = ""
    tier: Words = Field(default_factory=list)
    stage: Words = Field(default_factory=list)
    segment: Words = Field(default_factory=list)
    risk: list[Literal["value", "churn"]] = Field(default_factory=list)
    tier_before: Words = Field(default_factory=list)
    prospect: Words = Field(default_factory=list)
    rfm_alarm: Words = Field(default_factory=list)
    quadrant: Words = Field(default_factory=list)
    type: Words = Field(default_factory=list)
    loyalty_kind: Words = Field(default_factory=list)
    satisfaction: Words = Field(default_factory=list)
    credit: Words = Field(default_factory=list)
    stability: Words = Field(default_factory=list)
    list_proposal: Words = Field(default_factory=list)
    price_code: Words = Field(default_factory=list)
    channel_code: Words = Field(default_factory=list)
    affinity_code: Words = Field(default_factory=list)
    rhythm: Words = Field(default_factory=list)
    rfm_r: Scores = Field(default_factory=list)
    rfm_f: Scores = Field(default_factory=list)
    rfm_m: Scores = Field(default_factory=list)
    tag: Annotated[str, Field(max_length=40)] = ""
    owner: Annotated[str, Field(pattern="^(mine|team|nobody|[1-9][0-9]{0,7})?$")] = ""
    contact: Annotated[str, Field(pattern=f"^({'|'.join(CONTACTS)})?$")] = ""
    consent: Annotated[str, Field(pattern=f"^([a-zA-Z0-9_-]{{1,40}}:({'|'.join(CONSENTS)}))?$")] = ""
    first: Annotated[str, Field(pattern=_SPAN)] = ""
    last: Annotated[str, Field(pattern=_SPAN)] = ""
    sort: Annotated[str, Field(max_length=60)] = ""
    more: SkipJsonSchema[dict[str, list[str]]] = Field(default_factory=dict)


class ListedTold(Told):
    key: str
    name: str
    kind: str
    phone: str
    email: str
    owner: str | None
    tags: list[str]
    created_at: datetime
    score: ScoreTold | None


class StandingTold(Told):
    run: str
    as_of: date
    before: str
    after: str


class ViewTold(Told):
    id: int
    name: str
    query: str
    shared: bool
    pinned: bool
    owner: str


class NewView(Given):
    """`query` is that of the list's address on pages, such as `tier=A&sort=-clv`."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    query: Annotated[str, Field(max_length=2000)] = ""
    shared: bool = False
    pinned: bool = False


class Bulk(Given):
    """`field` is a code of the card, `kind`, or `tag` and `untag` with the tag as value."""

    keys: Annotated[list[Key], Field(min_length=1, max_length=500)]
    field: Annotated[str, Field(min_length=1, max_length=40)]
    value: CardValue


class ActTold(Told):
    id: int
    field: str
    changed: int
    at: datetime
    by: str | None
    is_undone: bool


class Undone(Told):
    """How many are as they were, and how many stay since somebody changed them again. A large one is a job."""

    restored: int
    kept: int
    job_id: int | None = None
