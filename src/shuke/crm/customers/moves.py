"""What of a card goes along in a merge: tags, entries, links, the history, and the keys merged before."""

from __future__ import annotations

from typing import Any

from shuke.crm.customers.links import is_mutual
from shuke.crm.customers.models import Alias, Change, CustomerTag, Entry, Link
from shuke.crm.customers.movers import ends_of, rows_of


def _is_ordered(link: Any) -> bool:
    return is_mutual(link.kind)


TAGS = rows_of("tags", CustomerTag, once=("tag",))
ENTRIES = rows_of("entries", Entry)
LINKS = ends_of("links", Link, ("customer", "other"), once=("kind",), is_ordered=_is_ordered)
CHANGES = rows_of("changes", Change)
ALIASES = rows_of("aliases", Alias)
