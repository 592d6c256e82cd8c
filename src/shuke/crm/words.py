"""Sentences of the catalogue where Django wants a text before it knows the language: fields, choices, forms."""

from __future__ import annotations

from django.utils.functional import lazy
from django.utils.translation import get_language

from shuke.kit.text import LANGUAGES, keys, template


def here(key: str, /, **figures: object) -> str:
    """The sentence in the language of this request (English outside one, as in migrations)."""
    language = get_language()
    # Not `say`, whose own arguments `key` and `language` could then not be names of figures.
    return template(key, language if language in LANGUAGES else "en").format(**figures)


def name_or_itself(prefix: str, text: str) -> str:
    """The name of a code in this language; a text that is no code of the catalogue stays as it is."""
    key = prefix + text
    return here(key) if key in keys(key) else text


lazily = lazy(here, str)
"""The sentence, made anew each time it is shown: `lazily("people.field.name")`."""
