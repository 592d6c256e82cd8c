"""Every address there is, walked by everybody: one table says what each answers to whom.

A new address fails `test_every_address_stands_in_the_table` until it has its line in ANSWERS: what it answers to who
has not logged in, to a stranger (of another team, who sees only their own customers), to a colleague (staff), to a
manager and to an owner. For a page these are the answers to GET, for an act those to POST.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from shuke.crm.customers.links import link
from shuke.crm.customers.models import Customer, Tag
from shuke.crm.customers.writes import Card, keep
from shuke.crm.customers.writes_of_cards import begin_act, change, write_entry
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.jobs.writes import enqueue
from shuke.crm.people.models import Role, Team, User
from shuke.crm.timeline.files import Brought
from shuke.crm.timeline.writes import Said, add

CAST = ("anonymous", "stranger", "colleague", "manager", "owner")
DOOR = 302
"""To the log-in page, for who has not logged in; that it leads there is asserted."""

# name: (method, anonymous, stranger, colleague, manager, owner). The customer C-1 is the colleague's.
ANSWERS: dict[str, tuple[str, int, int, int, int, int]] = {
    "home": ("GET", DOOR, 200, 200, 200, 200),
    "health": ("GET", 200, 200, 200, 200, 200),
    "palette": ("GET", DOOR, 200, 200, 200, 200),
    "ui:style": ("GET", DOOR, 200, 200, 200, 200),
    # background work: the job is the colleague's
    "jobs:list": ("GET", DOOR, 200, 200, 200, 200),
    "jobs:job": ("GET", DOOR, 404, 200, 200, 200),
    "jobs:progress": ("GET", DOOR, 404, 200, 200, 200),
    "jobs:cancel": ("POST", DOOR, 404, 302, 302, 302),
    "jobs:again": ("POST", DOOR, 404, 302, 302, 302),
    # customers
    "customers:list": ("GET", DOOR, 200, 200, 200, 200),
    "customers:card": ("GET", DOOR, 404, 200, 200, 200),
    "customers:export": ("POST", DOOR, 403, 403, 200, 200),
    "customers:tag": ("POST", DOOR, 302, 302, 302, 302),
    "customers:untag": ("POST", DOOR, 302, 302, 302, 302),
    "customers:assign": ("POST", DOOR, 302, 302, 302, 302),
    "customers:undo_assign": ("POST", DOOR, 302, 302, 302, 302),
    "customers:reveal": ("POST", DOOR, 404, 200, 200, 200),
    "customers:save_view": ("POST", DOOR, 302, 302, 302, 302),
    "customers:delete_view": ("POST", DOOR, 404, 404, 404, 404),
    "customers:new": ("GET", DOOR, 200, 200, 200, 200),
    "customers:find": ("GET", DOOR, 200, 200, 200, 200),
    "customers:edit": ("GET", DOOR, 404, 200, 200, 200),
    "customers:value": ("GET", DOOR, 404, 302, 302, 302),
    "customers:history": ("GET", DOOR, 404, 200, 200, 200),
    "customers:undo_change": ("POST", DOOR, 404, 302, 404, 404),
    "customers:add_entry": ("GET", DOOR, 404, 200, 200, 200),
    "customers:edit_entry": ("GET", DOOR, 404, 200, 200, 200),
    "customers:remove_entry": ("POST", DOOR, 404, 302, 302, 302),
    "customers:set_trait": ("POST", DOOR, 404, 302, 302, 302),
    "customers:link": ("POST", DOOR, 404, 302, 302, 302),
    "customers:unlink": ("POST", DOOR, 404, 302, 302, 302),
    # many at once: the act is the colleague's, and seen by who watches the work of others
    "customers:bulk": ("POST", DOOR, 302, 302, 302, 302),
    "customers:act": ("GET", DOOR, 404, 200, 200, 200),
    "customers:undo_act": ("POST", DOOR, 404, 302, 302, 302),
    # what cards are made of
    "customers:arrange": ("GET", DOOR, 403, 403, 403, 200),
    "customers:lay_template": ("POST", DOOR, 403, 403, 403, 302),
    "customers:add_section": ("GET", DOOR, 403, 403, 403, 200),
    "customers:edit_section": ("GET", DOOR, 403, 403, 403, 200),
    "customers:add_field": ("GET", DOOR, 403, 403, 403, 200),
    "customers:archive_section": ("POST", DOOR, 403, 403, 403, 302),
    "customers:move_section": ("POST", DOOR, 403, 403, 403, 302),
    "customers:edit_field": ("GET", DOOR, 403, 403, 403, 200),
    "customers:archive_field": ("POST", DOOR, 403, 403, 403, 302),
    "customers:move_field": ("POST", DOOR, 403, 403, 403, 302),
    "customers:colour_tag": ("POST", DOOR, 403, 403, 403, 302),
    # the timeline of C-1: its touch is the colleague's and names the manager
    "timeline:show": ("GET", DOOR, 404, 200, 200, 200),
    "timeline:add": ("POST", DOOR, 404, 422, 422, 422),
    "timeline:entry": ("GET", DOOR, 404, 200, 200, 200),
    "timeline:edit": ("GET", DOOR, 404, 200, 404, 404),
    "timeline:delete": ("POST", DOOR, 404, 302, 302, 302),
    "timeline:restore": ("POST", DOOR, 404, 302, 302, 302),
    "timeline:file": ("GET", DOOR, 404, 200, 200, 200),
    "timeline:mentions": ("GET", DOOR, 200, 200, 200, 200),
    "timeline:seen": ("POST", DOOR, 302, 302, 302, 302),
    "timeline:names": ("GET", DOOR, 200, 200, 200, 200),
    "timeline:open": ("POST", DOOR, 404, 404, 302, 404),
    "insight:customer_purchases": ("GET", DOOR, 404, 200, 200, 200),
    "insight:customer_purchases_over_time": ("GET", DOOR, 404, 200, 200, 200),
    "insight:customer_forecast": ("GET", DOOR, 404, 200, 200, 200),
    # data and runs: only for who sees the whole business; the upload and the run of the walk are not there
    "insight:data": ("GET", DOOR, 403, 403, 200, 200),
    "insight:upload": ("GET", DOOR, 403, 403, 404, 404),
    "insight:columns": ("POST", DOOR, 403, 403, 404, 404),
    "insight:import": ("POST", DOOR, 403, 403, 404, 404),
    "insight:discard": ("POST", DOOR, 403, 403, 404, 404),
    "insight:rejects": ("GET", DOOR, 403, 403, 404, 404),
    "insight:undo": ("POST", DOOR, 403, 403, 302, 302),
    "insight:runs": ("GET", DOOR, 403, 403, 200, 200),
    "insight:compare": ("GET", DOOR, 403, 403, 302, 302),
    "insight:run": ("GET", DOOR, 403, 403, 404, 404),
    "insight:scores": ("POST", DOOR, 403, 403, 404, 404),
    # oneself
    "people:log_in": ("GET", 200, 302, 302, 302, 302),
    "people:second": ("GET", DOOR, 302, 302, 302, 302),
    "people:log_out": ("POST", DOOR, 302, 302, 302, 302),
    "people:language": ("POST", 302, 302, 302, 302, 302),
    "people:theme": ("POST", 400, 400, 400, 400, 400),
    "people:profile": ("GET", DOOR, 200, 200, 200, 200),
    "people:password": ("GET", DOOR, 200, 200, 200, 200),
    "people:security": ("GET", DOOR, 200, 200, 200, 200),
    "people:add_authenticator": ("GET", DOOR, 200, 200, 200, 200),
    "people:add_passkey": ("POST", DOOR, 302, 302, 302, 302),
    "people:remove_passkey": ("POST", DOOR, 302, 302, 302, 302),
    "people:new_codes": ("POST", DOOR, 302, 302, 302, 302),
    "people:turn_off": ("GET", DOOR, 200, 200, 200, 200),
    "people:end_log_in": ("POST", DOOR, 302, 302, 302, 302),
    "people:end_other_log_ins": ("POST", DOOR, 302, 302, 302, 302),
    "people:end_view_as": ("POST", DOOR, 302, 302, 302, 302),
    # others: owners alone
    "people:list": ("GET", DOOR, 403, 403, 403, 200),
    "people:add": ("GET", DOOR, 403, 403, 403, 200),
    "people:edit": ("GET", DOOR, 403, 403, 403, 200),
    "people:reset_factors": ("POST", DOOR, 403, 403, 403, 302),
    "people:view_as": ("POST", DOOR, 403, 403, 403, 302),
    "people:teams": ("GET", DOOR, 403, 403, 403, 200),
    "people:add_team": ("GET", DOOR, 403, 403, 403, 200),
    "people:edit_team": ("GET", DOOR, 403, 403, 403, 200),
    "people:delete_team": ("POST", DOOR, 403, 403, 403, 302),
    "people:roles": ("GET", DOOR, 403, 403, 403, 200),
    "people:add_role": ("GET", DOOR, 403, 403, 403, 200),
    "people:edit_role": ("GET", DOOR, 403, 403, 403, 200),
    "people:delete_role": ("POST", DOOR, 403, 403, 403, 302),
    "people:audit": ("GET", DOOR, 403, 403, 403, 200),
    "people:export_audit": ("POST", DOOR, 403, 403, 403, 200),
}
PUBLIC = {"health", "people:log_in", "people:language", "people:theme"}


def _patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of ours with its name; the pages of /admin/ have a test of their own."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                inner = pattern.namespace or ""
                yield from _patterns(pattern, f"{namespace}{inner}:" if inner else namespace)
        elif isinstance(pattern, URLPattern):
            yield namespace + (pattern.name or str(pattern.pattern)), pattern


@pytest.fixture
def world(owner: User, colleague: User, manager: User) -> dict[str, Any]:
    """What the addresses are filled with."""
    keep(cards=[Card("C-1", name="王芳", phone="13800138000"), Card("C-2", name="李雷")])
    Customer.objects.update(owner=colleague)
    team, role = Team.objects.create(name="Gone"), Role.objects.create(code="gone", names={"en": "Gone"})
    job = enqueue(kind="insight.run", payload={}, started_by=colleague)
    return {
        "key": "C-1", "job_id": job.pk, "user_id": colleague.pk, "team_id": team.pk, "role_id": role.pk,
        "upload_id": 999, "view_id": 999, "passkey_id": 999, "log_in_id": 999, "assignment_id": 999,
        "import_id": "x", "run_id": "x", **_of_cards(colleague), **_of_timeline(colleague),
    }  # fmt: skip


def _of_cards(colleague: User) -> dict[str, Any]:
    one, other = Customer.objects.order_by("key")
    section = add_section(labels={"en": "Log"}, repeats=True, code="log")
    field = add_field(section=section, type="text", labels={"en": "Said"}, code="said")
    entry = write_entry(customer=one, section=section, values={"said": "hello"}, on=None, by=colleague)
    saved = change(customer=one.pk, values={"email": "wang@example.com"}, by=colleague)
    act = begin_act(field="kind", value="person", by=colleague)
    return {
        "section": "log", "section_id": section.pk, "field_id": field.pk, "entry_id": entry.pk, "act_id": act.pk,
        "link_id": link(customer=one, other=other, role="friend", by=colleague).pk, "change_id": saved.version,
        "tag_id": Tag.objects.create(name="VIP").pk,
    }  # fmt: skip


def _of_timeline(colleague: User) -> dict[str, Any]:
    said = Said("call", timezone.now(), text="@manager 请看报价")
    customer = Customer.objects.get(key="C-1")
    touch = add(customer=customer, by=colleague, said=said, brought=[Brought("offer.txt", [b"100"])])
    return {"touch_id": touch.pk, "file_id": touch.attachments.get().pk, "mention_id": touch.mentions.get().pk}


def _address(name: str, pattern: URLPattern, world: dict[str, Any]) -> str:
    codes = {"customers:lay_template": "retail", "timeline:entry": f"touch-{world['touch_id']}"}
    given = world | {"code": codes.get(name, "phone")}
    return reverse(name, kwargs={argument: given[argument] for argument in pattern.pattern.converters})


@contextmanager
def _as_it_was() -> Iterator[None]:
    """What one of the cast does is undone before the next one comes."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _asked(browser: Client, name: str, method: str, address: str, world: dict[str, Any]) -> HttpResponse:
    if method == "GET":
        return browser.get(address)
    given = {"customers:reveal": {"field": "phone"}, "customers:save_view": {"name": "v"}}.get(name, {})
    return browser.post(address, given)


def test_every_address_stands_in_the_table() -> None:
    names = {name for name, _ in _patterns(get_resolver())} - {"admin/login/"}
    assert names - set(ANSWERS) == set(), "a new address needs its line in ANSWERS: what it answers to each of the cast"
    assert set(ANSWERS) - names == set(), "these addresses are gone"


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_each_of_the_cast_gets_the_answer_of_the_table(
    request: pytest.FixtureRequest, as_user: Callable[[User], Client], world: dict[str, Any], name: str
) -> None:
    pattern = dict(_patterns(get_resolver()))[name]
    method, *expected = ANSWERS[name]
    address = _address(name, pattern, world)
    answers = []
    for who in CAST:
        browser = Client() if who == "anonymous" else as_user(request.getfixturevalue(who))
        with _as_it_was():
            answer = _asked(browser, name, method, address, world)
            b"".join(answer)  # a file is closed at its end
        answers.append(answer.status_code)
        if who == "anonymous" and name not in PUBLIC:
            assert answer["Location"].startswith("/log-in/"), "who has not logged in is led to the door"
    assert dict(zip(CAST, answers, strict=True)) == dict(zip(CAST, expected, strict=True))


@pytest.mark.parametrize("name", sorted(name for name in ANSWERS if ANSWERS[name][0] == "POST"))
def test_what_changes_something_cannot_be_got(
    as_user: Callable[[User], Client], owner: User, world: dict[str, Any], name: str
) -> None:
    address = _address(name, dict(_patterns(get_resolver()))[name], world)
    assert as_user(owner).get(address).status_code == 405


def test_without_log_in_no_page_takes_a_form_but_for_the_public_ones(client: Client, world: dict[str, Any]) -> None:
    taken = set()
    for name, pattern in _patterns(get_resolver()):
        answer = client.post(_address(name, pattern, world)) if name != "admin/login/" else client.post("/admin/login/")
        if not (answer.status_code == 302 and answer["Location"].startswith("/log-in/")):
            taken.add(name)
    assert taken == PUBLIC


def test_a_stranger_meets_no_customer_of_others_anywhere(
    as_user: Callable[[User], Client], stranger: User, world: dict[str, Any]
) -> None:
    browser = as_user(stranger)
    for address in ("/", "/customers/", "/customers/?q=王芳", "/customers/?q=8000", "/palette/?q=王芳"):
        page = browser.get(address).content.decode()
        assert "/customers/C-1/" not in page, address
    assert "C-1" not in browser.get("/customers/-/find/?q=王芳").content.decode()
    assert "C-1" not in browser.get("/mentions/").content.decode()
    one = Customer.objects.get(key="C-1")
    assert browser.post("/customers/-/tag/", {"ids": one.pk, "tag": "x"}).status_code == 302
    bulk = {"ids": one.pk, "whom": "ids", "field": "tag", "drawn": "tag", "tag": "x", "apply": "1"}
    assert browser.post("/customers/-/bulk/", bulk).status_code == 302
    assert one.tagged.count() == 0
    made = browser.post("/customers/-/new/", {"name": "王芳", "kind": "person", "phone": "13800138000"})
    assert made.status_code == 302, "nobody is told that a colleague has a customer with this number"


def test_the_navigation_and_the_shell_lead_to_pages_that_there_are(settings: object) -> None:
    names = [entry["url_name"] for entry in settings.SHUKE_NAVIGATION]  # type: ignore[attr-defined]
    names += list(settings.SHUKE_LINKS.values())  # type: ignore[attr-defined]
    assert all(reverse(name).startswith("/") for name in names)


@pytest.mark.django_db
def test_the_admin_s_own_log_in_stands_behind_ours(client: Client) -> None:
    assert client.get("/admin/login/")["Location"] == "/log-in/?next=/admin/login/"


def test_only_owners_open_the_configuration(
    as_user: Callable[[User], Client], owner: User, manager: User, colleague: User, stranger: User
) -> None:
    pages = ["/admin/"] + [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry
    ]
    assert [as_user(owner).get(page).status_code for page in pages] == [200] * len(pages)
    for user in (manager, colleague, stranger):
        answers = {as_user(user).get(page, follow=True).status_code for page in pages}
        assert answers == {403}, user
