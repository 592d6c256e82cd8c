"""Keys in addresses: a key may hold any character, a part of an address no slash."""

from __future__ import annotations

from django.urls import register_converter

_ESCAPES = {"~": "~7E", "/": "~2F", "\\": "~5C"}


class KeyInPath:
    """`<key:key>` in a path; `/` is written ~2F, and a key of dots alone is told from a step up.

    >>> path = KeyInPath()
    >>> path.to_url("A/7"), path.to_python("A~2F7"), path.to_python(path.to_url(".."))
    ('A~2F7', 'A/7', '..')
    """

    regex = r"[^/]+"

    def to_python(self, value: str) -> str:
        text = value.removeprefix("~.")
        for letter, escape in reversed(_ESCAPES.items()):
            text = text.replace(escape, letter)
        return text

    def to_url(self, value: str) -> str:
        text = str(value)
        for letter, escape in _ESCAPES.items():
            text = text.replace(letter, escape)
        return "~." + text if not text.strip(".") else text


register_converter(KeyInPath, "key")
