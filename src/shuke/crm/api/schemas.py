"""Shapes of what is given and told. What is given is taken strictly: no other names, no types made to fit."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

LARGEST = 2**53 - 1
"""The largest whole number that JSON carries everywhere."""
_FIRST_YEAR, _LAST_YEAR = 1850, 2200
Told_ = TypeVar("Told_")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})")


def _day(text: Any) -> Any:
    """Only as 2026-01-31: pydantic would take digits alone for seconds since 1970."""
    found = date.fromisoformat(text) if isinstance(text, str) and _DAY.fullmatch(text) else None
    if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError(f"a day as 2026-01-31, from {_FIRST_YEAR} to {_LAST_YEAR}")
    return found


def _moment(text: Any) -> Any:
    """With its zone."""
    is_one = isinstance(text, str) and _MOMENT.fullmatch(text)
    found = datetime.fromisoformat(text.upper()) if is_one else None
    if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError(f"a moment as 2026-01-31T10:00:00+08:00, from {_FIRST_YEAR} to {_LAST_YEAR}")
    return found


Id = Annotated[int, Field(ge=1, le=LARGEST)]
Key = Annotated[str, Field(min_length=1, max_length=200)]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
"""With its zone, as 2026-01-31T10:00:00+08:00."""
CardValue = (
    Annotated[str, Field(max_length=4000)]
    | Annotated[int, Field(ge=-(10**15), le=10**15)]
    | Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
    | bool
    | Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=200)]
    | None
)
"""A value of a field of the card: text, number, money in minor units, yes or no, codes of choices, null for nothing."""


class Given(BaseModel):
    """What a request brings."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    open_names: ClassVar[str] = ""
    """Names that begin so are let through in `more` to the operation, which judges them itself."""

    @property
    def named(self) -> dict[str, Any]:
        """What was given, without what was left out."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Told(BaseModel):
    """What an answer tells."""

    model_config = ConfigDict(extra="forbid")


class Listing(Given):
    """How much of a list: pages follow each other by `cursor`, which `next` of the page before holds."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=2000)] | None = None


class PageOf(Told, Generic[Told_]):
    """One page of a list. `next` is the address of the following page, null on the last."""

    items: list[Told_]
    next: str | None = None


class All(Told, Generic[Told_]):
    """A list that is short by its nature, whole."""

    items: list[Told_]


class FieldProblem(Told):
    """What is wrong with one field."""

    field: str
    detail: str


class Problem(BaseModel):
    """Why a request was refused (RFC 9457). `code` is for programs, `detail` for people, in their language."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    errors: list[FieldProblem] = Field(default_factory=list)


def username(user: AbstractBaseUser | None) -> str | None:
    """How a user is named in answers; None where there was nobody, or is nobody any more."""
    return user.get_username() if user else None
