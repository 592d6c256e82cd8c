"""Errors that teach: what was received, what is allowed, how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self


class ShukeError(Exception):
    """Something Shuke cannot do, said in a sentence its user can act on.

    `ShukeError.of(key, **figures)` takes the sentence from the catalogue (`kit/text/catalogue`): as an exception it
    reads in English, and `told(language)` says it to a user in their own.

    >>> error = InputError.of("error.unknown_language", language="fr", known="zh-hans, zh-hant, en")
    >>> str(error)
    "Unknown language 'fr': choose one of zh-hans, zh-hant, en."
    """

    key: str | None = None
    figures: Mapping[str, object] = MappingProxyType({})

    @classmethod
    def of(cls, key: str, **figures: object) -> Self:
        from shuke.kit.text import say

        error = cls(say(key, "en", **figures))
        error.key, error.figures = key, figures
        return error

    @property
    def plain_figures(self) -> dict[str, int | float | str]:
        """The figures as JSON can keep them, to be said later in the language of who reads it."""
        return {name: one if isinstance(one, int | float) else str(one) for name, one in self.figures.items()}

    def told(self, language: str) -> str:
        """The sentence in the language; in English where it has no other."""
        from shuke.kit.text import say

        return say(self.key, language, **self.figures) if self.key else str(self)


class InputError(ShukeError, ValueError):
    """What was given cannot be used: the message says what came, what is allowed and the cure."""


class MissingPartError(ShukeError, ImportError):
    """An optional part (Java, pyspark, pandas …) is not installed: the message says how to install it."""


class LedgerError(ShukeError):
    """The facts on disk refuse the request: the message says which import or version and why."""


class EngineError(ShukeError):
    """A step that an engine could not run: damaged files, no memory or disk left. The message quotes the engine."""
