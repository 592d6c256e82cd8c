"""Every address there is, walked by everybody: one table says what each answers to whom.

A new address fails `test_every_address_stands_in_the_table` until it has its line in ANSWERS: what it answers to who
has not logged in, to a stranger (of another team, who sees only their own customers), to a colleague (staff), to a
manager and to an owner. For a page these are the answers to GET, for an act those to POST.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from shuke.classify import preset_body
from shuke.crm.customers.assigning import assign
from shuke.crm.customers.links import link
from shuke.crm.customers.models import Customer, Tag
from shuke.crm.customers.writes import Card, keep, save_view
from shuke.crm.customers.writes_of_cards import begin_act, change, create_card, write_entry
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.jobs.writes import enqueue
from shuke.crm.lists.models import Listed
from shuke.crm.lists.writes import Ground, put_on
from shuke.crm.merging.models import Pair
from shuke.crm.merging.writes import merge
from shuke.crm.people.models import LogIn, Passkey, Role, Team, User
from shuke.crm.people.tokens import make
from shuke.crm.people.writes import add_user
from shuke.crm.privacy.models import Erasure
from shuke.crm.scores.models import Run
from shuke.crm.timeline.files import Brought
from shuke.crm.timeline.writes import Said, add
from shuke.insight.models import Definition
from shuke.insight.writes import bring

CAST = ("anonymous", "stranger", "colleague", "manager", "owner")
DOOR = 302
"""To the log-in page, for who has not logged in; that it leads there is asserted."""

# name: (method, anonymous, stranger, colleague, manager, owner). The customer C-1 is the colleague's.
LED_BACK = {
    "customers:bulk": "customers:list", "customers:consents": "customers:list", "customers:reveal": "customers:card",
    "lists:put_many": "lists:show", "timeline:add": "timeline:show", "people:add_passkey": "people:security",
    "people:new_codes": "people:security", "insight:kind": "insight:upload", "insight:columns": "insight:upload",
    "insight:import": "insight:upload", "insight:preview_class": "insight:edit_class",
    "insight:costs": "insight:cohorts",
}  # fmt: skip
"""Pages stand at these, where a form was sent to them; got, they lead to the page the form stands on."""

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
    "customers:assignment": ("GET", DOOR, 404, 404, 200, 200),
    "customers:undo_assign": ("POST", DOOR, 302, 302, 302, 302),
    "customers:reveal": ("POST", DOOR, 404, 200, 200, 200),
    "customers:save_view": ("POST", DOOR, 302, 302, 302, 302),
    "customers:delete_view": ("POST", DOOR, 404, 302, 404, 404),
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
    # duplicates and merges: the pair is of C-1 and C-2, and C-3 was merged into C-2; who may not delete cannot merge
    "merging:list": ("GET", DOOR, 200, 200, 200, 200),
    "merging:search": ("POST", DOOR, 403, 302, 302, 302),
    "merging:tell_apart": ("POST", DOOR, 404, 302, 302, 302),
    "merging:doubt_again": ("POST", DOOR, 404, 302, 302, 302),
    "merging:merge": ("GET", DOOR, 302, 302, 302, 302),
    "merging:pick": ("POST", DOOR, 302, 302, 302, 302),
    "merging:show": ("GET", DOOR, 404, 200, 200, 200),
    "merging:part": ("POST", DOOR, 404, 403, 403, 302),
    # many at once: the act is the colleague's, and seen by who watches the work of others
    "customers:bulk": ("POST", DOOR, 302, 302, 302, 302),
    "customers:act": ("GET", DOOR, 404, 200, 200, 200),
    "customers:undo_act": ("POST", DOOR, 404, 302, 302, 302),
    "customers:consents": ("POST", DOOR, 302, 302, 302, 302),
    # personal data
    "privacy:consents": ("GET", DOOR, 404, 200, 200, 200),
    "privacy:say": ("POST", DOOR, 404, 302, 302, 302),
    "privacy:take": ("POST", DOOR, 403, 403, 200, 200),
    "privacy:erase": ("GET", DOOR, 403, 403, 403, 200),
    "privacy:erasures": ("GET", DOOR, 403, 403, 403, 200),
    "privacy:erasure": ("GET", DOOR, 403, 403, 403, 200),
    "privacy:take_up": ("POST", DOOR, 403, 403, 403, 302),
    "privacy:let_return": ("POST", DOOR, 403, 403, 403, 302),
    # lists: C-1 stands on the black one; managers put on and take off
    "lists:show": ("GET", DOOR, 200, 200, 200, 200),
    "lists:put_many": ("POST", DOOR, 403, 403, 422, 422),
    "lists:take_off": ("POST", DOOR, 403, 403, 302, 302),
    "lists:of_customer": ("GET", DOOR, 404, 200, 200, 200),
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
    "insight:customer_classes": ("GET", DOOR, 404, 200, 200, 200),
    "insight:customer_forecast": ("GET", DOOR, 404, 200, 200, 200),
    # data and runs: only for who sees the whole business; the file was not imported, nothing of the run is in a ledger
    "insight:data": ("GET", DOOR, 403, 403, 200, 200),
    "insight:upload": ("GET", DOOR, 403, 403, 200, 200),
    "insight:kind": ("POST", DOOR, 403, 403, 400, 400),
    "insight:columns": ("POST", DOOR, 403, 403, 400, 400),
    "insight:import": ("POST", DOOR, 403, 403, 400, 400),
    "insight:discard": ("POST", DOOR, 403, 403, 302, 302),
    "insight:rejects": ("GET", DOOR, 403, 403, 404, 404),
    "insight:undo": ("POST", DOOR, 403, 403, 302, 302),
    # cohorts are of the whole business: who sees less is told so
    # so are classifications, which managers change
    "insight:classes": ("GET", DOOR, 200, 200, 200, 200),
    "insight:class": ("GET", DOOR, 200, 200, 200, 200),
    "insight:edit_class": ("GET", DOOR, 403, 403, 200, 200),
    "insight:preview_class": ("POST", DOOR, 403, 403, 200, 200),
    "insight:restore_class": ("POST", DOOR, 403, 403, 302, 302),
    "insight:cohorts": ("GET", DOOR, 200, 200, 200, 200),
    "insight:costs": ("POST", DOOR, 403, 403, 302, 302),
    "insight:runs": ("GET", DOOR, 403, 403, 200, 200),
    "insight:compare": ("GET", DOOR, 403, 403, 302, 302),
    "insight:run": ("GET", DOOR, 403, 403, 200, 200),
    "insight:scores": ("POST", DOOR, 403, 403, 404, 404),
    "insight:models": ("GET", DOOR, 403, 403, 200, 200),
    "insight:models_of_run": ("GET", DOOR, 403, 403, 200, 200),
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
    "people:tokens": ("GET", DOOR, 200, 200, 200, 200),
    "people:revoke_token": ("POST", DOOR, 404, 302, 404, 302),
    "people:end_view_as": ("POST", DOOR, 302, 302, 302, 302),
    # the API: its operations have a table of their own in test_api_urls
    "api:reference": ("GET", DOOR, 200, 200, 200, 200),
    "api:openapi": ("GET", 401, 200, 200, 200, 200),
    "api:nothing": ("GET", 404, 404, 404, 404, 404),
    # others: owners alone
    "people:user_tokens": ("GET", DOOR, 403, 403, 403, 200),
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
PUBLIC = {"health", "people:log_in", "people:language", "people:theme", "api:openapi", "api:nothing"}


def _patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of ours with its name; /admin/ and the operations of the API have tests of their own."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                inner = pattern.namespace or ""
                yield from _patterns(pattern, f"{namespace}{inner}:" if inner else namespace)
        elif isinstance(pattern, URLPattern) and not str(pattern.name).startswith("/"):
            yield namespace + (pattern.name or str(pattern.pattern)), pattern


@pytest.fixture
def world(request: pytest.FixtureRequest, owner: User, colleague: User, manager: User) -> dict[str, Any]:
    """What the addresses are filled with: of each kind of record one that is there."""
    keep(cards=[Card("C-1", name="王芳", phone="13800138000"), Card("C-2", name="李雷")])
    Customer.objects.update(owner=owner)
    given = assign(customers=list(Customer.objects.values_list("pk", flat=True)), to=colleague, by=manager)
    assert given is not None
    team, role = Team.objects.create(name="Gone"), Role.objects.create(code="gone", names={"en": "Gone"})
    job = enqueue(kind="insight.run", payload={}, started_by=colleague)
    view = save_view(owner=colleague, name="Mine", query="tier=A", shared=True)
    name = getattr(request.node, "callspec", None) and request.node.callspec.params.get("name", "")
    return {
        "key": "C-1", "job_id": job.pk, "user_id": colleague.pk, "team_id": team.pk, "role_id": role.pk,
        "erasure_id": Erasure.objects.create(customer=999, digest="0", reason="asked", asked_by=owner).pk,
        "view_id": view.pk, "assignment_id": given.pk, "import_id": "x",
        "run_id": Run.objects.create(run_id="r-1", **_RUN).run_id,
        "upload_id": _upload(request, manager) if (name or "").startswith("insight:") else 999,
        "version": Definition.objects.create(code="pyramid", version=1, body=preset_body("80-20")).version,
        **_of_security(colleague), **_of_cards(colleague), **_of_timeline(colleague), **_of_merging(owner),
        "listed_id": _of_lists(owner),
    }  # fmt: skip


_RUN = {"as_of": date(2026, 6, 30), "currency": "CNY", "horizon_days": 365, "period_days": 90, "ledger_version": 1,
        "state": "old", "published_at": datetime(2026, 7, 1, tzinfo=UTC)}  # fmt: skip


def _upload(request: pytest.FixtureRequest, by: User) -> int:
    settings, folder = request.getfixturevalue("settings"), request.getfixturevalue("tmp_path")
    settings.SHUKE_LEDGER, settings.SHUKE_UPLOADS = folder / "ledger", folder / "uploads"
    return bring(name="orders.csv", pieces=[b"customer,date,amount\nc1,2026-01-02,5\n"], by=by).pk


def _of_security(colleague: User) -> dict[str, Any]:
    """A log-in of the colleague's; a passkey of somebody else's, since who has one is asked for it."""
    keyed = add_user(username="keyed", password="keyed-has-a-password", name="Kay")
    passkey = Passkey.objects.create(user=keyed, credential="1", public_key=b"1", name="laptop")
    token, _ = make(user=colleague, name="shop", scopes=["customers:read"], days=1, by=colleague)
    log_in = LogIn.objects.create(user=colleague, session_key="a" * 32)
    return {"passkey_id": passkey.pk, "log_in_id": log_in.pk, "token_id": token.pk}


def _of_lists(owner: User) -> int:
    put_on(customers=[Customer.objects.get(key="C-1").pk], ground=Ground("black", "late"), by=owner)
    return Listed.objects.get().pk


def _of_merging(owner: User) -> dict[str, Any]:
    one, other = Customer.objects.order_by("key")
    pair = Pair.objects.create(one=one, two=other, weight=9.5, signs=[["phone", 9.5]])
    third = create_card(name="李雷", key="C-3", by=owner)
    Customer.objects.filter(pk=third.pk).update(owner=one.owner)
    return {"pair_id": pair.pk, "merge_id": merge(survivor=other.pk, others=[third.pk], by=owner).pk}


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
    classes = dict.fromkeys((name for name in ANSWERS if name.endswith("class")), "pyramid")
    codes = classes | {"customers:lay_template": "retail", "timeline:entry": f"touch-{world['touch_id']}"}
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
    said = {"channel": "phone", "state": "given"}
    forms = {"customers:reveal": {"field": "phone"}, "customers:save_view": {"name": "v"}, "privacy:say": said}
    given = forms.get(name, {})
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
    address, browser = _address(name, dict(_patterns(get_resolver()))[name], world), as_user(owner)
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(address)
    assert not [query for query in asked if query["sql"].startswith(("INSERT", "DELETE"))]
    if name in LED_BACK:
        assert answer["Location"] == _address(LED_BACK[name], dict(_patterns(get_resolver()))[LED_BACK[name]], world)
        assert browser.get(answer["Location"]).status_code == 200
    else:
        assert answer.status_code == 405


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
    for address in ("/", "/lists/", "/customers/", "/customers/?q=王芳", "/customers/?q=8000", "/palette/?q=王芳"):
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


TRIED = {
    "name": "v", "tag": "VIP", "whom": "all", "assign_whom": "all", "drawn": "tag", "apply": "1", "kind": "note",
    "text": "t", "label": "l", "value": "v", "role": "friend", "customer": "C-1", "email": "x@example.com", "list": "?",
    "at": "2026-01-02T10:00", "said": "s", "on": "2026-01-02", "minutes": "5", "seen": "0", "language": "en",
    "keys": "C-1", "list_code": "red", "reason": "r",
}  # fmt: skip
"""What forms ask for, tried on every address."""
APPS = ("jobs", "people", "customers", "scores", "timeline", "lists", "insight")


def _rows(but: User) -> dict[tuple[str, object], dict[str, Any]]:
    """All that the database holds, but for what is the user's own."""
    rows = {}
    for label in APPS:
        for model in apps.get_app_config(label).get_models():
            for row in model._default_manager.values():
                if not (model is User and row["id"] == but.pk) and row.get("user_id") != but.pk:
                    rows[model.__name__, row[model._meta.pk.attname]] = row
    return rows


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_nothing_that_a_stranger_sends_anywhere_changes_what_is_others(
    as_user: Callable[[User], Client], stranger: User, world: dict[str, Any], name: str
) -> None:
    address = _address(name, dict(_patterns(get_resolver()))[name], world)
    ids = list(Customer.objects.values_list("pk", flat=True))
    before, browser = _rows(stranger), as_user(stranger)
    for field in ("tag", "phone", "kind"):
        given = TRIED | {"ids": ids, "to": stranger.pk, "field": field, "phone": "13900139000"}
        answer = browser.post(address, given)
        b"".join(answer)
        assert answer.status_code in {200, 302, 400, 403, 404, 405, 422}
    after = _rows(stranger)
    assert {key: row for key, row in before.items() if after.get(key) != row} == {}
    new = {key: row for key, row in after.items() if key not in before}
    assert {key: row for key, row in new.items() if row.get("customer_id") in ids} == {}, "nor is anything added"


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
    every = _addresses_of_the_configuration()
    assert set(pages) <= set(every)
    for user in (manager, colleague, stranger):
        browser = as_user(user)
        answers = {page: browser.get(page, follow=True).status_code for page in every}
        assert {page: code for page, code in answers.items() if code not in {403, 404, 405}} == {}, user
        assert {browser.post(page, follow=True).status_code for page in every} <= {403, 404, 405}, user


def _addresses_of_the_configuration() -> list[str]:
    """Every address below /admin/, with an object of some number; logging in and out there are our own."""
    [site] = [one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "admin"]
    given = {"object_id": "1", "content_type_id": 1, "app_label": "people", "url": "x/"}
    found = []
    for name, pattern in _patterns(site):
        wanted = {argument: given[argument] for argument in pattern.pattern.converters}
        own = pattern.pattern.regex.groupindex if hasattr(pattern.pattern, "regex") else {}
        wanted |= {argument: given[argument] for argument in own}
        if name.partition("?")[0] not in {"login", "logout", "jsi18n"}:
            found.append(reverse(f"admin:{name}", kwargs=wanted) if pattern.name else f"/admin/{given['object_id']}/")
    return found
