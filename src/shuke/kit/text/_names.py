"""Names that a business gives to codes of its own, beside those of the catalogue: tiers, segments, stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from shuke.kit.text._catalogue import template

NamesGiven = Mapping[str, Mapping[str, str]]
"""By key of the catalogue (`tier.gold`), then by language."""
_NONE: NamesGiven = MappingProxyType({})
_given: ContextVar[NamesGiven] = ContextVar("names_given", default=_NONE)


def use_names(names: NamesGiven) -> None:
    """From here on, in this thread or task, codes are called by these names: those of the run that is looked at."""
    _given.set(names)


@contextmanager
def names_used(names: NamesGiven) -> Iterator[None]:
    """While this lasts, codes are called by these names.

    >>> with names_used({"tier.A": {"en": "Gold"}}):
    ...     name_given("tier.A", "en"), name_given("tier.B", "en")
    ('Gold', None)
    """
    before = _given.set(names)
    try:
        yield
    finally:
        _given.reset(before)


def called(key: str, language: str) -> str:
    """What the code of that key is called: by the business, else in the catalogue.

    >>> called("stage.former", "en")
    'Former'
    """
    return name_given(key, language) or template(key, language)


def name_given(key: str, language: str) -> str | None:
    """What the business calls the code of that key in the language; None where it has no name of its own."""
    return _given.get().get(key, {}).get(language)
