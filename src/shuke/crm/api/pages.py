"""Pages of lists that hold each row once, however much is added meanwhile: each begins after the last row before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, QuerySet

from shuke.crm.api.problems import Refused
from shuke.crm.api.schemas import Listing, PageOf
from shuke.crm.words import here

_SALT = "shuke.api.cursor"
_Row = TypeVar("_Row", bound=Model)
_One = TypeVar("_One")


def cursor(asked: Listing, after: Any, of: str = "") -> str:
    """Where the next page begins. Signed, and good only for the same list: `of` names it, the filters are its own."""
    return signing.dumps({"of": _list(asked, of), "after": after}, salt=_SALT, compress=True)


def place(asked: Listing, of: str = "") -> Any:
    """What the cursor says, None without one. Raises Refused for one that is not ours, or of another list."""
    if asked.cursor is None:
        return None
    try:
        kept = signing.loads(asked.cursor, salt=_SALT)
    except (signing.BadSignature, ValueError):
        raise Refused("bad_cursor", here("api.detail.bad_cursor")) from None
    if kept["of"] != _list(asked, of):
        raise Refused("bad_cursor", here("api.detail.other_list"))
    return kept["after"]


def keyset(
    rows: QuerySet[_Row], asked: Listing, told: Callable[[_Row], _One], *, of: str, rising: bool = False
) -> PageOf[_One]:
    """A page along the numbers of rows, the newest first (or `rising`)."""
    return numbered(following(rows, asked, of=of, rising=rising), asked, told, of)


def following(rows: QuerySet[_Row], asked: Listing, *, of: str, rising: bool = False) -> list[_Row]:
    """The rows of such a page, and one more where there is one."""
    after = place(asked, of)
    if after is not None:
        rows = rows.filter(**{"pk__gt" if rising else "pk__lt": after})
    return list(rows.order_by("pk" if rising else "-pk")[: asked.limit + 1])


def numbered(found: Sequence[_Row], asked: Listing, told: Callable[[_Row], _One], of: str) -> PageOf[_One]:
    """The page of rows that `following` found."""
    return page(found, asked, told, lambda row: row.pk, of)


def page(
    found: Sequence[_Row], asked: Listing, told: Callable[[_Row], _One], after: Callable[[_Row], Any], of: str
) -> PageOf[_One]:
    """A page of rows, one more of which was asked for than it holds."""
    shown = found[: asked.limit]
    more = cursor(asked, after(shown[-1]), of) if len(found) > asked.limit else None
    return PageOf[Any](items=[told(row) for row in shown], next=more)


def _list(asked: Listing, of: str) -> str:
    filters = asked.model_dump(mode="json", exclude={"cursor", "limit"})
    text = json.dumps([of, filters], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
