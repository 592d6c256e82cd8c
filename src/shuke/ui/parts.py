"""What views hand to components: small frozen records, with text already in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PAGE_SIZES = (25, 50, 100)


@dataclass(frozen=True, slots=True)
class Why:
    """Why a figure is what it is, for `{% why %}` and the tiles.

    sentence: the reason in one sentence. formula: how it is computed, in plain signs. inputs: name and figure, written
    out. as_of: the day it holds for, written out. href, link: the rows behind it, and what the link is called.
    """

    sentence: str
    formula: str = ""
    inputs: Sequence[tuple[str, str]] = ()
    as_of: str = ""
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of `{% segmented %}` or `{% tabs %}`: a link, whether it is current, and how many rows it has."""

    label: str
    href: str
    current: bool = False
    count: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of `{% crumbs %}`; the last has no link."""

    label: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette: a page, a customer or an act, with the icon's Lucide name."""

    title: str
    href: str
    note: str = ""
    icon: str = "arrow-right"


@dataclass(frozen=True, slots=True)
class EntryGroup:
    """Entries of one kind under their heading, for `ui/palette_results.html`."""

    heading: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a list stands, for `{% pager %}`.

    page: from 1. size: rows a page. total: all rows, or None where nobody counted. capped: total is a lower bound
    ("10,000+"). more: whether a next page exists where total is None.

    >>> Pages(page=2, size=25, total=60).last, Pages(page=3, size=25, total=60).has_next
    (50, False)
    """

    page: int
    size: int
    total: int | None = None
    capped: bool = False
    more: bool = False

    @property
    def first(self) -> int:
        """The number of the first row shown; 0 for an empty list."""
        return 0 if self.total == 0 else (self.page - 1) * self.size + 1

    @property
    def last(self) -> int:
        """The number of the last row shown, as far as the total tells."""
        end = self.page * self.size
        return end if self.total is None or self.capped else min(end, self.total)

    @property
    def has_previous(self) -> bool:
        """Whether there are rows before these."""
        return self.page > 1

    @property
    def has_next(self) -> bool:
        """Whether there are rows after these."""
        return self.more or (self.total is not None and self.page * self.size < self.total)
