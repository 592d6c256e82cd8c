"""Filters of the list by fields of the card: read from an address, written back, told, asked of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db.models import Q
from django.http import QueryDict

from shuke.crm.customers import fields as types
from shuke.crm.customers import values
from shuke.crm.customers.errors import RefusedValue
from shuke.crm.customers.models import Field
from shuke.crm.people.models import User
from shuke.crm.words import here

T = Field.Type
PREFIX = "f."
RANGES = {T.NUMBER, T.MONEY, T.DATE}
WORDS = {T.TEXT, T.LONG_TEXT, T.PHONE}
STATES = ("empty", "filled")


@dataclass(frozen=True)
class Condition:
    """What one field must be: any of the codes, holding words, from – to, or with or without a value at all."""

    code: str
    texts: tuple[str, ...] = ()
    lowest: str = ""
    highest: str = ""
    state: str = ""
    of: Field = field(compare=False, default_factory=Field)
    viewer: User | None = field(compare=False, default=None)

    def pairs(self) -> list[tuple[str, object]]:
        """The condition in an address."""
        name = PREFIX + self.code
        ends = ((f"{name}.from", self.lowest), (f"{name}.to", self.highest), (f"{name}.is", self.state))
        return [*((name, text) for text in self.texts), *((end, text) for end, text in ends if text)]

    def passes(self, prefix: str = "", *, walked: bool = False) -> Q:
        """The condition on customers, or on rows that lead to them by the prefix. `walked`: see `values.FieldValue`."""
        found = Q()
        if self.state:
            found &= (values.empty if self.state == "empty" else values.there)(self.of, prefix, walked=walked)
        if self.texts:
            found &= self._texts(prefix, walked)
        if self.lowest or self.highest:
            ends = self._kept(self.lowest), self._kept(self.highest)
            found &= values.between(self.of, *ends, prefix, walked=walked)
        return found

    def _texts(self, prefix: str, walked: bool) -> Q:
        if self.of.type in WORDS:
            return values.holds(self.of, self.texts[0], prefix, walked=walked)
        return values.is_one_of(self.of, [self._kept(text) for text in self.texts], prefix, walked=walked)

    @property
    def has_index(self) -> bool:
        """Whether an index finds the customers who pass."""
        exact = self.texts and self.of.type not in {*WORDS, T.MULTI_CHOICE}
        return self.of.type in values.INDEXED and bool(exact or self.lowest or self.highest or self.state == "filled")

    def told(self) -> str:
        """The condition as a chip above the list says it."""
        label, parts = self.of.label, []
        if self.state:
            parts.append(here(f"cards.filter.{self.state}"))
        if self.texts and self.of.type in WORDS:
            parts.append(f"“{self.texts[0]}”")
        elif self.texts:
            parts.append(" / ".join(self._shown(text) for text in self.texts))
        if self.lowest or self.highest:
            ends = [self._shown(text) if text else "…" for text in (self.lowest, self.highest)]
            parts.append(" – ".join(ends))
        return f"{label}: {', '.join(parts)}"

    def _kept(self, text: str) -> Any:
        return _kept(self.of, text, self.viewer)

    def _shown(self, text: str) -> str:
        return types.shown(self.of, self._kept(text), self.viewer)


def _kept(of: Field, text: str, viewer: User | None) -> Any:
    """A value of the address as cards keep it; None where it is none."""
    if not text:
        return None
    try:
        kept = types.clean(of, text, viewer)
    except RefusedValue:
        return None
    return kept[0] if isinstance(kept, list) else kept


def read(asked: QueryDict, fields: Sequence[Field], viewer: User | None) -> tuple[Condition, ...]:
    """The conditions of an address; what does not fit its field is left out.

    By a contact that the viewer reads masked it is only asked whether there is one: else it could be guessed.
    """
    return tuple(condition for of in fields if (condition := _read(asked, of, viewer)) is not None)


def _read(asked: QueryDict, of: Field, viewer: User | None) -> Condition | None:
    name = PREFIX + of.code
    closed = types.is_closed(of, viewer)
    given = [] if closed else [text.strip().replace("\x00", "")[:80] for text in asked.getlist(name)]
    fits = partial(_fits, of, viewer)
    texts = tuple(dict.fromkeys(text for text in given if text and (of.type in WORDS or fits(text))))
    lowest, highest = (
        text if of.type in RANGES and fits(text) else ""
        for text in (asked.get(f"{name}.from", "").strip()[:40], asked.get(f"{name}.to", "").strip()[:40])
    )
    state = asked.get(f"{name}.is", "")
    state = state if state in STATES else ""
    if not (texts or lowest or highest or state):
        return None
    return Condition(of.code, texts, lowest, highest, state, of, viewer)


def _fits(of: Field, viewer: User | None, text: str) -> bool:
    return _kept(of, text, viewer) is not None
