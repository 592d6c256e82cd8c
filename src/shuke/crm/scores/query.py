"""What an address of the list asks for, and the address again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict

from shuke.crm.customers.models import Field
from shuke.crm.people.models import User
from shuke.crm.privacy.reads import CONSENTS
from shuke.crm.scores import conditions
from shuke.crm.scores.cells import ALL, Wanted
from shuke.crm.scores.columns import COLUMNS, DEFAULT, ORDERS, Column, card_column
from shuke.crm.scores.conditions import Condition
from shuke.crm.scores.labels import FIVE, LABELS, RFM
from shuke.ui.parts import PAGE_SIZES

RISKS = ("value", "churn")
OWNERS = ("mine", "team", "nobody")
NEVER = "never"
CONTACTS = ("30", "90", "180", NEVER)
"""For how many days nobody was in contact."""
DEFAULT_ORDER = "-clv"
_LONGEST_SEARCH = 80


@dataclass(frozen=True)
class Query:
    """One list: the words searched for, filters, order, page and columns."""

    words: str = ""
    wanted: Wanted = ALL
    tag: str = ""
    owner: str = ""
    contact: str = ""
    consent: str = ""
    first: str = ""
    """The days, `2024-01-01..2024-01-31`, in which the first purchase lies."""
    last: str = ""
    """Likewise the last one."""
    order: str = DEFAULT_ORDER
    page: int = 1
    size: int = PAGE_SIZES[0]
    columns: tuple[Column, ...] = tuple(COLUMNS[code] for code in DEFAULT)
    conditions: tuple[Condition, ...] = ()
    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What labels beside those of cells may be (`labels.LABELS`): each filter with its codes."""
    fields: tuple[Column, ...] = ()
    """The fields of the card that may be columns."""

    @property
    def is_filtered(self) -> bool:
        said = (self.words, self.tag, self.owner, self.contact, self.consent, self.first, self.last)
        return any(map(bool, (*said, self.wanted, self.conditions, self.labels)))

    @property
    def spans(self) -> dict[str, tuple[date, ...]]:
        """By field, the first and the last day of the span in which it lies; of those asked for."""
        asked = {"first_purchase": self.first, "last_purchase": self.last}
        return {name: days_of(span) for name, span in asked.items() if span}

    @property
    def field(self) -> str:
        """The field sorted by."""
        code = self.order.removeprefix("-")
        return ORDERS.get(code, code)

    @property
    def sorted_by(self) -> Field | None:
        """The field of the card sorted by, where it is one."""
        code = self.order.removeprefix("-")
        return next((column.of for column in self.fields if column.code == code), None)

    @property
    def is_descending(self) -> bool:
        return self.order.startswith("-")

    @property
    def start(self) -> int:
        return (self.page - 1) * self.size

    def address(self, **changes: object) -> str:
        """The query string of this list, changed in some parts; a change goes back to page 1 unless it names one.

        >>> Query(words="王", wanted=Wanted(tier=("A",))).address(size=50)
        '?q=%E7%8E%8B&tier=A&size=50'
        """
        changes.setdefault("page", 1)
        return "?" + urlencode(_pairs(replace(self, **changes)))  # type: ignore[arg-type]

    def kept(self, *without: str) -> list[tuple[str, object]]:
        """What a form of the page keeps besides its own fields: name and value, from page 1."""
        return [pair for pair in _pairs(replace(self, page=1)) if pair[0] not in without]

    @property
    def saved(self) -> str:
        """What a saved view keeps: everything but the page."""
        return urlencode(_pairs(replace(self, page=1)))


def read(asked: QueryDict, fields: Sequence[Field] = (), viewer: User | None = None) -> Query:
    """The list an address asks for. What it does not know (an old link, a column that is gone) it leaves out.

    `fields`: those of the card that lists may show; by what is hidden from the viewer nothing is filtered or sorted.
    """
    order, own = asked.get("sort", ""), tuple(card_column(of, viewer) for of in fields)
    known = {**COLUMNS, **{column.code: column for column in own}}
    orders = {*ORDERS, *(column.order for column in own if column.order)}
    codes = [code for entry in asked.getlist("columns") for code in entry.split(",") if code in known]
    size = _whole(asked.get("size", ""))
    return Query(
        words=asked.get("q", "").strip()[:_LONGEST_SEARCH].replace("\x00", ""),
        wanted=Wanted(
            tier=_values(asked, "tier"),
            stage=_values(asked, "stage"),
            segment=_values(asked, "segment"),
            risk=tuple(value for value in _values(asked, "risk") if value in RISKS),
            tier_before=_values(asked, "tier_before"),
        ),
        tag=asked.get("tag", "").strip().replace("\x00", ""),
        owner=_owner(asked.get("owner", "")),
        consent=_consent(asked.get("consent", "")),
        first=_span(asked.get("first", "")),
        last=_span(asked.get("last", "")),
        contact=asked.get("contact", "") if asked.get("contact", "") in CONTACTS else "",
        order=order if order.removeprefix("-") in orders else DEFAULT_ORDER,
        page=max(_whole(asked.get("page", "")), 1),
        size=size if size in PAGE_SIZES else PAGE_SIZES[0],
        columns=tuple(known[code] for code in dict.fromkeys(codes)) or Query().columns,
        conditions=conditions.read(asked, fields, viewer),
        labels=tuple((name, found) for name in LABELS if (found := _codes(asked, name))),
        fields=own,
    )


def _values(asked: QueryDict, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for entry in asked.getlist(name) for value in entry.split(",") if value))


def _codes(asked: QueryDict, name: str) -> tuple[str, ...]:
    """The codes of a label; scores of RFM are whole numbers, and others are none."""
    values = _values(asked, name)
    return tuple(value for value in values if value in FIVE) if name in RFM else values


def _owner(text: str) -> str:
    """Whose customers: mine, the team's, nobody's, or a user's by id."""
    return text if text in OWNERS or _whole(text) else ""


def _consent(text: str) -> str:
    """A channel and what was said of it, such as `email:given`."""
    channel, _, state = text.partition(":")
    return text if state in CONSENTS and len(channel) <= _LONGEST_SEARCH and "\x00" not in channel else ""


def _span(text: str) -> str:
    return "..".join(map(str, days_of(text)))


def days_of(text: str) -> tuple[date, ...]:
    """The first and the last day of a span; nothing where it is none.

    >>> days_of("2024-01-01..2024-01-31")
    (datetime.date(2024, 1, 1), datetime.date(2024, 1, 31))
    >>> days_of("2024-01-31..2024-01-01"), days_of("spring")
    ((), ())
    """
    try:
        first, last = map(date.fromisoformat, text.split(".."))
    except ValueError:
        return ()
    return (first, last) if first <= last else ()


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _pairs(query: Query) -> list[tuple[str, object]]:
    pairs: list[tuple[str, object]] = [("q", query.words)]
    for name in ("tier", "stage", "segment", "risk", "tier_before"):
        pairs += [(name, value) for value in getattr(query.wanted, name)]
    pairs += [(name, code) for name, codes in query.labels for code in codes]
    pairs += [("tag", query.tag), ("owner", query.owner), ("contact", query.contact)]
    pairs += [("consent", query.consent), ("first", query.first), ("last", query.last)]
    pairs += [pair for condition in query.conditions for pair in condition.pairs()]
    if query.order != DEFAULT_ORDER:
        pairs.append(("sort", query.order))
    if query.size != PAGE_SIZES[0]:
        pairs.append(("size", query.size))
    codes = [column.code for column in query.columns]
    if codes != list(DEFAULT):
        pairs.append(("columns", ",".join(codes)))
    if query.page > 1:
        pairs.append(("page", query.page))
    return [pair for pair in pairs if pair[1] != ""]
