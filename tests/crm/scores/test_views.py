from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from shuke.crm.customers.models import Customer, CustomerTag, Export, SavedView
from shuke.crm.customers.writes import Card, Trait, keep, tag
from shuke.crm.customers.writes_of_cards import change
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.people.models import User
from shuke.crm.scores.models import Run

AsUser = Callable[[User], Client]
LIST = "/customers/"


@pytest.fixture
def run(published: Callable[..., Run], many: list[tuple[Any, ...]]) -> Run:
    keep(cards=[Card("k01", name="张伟", phone="13800138000", traits={"city": Trait("杭州", "CRM", date(2026, 1, 1))})])
    return published(many)


def text_of(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row" class="first"><a [^>]*>([^<]*)</a>', page)


def test_the_list_shows_the_most_valuable_first(run: Run, as_user: AsUser, colleague: User) -> None:
    page = text_of(as_user(colleague), LIST)
    assert len(names(page)) == 25
    assert names(page)[0] == "k27"
    assert "of 60" in page
    assert "CN¥49" in page


def test_filters_sort_and_columns_stand_in_the_address(run: Run, as_user: AsUser, colleague: User) -> None:
    page = text_of(as_user(colleague), LIST + "?tier=A&sort=name&columns=phone,why&size=50")
    assert names(page) == sorted(names(page))
    assert len(names(page)) == 15
    assert "Lifetime value</a>" not in page
    assert "Why now" in page


def test_the_whole_page_is_light(run: Run, as_user: AsUser, owner: User) -> None:
    page = text_of(as_user(owner), LIST + "?size=100")
    assert len(gzip.compress(page.encode())) < 50 * 1024
    assert "style=" not in page
    assert "<script>" not in page


def test_htmx_gets_only_the_part_that_changes(run: Run, as_user: AsUser, colleague: User) -> None:
    response = as_user(colleague).get(
        LIST + "?q=&tier=A&page=1", headers={"HX-Request": "true", "HX-Target": "customers"}
    )
    assert response.content.decode().lstrip().startswith('<div id="customers"')
    assert "HX-Target" in response["Vary"]
    assert response["HX-Push-Url"] == "/customers/?tier=A"


def test_a_search_finds_by_pinyin_and_marks_what_is_searched(run: Run, as_user: AsUser, colleague: User) -> None:
    page = text_of(as_user(colleague), LIST + "?q=zhangwei")
    assert names(page) == ["张伟"]
    assert "“zhangwei”" in page


def test_nobody_found_says_what_to_do(run: Run, as_user: AsUser, colleague: User) -> None:
    assert "No customer matches" in text_of(as_user(colleague), LIST + "?q=nobody")


def test_an_empty_house_says_how_to_start(as_user: AsUser, colleague: User) -> None:
    assert "No customers yet" in text_of(as_user(colleague), LIST)


def test_several_values_of_a_filter_survive_the_form(run: Run, as_user: AsUser, colleague: User) -> None:
    page = text_of(as_user(colleague), LIST + "?tier=A&tier=B")
    assert '<option value="A,B" selected>' in page
    assert len(names(text_of(as_user(colleague), LIST + "?tier=A,B&size=50"))) == 30


@pytest.mark.parametrize("key", ["A/7", "..", "-", "a b&c=d", "<b>bold</b>", "{0}", "客户?1"])
def test_any_key_and_name_is_shown_as_it_is_and_leads_to_its_card(
    key: str, published: Callable[..., Run], row: Callable[..., Any], as_user: AsUser, colleague: User
) -> None:
    keep(cards=[Card(key, name="<script>alert(1)</script>{x}")])
    published([row(key)])
    client = as_user(colleague)
    page = text_of(client, LIST)
    assert "<script>alert" not in page
    address = re.search(r'class="first"><a href="([^"]*)"', page)
    assert address is not None
    card = text_of(client, address[1].replace("&amp;", "&"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{x}" in card
    assert "<script>alert" not in card


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_a_card_tells_all_of_a_customer_in_each_language(
    run: Run, as_user: AsUser, colleague: User, language: str
) -> None:
    colleague.language = language
    colleague.save()
    page = text_of(as_user(colleague), reverse("customers:card", args=["k01"]))
    words = {
        "zh-hans": ("客户价值", "等级与阶段"),
        "zh-hant": ("客戶價值", "等級與階段"),
        "en": ("Value", "Tier and stage"),
    }
    assert all(word in page for word in words[language])
    assert "杭州" in page
    assert "138" in page
    assert page.count('<details class="why"') >= 10, "every figure says why"


def test_where_traits_come_from_is_said_once_where_it_is_the_same(run: Run, as_user: AsUser, colleague: User) -> None:
    day, client = date(2026, 1, 1), as_user(colleague)
    alike = {"city": Trait("杭州", "CRM", day), "age": Trait("35", "CRM", day)}
    keep(
        cards=[
            Card("alike", name="A", traits=alike),
            Card("mixed", name="B", traits={**alike, "pet": Trait("猫", "App", day)}),
        ]
    )
    assert text_of(client, "/customers/alike/").count("From CRM, Jan 1, 2026") == 1
    mixed = text_of(client, "/customers/mixed/")
    assert (mixed.count("From CRM, Jan 1, 2026"), mixed.count("From App, Jan 1, 2026")) == (2, 1)


def test_a_card_tells_what_changed_since_the_run_before(
    published: Callable[..., Run], row: Callable[..., Any], as_user: AsUser, colleague: User
) -> None:
    published([row("a", tier_in_force="C", clv_minor=90_000)], run_id="r1", as_of=date(2026, 3, 31))
    published([row("a", tier_in_force="B", clv_minor=150_000)], run_id="r2")
    page = text_of(as_user(colleague), "/customers/a/")
    assert "+CN¥600.00" in page
    assert "C · Ordinary → B · Major" in page
    assert "Mar 31, 2026" in page


def test_a_card_without_forecast_says_so(
    published: Callable[..., Run], row: Callable[..., Any], as_user: AsUser, colleague: User
) -> None:
    blank = dict.fromkeys(
        ("clv_minor", "potential_value_minor", "clv_low_minor", "clv_high_minor", "value_total_minor",
         "expected_purchases", "churn_probability", "probability_alive", "next_purchase_due", "value_at_risk_minor",
         "typical_gap_days", "tier_rank", "tier_next_minor", "expected_lifetime_days")
    )  # fmt: skip
    published([row("a", purchases=1, **blank)])
    page = text_of(as_user(colleague), "/customers/a/")
    assert "cannot be forecast" in page
    assert "None" not in page


def test_a_card_tells_how_long_the_customer_is_expected_to_stay(
    published: Callable[..., Run], row: Callable[..., Any], as_user: AsUser, colleague: User
) -> None:
    published([row("a", expected_lifetime_days=310.4)])
    page = text_of(as_user(colleague), "/customers/a/")
    assert "Expected lifetime left" in page
    assert "310 days" in page
    assert "of the next 365 days" in page


def test_what_rests_on_an_age_that_is_not_known_says_so(
    published: Callable[..., Run], row: Callable[..., Any], as_user: AsUser, colleague: User
) -> None:
    published([row("old", left_truncated=True), row("new")])
    old, new = (text_of(as_user(colleague), f"/customers/{key}/") for key in ("old", "new"))
    told = "the forecast is less sure than its interval says"
    assert old.count(told) == 8, "five tiles, potential and total value, and the lifetime left"
    assert "at least 541 days" in old
    assert told not in new
    assert "at least" not in new


def test_a_customer_never_scored_has_a_card(run: Run, as_user: AsUser, colleague: User) -> None:
    keep(cards=[Card("later", name="Later")])
    assert "no score yet" in text_of(as_user(colleague), "/customers/later/")


def test_an_unknown_customer_is_not_found(run: Run, as_user: AsUser, colleague: User) -> None:
    assert as_user(colleague).get("/customers/nobody/").status_code == 404


def test_the_ticked_customers_get_a_tag_which_can_be_undone(run: Run, as_user: AsUser, colleague: User) -> None:
    client = as_user(colleague)
    ids = list(Customer.objects.values_list("pk", flat=True)[:3])
    page = client.post("/customers/-/tag/", {"ids": ids, "tag": " VIP ", "next": "/customers/?tier=A"}, follow=True)
    assert page.request["QUERY_STRING"] == "tier=A"
    assert CustomerTag.objects.filter(tag__name="VIP", tagged_by=colleague).count() == 3
    undo = re.search(r'action="(/customers/-/untag/[^"]*)"', page.content.decode())
    assert undo is not None
    client.post(undo[1].replace("&amp;", "&"))
    assert not CustomerTag.objects.exists()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"tag": "VIP"}, "Select customers first."),
        ({"ids": "x", "tag": "VIP"}, "Select customers first."),
        ({"ids": "1", "tag": " "}, "1 to 40"),
    ],
)
def test_a_tag_that_cannot_be_put_says_why(
    run: Run, as_user: AsUser, colleague: User, sent: dict[str, str], told: str
) -> None:
    page = as_user(colleague).post("/customers/-/tag/", sent, follow=True).content.decode()
    assert told in page


def test_one_is_not_led_away_to_another_site(run: Run, as_user: AsUser, colleague: User) -> None:
    response = as_user(colleague).post("/customers/-/tag/", {"next": "https://evil.example/"})
    assert response["Location"] == LIST


def test_a_view_is_saved_pinned_and_deleted(run: Run, as_user: AsUser, colleague: User) -> None:
    client = as_user(colleague)
    client.post("/customers/-/views/?tier=A&sort=name&page=3", {"name": "Top", "pinned": "on", "shared": "on"})
    view = SavedView.objects.get()
    assert (view.query, view.pinned, view.shared) == ("tier=A&sort=name", True, False), "staff may not share"
    page = text_of(client, LIST + "?" + view.query)
    assert re.search(r'<a href="/customers/\?tier=A&amp;sort=name" aria-current="page">Top', page)
    client.post(f"/customers/-/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


def test_a_manager_shares_a_view(run: Run, as_user: AsUser, manager: User, colleague: User) -> None:
    as_user(manager).post("/customers/-/views/?tier=A", {"name": "Top", "pinned": "on", "shared": "on"})
    assert "Top (shared by 林经理)" in text_of(as_user(colleague), LIST)
    assert as_user(colleague).post(f"/customers/-/views/{SavedView.objects.get().pk}/delete/").status_code == 404


def test_an_export_holds_the_whole_list_and_is_logged(run: Run, as_user: AsUser, manager: User) -> None:
    response = as_user(manager).post("/customers/-/export/?tier=A&columns=tier,clv,tags,why")
    lines = b"".join(response).decode().splitlines()
    assert lines[0] == "\ufeffId,Name,Tier,Lifetime value (CNY),Tags,Why now"
    assert len(lines) == 16
    assert "attachment" in response["Content-Disposition"]
    log = Export.objects.get()
    assert (log.exported_by, log.query, log.rows) == (manager, "tier=A&columns=tier%2Cclv%2Ctags%2Cwhy", 15)
    assert log.columns == "tier,clv,tags,why"


def test_who_may_not_export_sees_no_button_and_gets_nothing(run: Run, as_user: AsUser, colleague: User) -> None:
    client = as_user(colleague)
    assert "/-/export/" not in text_of(client, LIST)
    assert client.post("/customers/-/export/").status_code == 403
    assert not Export.objects.exists()


def test_an_export_runs_no_formula(
    published: Callable[..., Run], row: Callable[..., Any], as_user: AsUser, manager: User
) -> None:
    keep(cards=[Card("=1+1", name="=cmd|' /C calc'!A0", phone="+8613800138000")])
    published([row("=1+1")])
    tag(customers=[Customer.objects.get().pk], name="@SUM(A1)")
    response = as_user(manager).post("/customers/-/export/?columns=phone,tags,clv")
    line = b"".join(response).decode().splitlines()[1]
    assert line == "'=1+1,'=cmd|' /C calc'!A0,+8613800138000,'@SUM(A1),900.00"


@pytest.mark.parametrize(
    "address", ["/customers/-/tag/", "/customers/-/untag/", "/customers/-/export/", "/customers/-/views/"]
)
def test_acts_are_posts(as_user: AsUser, owner: User, address: str) -> None:
    assert as_user(owner).get(address).status_code == 405


def test_a_brace_in_a_fields_label_is_a_brace(
    published: Callable[..., Run], row: Callable[..., Any], as_user: AsUser, manager: User
) -> None:
    add_field(section=add_section(labels={"en": "Facts"}), type="text", labels={"en": "Size {cm} {}"}, code="size",
              is_listed=True)  # fmt: skip
    keep(cards=[Card("c1", name="王芳")])
    published([row("c1")])
    text = text_of(as_user(manager), LIST + "?columns=f.size,tier,clv")
    assert text.count('data-label="Size {cm} {}"') == 1
    assert "900" in text


def test_an_export_is_in_one_language_whichever_the_browser_asks_for(
    published: Callable[..., Run], row: Callable[..., Any], as_user: AsUser, manager: User
) -> None:
    add_field(section=add_section(labels={"en": "Facts"}), type="yes_no", labels={"en": "Member"}, code="member",
              is_listed=True)  # fmt: skip
    keep(cards=[Card("c1", name="王芳")])
    published([row("c1")])
    change(customer=Customer.objects.get().pk, values={"member": True}, by=manager)
    client = as_user(manager)
    response = client.post("/customers/-/export/?columns=f.member,tier", headers={"Accept-Language": "zh-Hans"})
    with translation.override("zh-hans"):
        lines = b"".join(response).decode().splitlines()
    assert lines == ["\ufeffId,Name,Member,Tier", "c1,王芳,Yes,B · Major"]
