"""The Ctrl+K palette: providers of entries, named in SHUKE_PALETTE, asked one after another.

A provider is a function `(query: str, viewer: User) -> Iterable[Entry]`, quick (≤ 50 ms), at most a dozen entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from django.contrib.auth.models import AnonymousUser
from django.utils.module_loading import import_string

from shuke.crm.people.models import User
from shuke.ui import parts

_ENTRIES_OF_A_PROVIDER = 12
_LONGEST_QUERY = 80


@dataclass(frozen=True, slots=True)
class Entry:
    """One place to go: what it says, where it leads, its lucide icon, a note beside it, the heading it stands under."""

    label: str
    url: str
    icon: str = "arrow-right"
    detail: str = ""
    group: str = ""


Provider = Callable[[str, User], Iterable[Entry]]


def find_groups(query: str, viewer: User | AnonymousUser, providers: Sequence[str]) -> list[parts.EntryGroup]:
    """What every provider finds for the words typed, by heading; nothing for who has not logged in."""
    if not isinstance(viewer, User):
        return []
    words = query.strip()[:_LONGEST_QUERY]
    found: dict[str, list[parts.Entry]] = {}
    for path in providers:
        for entry in islice(_provider(path)(words, viewer), _ENTRIES_OF_A_PROVIDER):
            shown = parts.Entry(entry.label, entry.url, note=entry.detail, icon=entry.icon)
            found.setdefault(entry.group, []).append(shown)
    return [parts.EntryGroup(heading, entries) for heading, entries in found.items()]


def _provider(path: str) -> Provider:
    found: Provider = import_string(path)
    return found
