"""What pages read of a request."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from shuke.ui.asked import next_address, page_of


@pytest.mark.parametrize(
    ("asked", "first", "size"),
    [("", 0, 25), ("size=50", 0, 50), ("size=7", 0, 25), ("size=x&page=2", 25, 25), ("page=99", 100, 25)],
)
def test_a_list_gives_the_rows_asked_for_or_the_nearest_there_are(asked: str, first: int, size: int) -> None:
    page = page_of(RequestFactory().get(f"/?{asked}"), range(110))
    assert next(iter(page)) == first
    assert page.paginator.per_page == size


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [("/customers/?tier=A", "/customers/?tier=A"), ("https://elsewhere.example/", "/home/"), ("//x.example", "/home/"),
     ("javascript:alert(1)", "/home/"), ("", "/home/")],
)  # fmt: skip
def test_one_goes_on_to_pages_of_ours_only(wanted: str, leads_to: str) -> None:
    assert next_address(RequestFactory().post("/", {"next": wanted}), "/home/") == leads_to
    assert next_address(RequestFactory().get("/", {"next": wanted}), "/home/") == leads_to
