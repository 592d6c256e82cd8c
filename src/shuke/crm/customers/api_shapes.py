"""Shapes of customers in the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from shuke.crm.api.schemas import CardValue, Day, Given, Key, Told
from shuke.crm.customers.links import ROLES

Code = Annotated[str, Field(min_length=1, max_length=40)]
Text = Annotated[str, Field(max_length=200)]
Kind = Literal["person", "organisation", "household"]
Values = Annotated[dict[Code, CardValue], Field(max_length=300)]
Keys = Annotated[list[Key], Field(min_length=1, max_length=500)]
TagName = Annotated[str, Field(min_length=1, max_length=40)]
Colour = Literal["", "blue", "green", "amber", "red"]
Role = Literal[
    "spouse", "child", "parent", "sibling", "relative", "member", "household", "employee", "employer", "colleague",
    "referrer", "referred", "friend",
]  # fmt: skip
assert set(Role.__args__) == set(ROLES)  # type: ignore[attr-defined]  # noqa: S101  a role that the API would not know


class TagTold(Told):
    name: str
    colour: str
    origin: str
    by: str | None
    at: datetime


class TraitTold(Told):
    label: str
    value: str | int | float | bool
    origin: str
    on: str


class CardTold(Told):
    """A customer. `version` goes back with a change, so that nobody's work is overwritten unseen."""

    key: str
    name: str
    kind: str
    phone: str
    email: str
    owner: str | None
    values: dict[str, Any]
    tags: list[TagTold]
    traits: list[TraitTold]
    version: int
    created_at: datetime
    updated_at: datetime


class NewCard(Given):
    """Without a key Shuke gives the next number of the day."""

    key: Annotated[str, Field(max_length=200)] = ""
    name: Text = ""
    kind: Kind = "person"
    phone: Annotated[str, Field(max_length=40)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    values: Values = Field(default_factory=dict)
    allow_duplicates: bool = False


class ChangedCard(Given):
    """What is left out stays as it is; null empties a field. `version`: of the card as it was read."""

    version: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None
    name: Text = ""
    kind: Kind = "person"
    phone: Annotated[str, Field(max_length=40)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    values: Values = Field(default_factory=dict)


class Entered(Given):
    name: Text = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    email: Annotated[str, Field(max_length=254)] = ""


class LikelyTold(Told):
    key: str
    name: str
    signs: list[str]


class Revealing(Given):
    field: Code


class Revealed(Told):
    field: str
    value: str | None


class ChangeTold(Told):
    id: int
    field: str
    title: str
    detail: str
    by: str | None
    origin: str
    at: datetime


class EntryListing(Given):
    section: Code | None = None


class EntryTold(Told):
    id: int
    section: str
    on: date | None
    values: dict[str, Any]
    by: str | None
    created_at: datetime


class GivenEntry(Given):
    on: Day | None = None
    values: Values


class NewEntry(GivenEntry):
    section: Code


class GivenTrait(Given):
    value: Annotated[str, Field(min_length=1, max_length=200)]


class LinkTold(Told):
    id: int
    role: str
    key: str
    name: str


class NewLink(Given):
    role: Role
    other: Key


class Tagging(Given):
    keys: Keys
    tag: TagName
    colour: Colour = ""


class Untagging(Given):
    keys: Keys
    tag: TagName


class Assigning(Given):
    """`to` is a user name; null makes nobody responsible."""

    keys: Keys
    to: Annotated[str, Field(min_length=1, max_length=60)] | None


class Done(Told):
    """How many customers it was done to; `unknown` are keys of no customer in reach."""

    changed: int
    unknown: list[str]
    undo_id: int | None = None


class Restored(Told):
    restored: int


class ChoiceTold(Told):
    code: str
    labels: dict[str, str]


class FieldTold(Told):
    id: int
    code: str
    type: str
    labels: dict[str, str]
    choices: list[ChoiceTold]
    is_required: bool
    is_searchable: bool
    is_listed: bool
    is_archived: bool


class SectionTold(Told):
    id: int
    code: str
    labels: dict[str, str]
    repeats: bool
    is_archived: bool
    fields: list[FieldTold]


Labels = Annotated[dict[Literal["zh-hans", "zh-hant", "en"], Annotated[str, Field(max_length=80)]], Field(min_length=1)]
FieldType = Literal[
    "text", "long_text", "number", "money", "date", "choice", "multi_choice", "yes_no", "phone", "customer"
]


class GivenChoice(Given):
    code: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    labels: Labels


class NewSection(Given):
    labels: Labels
    repeats: bool = False


class ChangedSection(Given):
    labels: Labels = Field(default_factory=dict)
    is_archived: bool = False


class NewField(Given):
    labels: Labels
    type: FieldType = "text"
    choices: Annotated[list[GivenChoice], Field(max_length=200)] = Field(default_factory=list)
    is_required: bool = False
    is_searchable: bool = False
    is_listed: bool = False


class ChangedField(Given):
    labels: Labels = Field(default_factory=dict)
    type: FieldType = "text"
    choices: Annotated[list[GivenChoice], Field(max_length=200)] = Field(default_factory=list)
    is_required: bool = False
    is_searchable: bool = False
    is_listed: bool = False
    is_archived: bool = False


class Moving(Given):
    up: bool


class TemplateTold(Told):
    code: str
    labels: dict[str, str]
    about: dict[str, str]
    fields: int
    laid: int


class Laid(Told):
    sections: int
    fields: int


class KnownTag(Told):
    id: int
    name: str
    colour: str


class Colouring(Given):
    colour: Colour
