"""The page of lists and the part of the card, as people use them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urljoin

from django.db import models
from django.test import Client
from django.urls import reverse

from shuke.crm.customers.models import Customer
from shuke.crm.lists import proposals, reads
from shuke.crm.lists.models import Listed
from shuke.crm.lists.notices import of_card
from shuke.crm.lists.reads import today
from shuke.crm.lists.writes import Ground, put_on, take_off
from shuke.crm.people.models import User
from shuke.crm.scores.models import COLUMNS, Scored
from shuke.crm.scores.writes import NewRun, publish
from shuke.crm.timeline.entries import entry, listing
from shuke.kit.text import keys

Cards = dict[str, Customer]
Visit = Callable[[User], Client]
DAY = timedelta(days=1)


def test_both_lists_stand_on_the_page_with_reason_by_whom_and_until(
    cards: Cards, owner: User, colleague: User, as_user: Visit
) -> None:
    put_on(customers=[cards["c1"].pk], ground=Ground("black", "三次逾期", today() + DAY), by=owner)
    put_on(customers=[cards["c2"].pk], ground=Ground("red", "十年老客户"), by=owner)
    black = as_user(owner).get(reverse("lists:show")).content.decode()
    assert "王芳" in black
    assert "三次逾期" in black
    assert "陈老板" in black
    assert "李雷" not in black
    red = as_user(owner).get(reverse("lists:show") + "?list=red").content.decode()
    assert "十年老客户" in red
    assert "for good" in red
    soon = as_user(owner).get(reverse("lists:show") + "?list=soon").content.decode()
    assert ("王芳" in soon, "李雷" in soon) == (True, False)
    seen = as_user(colleague).get(reverse("lists:show")).content.decode()
    assert "三次逾期" in seen
    assert reverse("lists:put_many") not in seen, "who may not put on is offered nothing"


def test_a_page_of_what_was_refused_leads_on_as_the_page_of_lists_does(
    cards: Cards, manager: User, as_user: Visit
) -> None:
    put_on(customers=[cards["c2"].pk], ground=Ground("red", "十年老客户"), by=manager)
    browser = as_user(manager)
    sent = re.search(r'action="(/lists/put/[^"]*)"', browser.get("/lists/?list=red&size=25").content.decode())
    assert sent is not None
    page = browser.post(sent[1], {"keys": "c1", "list_code": "black", "reason": ""}).content.decode()
    assert "十年老客户" in page, "the list one came from"
    links = set(re.findall(r'href="([^"]*[?&;]list=[^"]*|[^"]*size=[^"]*)"', page))
    assert len(links) > 3
    for link in links:
        answer = browser.get(urljoin("/lists/put/", html.unescape(link)), follow=True)
        assert (answer.status_code, answer.request["PATH_INFO"]) == (200, "/lists/")
    for following in re.findall(r'name="next" value="([^"]+)"', page):
        assert browser.get(html.unescape(following), follow=True).status_code == 200


def test_many_are_put_on_by_pasted_numbers_and_the_unknown_are_named(
    cards: Cards, manager: User, as_user: Visit
) -> None:
    pasted = {"keys": "c1\r\nc2，c9;c1\t", "list_code": "black", "reason": "欠款", "until_on": "", "since_on": ""}
    page = as_user(manager).post(reverse("lists:put_many"), pasted, follow=True).content.decode()
    assert sorted(row.customer.key for row in Listed.objects.all()) == ["c1", "c2"]
    assert "c9" in page
    refused = as_user(manager).post(reverse("lists:put_many"), pasted | {"reason": " "})
    assert refused.status_code == 422
    assert "c9" in refused.content.decode(), "what was typed stays"
    assert Listed.objects.count() == 2


def test_a_card_says_its_list_above_all_and_puts_on_and_takes_off(
    cards: Cards, manager: User, colleague: User, as_user: Visit
) -> None:
    address, browser = reverse("lists:of_customer", args=["c1"]), as_user(manager)
    assert of_card(manager, cards["c1"]) == []
    told = {"list_code": "red", "reason": "常介绍朋友", "until_on": (today() + DAY).isoformat(), "since_on": ""}
    assert browser.post(address, told).status_code == 302
    (notice,) = of_card(colleague, cards["c1"])
    assert notice.tone == "good"
    for said in ("红名单", "常介绍朋友", "至 "):
        assert said in notice.text
    assert "常介绍朋友" in as_user(colleague).get("/customers/c1/").content.decode()
    assert as_user(colleague).post(address, told).status_code == 403
    wrong = browser.post(address, told | {"until_on": (today() - DAY).isoformat()})
    assert (wrong.status_code, "has passed" in wrong.content.decode()) == (422, True)
    row = Listed.objects.get()
    assert as_user(colleague).post(reverse("lists:take_off", args=[row.pk])).status_code == 403
    assert browser.post(reverse("lists:take_off", args=[row.pk]), {"next": "/customers/c1/"}).status_code == 302
    assert of_card(manager, cards["c1"]) == []
    part = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "常介绍朋友" in part, "the history is told"
    assert "<html" not in part


def test_the_timeline_tells_both_ends_each_by_its_own_number(cards: Cards, owner: User, manager: User) -> None:
    put_on(customers=[cards["c1"].pk], ground=Ground("black", "三次逾期"), by=owner)
    take_off(customers=[cards["c1"].pk], by=manager)
    found = [one for one in listing(owner, cards["c1"]).entries if one.source == "list"]
    assert [(one.title, one.who) for one in found] == [("移出黑名单", "林经理"), ("列入黑名单", "陈老板")]
    for one in found:
        again = entry(owner, cards["c1"], one.code)
        assert again is not None
        assert again[0] == one
    theirs = listing(owner, cards["c1"], by=manager.pk).entries
    assert [one.title for one in theirs if one.source == "list"] == ["移出黑名单"]


def published(proposed: dict[str, tuple[str, str, int]]) -> None:
    """A run in which each customer is proposed for a list, for a reason, with so much value."""
    values: dict[type[Any], Any] = {
        models.DateField: date(2026, 5, 1), models.BooleanField: False, models.FloatField: 0.5, models.CharField: "x",
    }  # fmt: skip
    rows = []
    for key, (code, why, value) in proposed.items():
        row = {field.name: values.get(type(field), 3) for field in Scored._meta.local_fields}
        row |= {"customer_id": key, "list_proposal": code, "list_why_code": why, "current_value_minor": value}
        rows.append(tuple(row[name] for name in COLUMNS))
    publish(run=NewRun("r1", date(2026, 6, 30), "CNY", 365, 90, 1), rows=rows)


def test_whom_the_scores_propose_is_put_on_with_the_reason_at_a_press(
    cards: Cards, owner: User, stranger: User, as_user: Visit
) -> None:
    published({
        "c1": ("black", "often_late", 5), "c2": ("red", "high_and_prompt", 9), "c3": ("none", "nothing", 7),
    })  # fmt: skip
    found = proposals.proposed(owner)
    assert found is not None
    assert [score.customer.key for score in found] == ["c2", "c1"], "the most valuable first, and who is proposed alone"
    theirs = proposals.proposed(stranger)
    assert theirs is not None
    assert list(theirs) == []
    page = as_user(owner).get(reverse("lists:show") + "?list=proposed").content.decode()
    assert "Often pays late" in page
    given = {"keys": "c1", "list_code": "black", "reason": "Often pays late"}
    assert as_user(owner).post(reverse("lists:put_many"), given).status_code == 302
    now = reads.current(owner, cards["c1"])
    assert now is not None
    assert now.reason == "Often pays late"
    left = proposals.proposed(owner)
    assert left is not None
    assert [score.customer.key for score in left] == ["c2"], "who is on a list is proposed no more"


def test_without_a_run_nothing_is_proposed(cards: Cards, owner: User, as_user: Visit) -> None:
    assert proposals.proposed(owner) is None
    page = as_user(owner).get(reverse("lists:show") + "?list=proposed")
    assert page.context["which"] == "black"


def test_every_reason_of_a_proposal_has_its_words() -> None:
    codes = {key.split(".")[1] for key in keys("list_why.")} - {"nothing"}
    assert {key.split(".")[2] for key in keys("lists.proposal.")} == codes
