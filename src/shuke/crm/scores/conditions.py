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
            ends = _kept(self.of, self.lowest), _kept(self.of, self.highest)
            found &= values.between(self.of, *ends, prefix, walked=walked)
        return found

    def _texts(self, prefix: str, walked: bool) -> Q:
        if self.of.type in WORDS:
            return values.holds(self.of, self.texts[0], prefix, walked=walked)
        return values.is_one_of(self.of, [_kept(self.of, text) for text in self.texts], prefix, walked=walked)

    @property
    def has_index(self) -> bool:
        """Whether an index finds the customers who pass."""
        exact = self.texts and self.of.type not in WORDS
        return self.of.type in values.INDEXED and bool(exact or self.lowest or self.highest or self.state == "filled")

    def told(self) -> str:
        """The condition as a chip above the list says it."""
        label, parts = self.of.label, []
        if self.state:
            parts.append(here(f"cards.filter.{self.state}"))
        if self.texts and self.of.type in WORDS:
            parts.append(f"“{self.texts[0]}”")
        elif self.texts:
            parts.append(" / ".join(types.shown(self.of, _kept(self.of, text)) for text in self.texts))
        if self.lowest or self.highest:
            ends = [types.shown(self.of, _kept(self.of, text)) if text else "…" for text in (self.lowest, self.highest)]
            parts.append(" – ".join(ends))
        return f"{label}: {', '.join(parts)}"


def _kept(of: Field, text: str) -> Any:
    """A value of the address as cards keep it; None where it is none."""
    if not text:
        return None
    try:
        kept = types.clean(of, text)
    except RefusedValue:
        return None
    return kept[0] if isinstance(kept, list) else kept


def read(asked: QueryDict, fields: Sequence[Field]) -> tuple[Condition, ...]:
    """The conditions of an address; what does not fit its field is left out."""
    return tuple(condition for of in fields if (condition := _read(asked, of)) is not None)


def _read(asked: QueryDict, of: Field) -> Condition | None:
    name = PREFIX + of.code
    given = [text.strip().replace("\x00", "")[:80] for text in asked.getlist(name)]
    fits = partial(_fits, of)
    texts = tuple(dict.fromkeys(text for text in given if text and (of.type in WORDS or fits(text))))
    lowest, highest = (
        text if of.type in RANGES and fits(text) else ""
        for text in (asked.get(f"{name}.from", "").strip()[:40], asked.get(f"{name}.to", "").strip()[:40])
    )
    state = asked.get(f"{name}.is", "")
    state = state if state in STATES else ""
    if not (texts or lowest or highest or state):
        return None
    return Condition(of.code, texts, lowest, highest, state, of)


def _fits(of: Field, text: str) -> bool:
    return _kept(of, text) is not None
