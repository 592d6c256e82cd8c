"""The language a page is written in."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import get_language, override

from shuke.kit.text import LANGUAGES

NAMES = {"zh-hans": "简体中文", "zh-hant": "繁體中文", "en": "English"}
"""What each language calls itself."""
_TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}


def active() -> str:
    """The active language as kit.text names it; a variant such as en-gb reads as its language.

    >>> from django.utils.translation import override
    >>> with override("en-gb"):
    ...     active()
    'en'
    """
    code = (get_language() or settings.LANGUAGE_CODE).lower()
    return next((known for known in LANGUAGES if code == known or code.startswith(f"{known}-")), LANGUAGES[0])


def html_tag() -> str:
    """The active language as HTML's lang attribute writes it: zh-Hans, zh-Hant or en."""
    return _TAGS[active()]


def kept(language: str, parts: Iterator[str]) -> Iterator[str]:
    """Parts of a file, made in a language: they are made as they are sent, when the request's is no longer in force.

    >>> from django.utils.translation import override
    >>> list(kept("en", (active() for _ in range(2))))
    ['en', 'en']
    """
    while True:
        with override(language):
            part = next(parts, None)
        if part is None:
            return
        yield part
