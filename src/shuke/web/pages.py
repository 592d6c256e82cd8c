"""The palette finds the pages of the navigation by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from django.conf import settings
from django.urls import reverse

from shuke.crm.people.models import User
from shuke.crm.people.palette import Entry
from shuke.crm.people.reads import may
from shuke.crm.people.rights import Right
from shuke.crm.words import here
from shuke.kit.text import LANGUAGES, say

BESIDES = (
    {"url_name": "people:profile", "icon": "user-cog", "text": "ui.user.profile"},
    {"url_name": "people:password", "icon": "key-round", "text": "ui.user.password"},
    {"url_name": "people:tokens", "icon": "key-square", "text": "people.tokens.title"},
    {"url_name": "api:reference", "icon": "braces", "text": "api.title"},
    {"url_name": "ui:style", "icon": "palette", "text": "ui.style.title"},
)
"""Pages that the navigation does not show, and that the palette finds all the same."""


def find_pages(query: str, viewer: User) -> Iterator[Entry]:
    """Pages whose name, in any of the languages, holds the words; all of them for no words."""
    wanted = query.casefold()
    for page in (*settings.SHUKE_NAVIGATION, *BESIDES):
        names = [say(page["text"], language).casefold() for language in LANGUAGES]
        if any(wanted in name for name in names) and may(viewer, cast("Right", page.get("permission", "see"))):
            yield Entry(here(page["text"]), reverse(page["url_name"]), page["icon"], group=here("web.palette.pages"))
