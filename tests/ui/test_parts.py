"""Where a list stands."""

from __future__ import annotations

import pytest

from shuke.ui.parts import Pages


@pytest.mark.parametrize(
    ("pages", "first", "last", "previous", "following"),
    [
        (Pages(1, 25, 0), 0, 0, False, False),
        (Pages(1, 25, 25), 1, 25, False, False),
        (Pages(2, 25, 26), 26, 26, True, False),
        (Pages(3, 25, 10_000, capped=True), 51, 75, True, True),
        (Pages(400, 25, 10_000, capped=True, more=True), 9_976, 10_000, True, True),
        (Pages(2, 50, more=True), 51, 100, True, True),
    ],
)
def test_a_list_knows_where_it_stands(pages: Pages, first: int, last: int, previous: bool, following: bool) -> None:
    assert (pages.first, pages.last, pages.has_previous, pages.has_next) == (first, last, previous, following)
