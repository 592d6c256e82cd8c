"""The review of duplicates in the Ctrl+K palette."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from shuke.crm.people.models import User
from shuke.crm.people.palette import Entry
from shuke.crm.words import here
from shuke.kit.text import LANGUAGES, say


def find_acts(query: str, viewer: User) -> Iterator[Entry]:
    """The page of duplicates, for who may change cards."""
    names = [say("merging.pairs.title", language).casefold() for language in LANGUAGES]
    if viewer.may("tag") and any(query.casefold() in name for name in names):
        yield Entry(here("merging.pairs.title"), reverse("merging:list"), icon="merge", group=here("cards.acts"))
