"""Lists go along in a merge: all rows, of which the latest that holds counts."""

from __future__ import annotations

from shuke.crm.customers.movers import rows_of
from shuke.crm.lists.models import Listed

LISTED = rows_of("listed", Listed)
