"""What of merging itself goes along in a merge: the merges before, and the pairs that a card stands in."""

from __future__ import annotations

from shuke.crm.customers.movers import ends_of, rows_of
from shuke.crm.merging.models import Merge, Pair

MERGES = rows_of("merges", Merge, "survivor")
PAIRS = ends_of("pairs", Pair, ("one", "two"), is_ordered=lambda _: True)
