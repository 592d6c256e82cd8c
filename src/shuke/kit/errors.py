"""Errors that teach: what was received, what is allowed, how to mend it."""

from __future__ import annotations


class ShukeError(Exception):
    """Something Shuke cannot do, said in a sentence its user can act on."""


class InputError(ShukeError, ValueError):
    """What was given cannot be used: the message says what came, what is allowed and the cure."""


class MissingPartError(ShukeError, ImportError):
    """An optional part (Java, pyspark, pandas …) is not installed: the message says how to install it."""


class LedgerError(ShukeError):
    """The facts on disk refuse the request: the message says which import or version and why."""


class EngineError(ShukeError):
    """A step that an engine could not run: damaged files, no memory or disk left. The message quotes the engine."""
