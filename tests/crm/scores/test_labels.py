"""Labels beside the cells: filtered by, counted, shown, and called as the business calls them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from shuke.crm.customers.models import SavedView
from shuke.crm.people.models import User
from shuke.crm.scores import find as finding
from shuke.crm.scores.find import find
from shuke.crm.scores.forgetting import forget
from shuke.crm.scores.models import SLOTS, Run
from shuke.crm.scores.plan import UNLIMITED
from shuke.crm.scores.query import Query, read

AsUser = Callable[[User], Client]
Rows = list[tuple[Any, ...]]


def test_a_run_counts_each_label_and_a_list_of_one_label_is_counted_exactly(
    published: Callable[..., Run], many: Rows
) -> None:
    run = published(many)
    assert run.counts["prospect"] == {"steady": 54, "star": 6}
    found = find(read(QueryDict("prospect=star")), run, UNLIMITED)
    assert (len(found.ids), found.total, found.capped) == (6, 6, False)


def test_an_erased_customer_is_counted_no_more(published: Callable[..., Run], many: Rows) -> None:
    run = published(many)
    assert run.slot is not None
    forget([SLOTS[run.slot].objects.filter(prospect="star").values_list("pk", flat=True)[0]])
    run.refresh_from_db()
    assert run.counts["prospect"] == {"steady": 54, "star": 5}
    assert sum(run.counts["tier"].values()) == 59


def test_scores_of_rfm_are_counted_together_so_that_a_cell_of_two_is_counted_exactly(
    published: Callable[..., Run], many: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = published(many)
    assert run.counts["rfm_f"] == {str(score): 12 for score in range(1, 6)}
    assert run.counts["rfm"]["554"] == 3
    monkeypatch.setattr(finding, "FEW", 2)
    found = find(read(QueryDict("rfm_f=5&rfm_m=4&size=25")), run, UNLIMITED)
    assert (len(found.ids), found.total, found.capped) == (3, 3, False)
    both = find(read(QueryDict("rfm_f=4,5&rfm_r=5&page=1&size=25")), run, UNLIMITED)
    assert (len(both.ids), both.total, both.capped) == (24, 24, False)
    assert run.slot is not None
    forget([SLOTS[run.slot].objects.filter(rfm_f=5, rfm_m=4).values_list("pk", flat=True)[0]])
    run.refresh_from_db()
    assert (run.counts["rfm"]["554"], run.counts["rfm_f"]["5"], run.counts["rfm_m"]["4"]) == (2, 11, 14)


def test_a_score_that_is_none_is_left_out_of_an_address() -> None:
    assert read(QueryDict("rfm_f=5,six,0&rfm_m=x")).labels == (("rfm_f", ("5",)),)


def test_an_address_keeps_its_labels() -> None:
    query = read(QueryDict("prospect=star,unknown&tier=A"))
    assert query.labels == (("prospect", ("star", "unknown")),)
    assert query.is_filtered
    assert read(QueryDict(query.address().removeprefix("?"))) == query
    assert not Query().is_filtered


def test_the_list_filters_by_prospect_shows_it_and_takes_the_chip_away(
    published: Callable[..., Run], many: Rows, as_user: AsUser, owner: User
) -> None:
    published(many)
    page = as_user(owner).get("/customers/?prospect=star&columns=prospect&size=50", headers={"Accept-Language": "en"})
    text = page.content.decode()
    assert text.count('<td data-label="Prospect">Tomorrow&#x27;s star</td>') == 6
    assert '<option value="star" selected>' in text
    chip = re.search(r'<span class="tag">Tomorrow&#x27;s star<a href="([^"]*)"', text)
    assert chip is not None
    assert "prospect=star" not in chip[1]


def test_labels_are_called_as_the_run_calls_them(
    published: Callable[..., Run], many: Rows, as_user: AsUser, owner: User
) -> None:
    names = dict.fromkeys(("en", "zh-hans", "zh-hant"), "Rising")
    published(many, names={"prospect.star": names, "tier.A": {"en": "Gold"}})
    client = as_user(owner)
    text = client.get("/customers/?prospect=star&columns=prospect", headers={"Accept-Language": "en"}).content.decode()
    assert "Rising" in text
    assert "Tomorrow" not in text
    published(many, run_id="r2")
    text = client.get("/customers/?prospect=star&columns=prospect", headers={"Accept-Language": "en"}).content.decode()
    assert "Rising" not in text


def test_the_list_filters_by_traits_and_shows_them_with_the_usual_weekday(
    published: Callable[..., Run], many: Rows, as_user: AsUser, owner: User
) -> None:
    published(many)
    asked = "/customers/?price_code=middle&rhythm=usual&columns=price_code,usual_weekday,usual_month&size=50"
    text = as_user(owner).get(asked, headers={"Accept-Language": "en"}).content.decode()
    assert text.count('<td data-label="Price sensitivity">As for most</td>') == 15
    assert '<td data-label="Usual weekday">Wednesday</td>' in text
    assert '<td data-label="Usual month">—</td>' in text
    assert '<span class="tag">Price sensitivity: As for most<a' in text, "“as for most” alone would say nothing"
    assert '<span class="tag">Rhythm: As by chance<a' in text
    assert re.search(r'<option value="regular">Regular \(8\)', text)


def test_a_file_of_the_list_and_a_saved_view_know_the_traits(
    published: Callable[..., Run], many: Rows, as_user: AsUser, manager: User
) -> None:
    published(many)
    client = as_user(manager)
    asked = "rhythm=regular&columns=rhythm%2Cusual_weekday"
    sent: Any = client.post(f"/customers/-/export/?{asked}", headers={"Accept-Language": "en"})
    lines = b"".join(sent).decode().splitlines()
    assert lines[0].endswith("Name,Rhythm,Usual weekday")
    assert (len(lines), sum(",Regular," in line for line in lines)) == (9, 8)
    assert any(line.endswith(",Regular,Friday") for line in lines)
    client.post(f"/customers/-/views/?{asked}", {"name": "Regulars"})
    assert SavedView.objects.get().query == asked
