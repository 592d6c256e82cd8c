"""A world that the API is walked through: one of everything, and the ids that paths are filled with."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shuke.crm.api.operations import SCOPES
from shuke.crm.customers.assigning import assign
from shuke.crm.customers.links import link
from shuke.crm.customers.models import Customer, Tag
from shuke.crm.customers.writes import Card, keep, save_view
from shuke.crm.customers.writes_of_cards import begin_act, write_entry
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.jobs.writes import enqueue
from shuke.crm.merging.models import Pair
from shuke.crm.merging.writes import merge
from shuke.crm.people.models import Role, Team, User
from shuke.crm.people.tokens import make
from shuke.crm.privacy.erased import digest_of
from shuke.crm.privacy.models import ErasedKey, Erasure
from shuke.crm.timeline.files import Brought
from shuke.crm.timeline.writes import Said, add


@pytest.fixture
def parts(owner: User, colleague: User) -> dict[str, Any]:
    """What stands in the paths of operations. The customers are the colleague's, and so are the acts."""
    keep(cards=[Card("C-1", name="王芳", phone="13800138000"), Card("C-2", name="李雷"), Card("C-3")])
    keep(cards=[Card("C-0", name="王方")])
    Customer.objects.update(owner=colleague)
    one, other, third = Customer.objects.exclude(key="C-0").order_by("key")
    log = add_section(labels={"en": "Log"}, repeats=True, code="log")
    facts = add_section(labels={"en": "Facts"}, code="facts")
    add_field(section=log, type="text", labels={"en": "Said"}, code="said")
    field = add_field(section=facts, type="money", labels={"en": "Budget"}, code="budget")
    entry = write_entry(customer=one, section=log, values={"said": "hello"}, on=None, by=colleague)
    said = Said("call", timezone.now(), text="@manager 请看报价")
    touch = add(customer=one, by=colleague, said=said, brought=[Brought("offer.txt", [b"100"])])
    merged = merge(survivor=one.pk, others=[Customer.objects.get(key="C-0").pk], by=owner)
    pair = Pair.objects.create(one=one, two=other, weight=7.5, signs=[["phone", 9.0], ["birthday", -1.5]])
    erasure = Erasure.objects.create(customer=10**6, digest=digest_of("gone"), reason="asked", asked_by=owner)
    ErasedKey.objects.create(digest=digest_of("gone"), erasure=erasure)
    given = assign(customers=[third.pk], to=owner, by=owner)
    assert given is not None
    return {
        "key": "C-1", "label": "hobby", "code": "retail", "run": "x", "made": "x", "classification": "pyramid",
        "job_id": enqueue(kind="insight.run", payload={}, started_by=colleague).pk, "user_id": colleague.pk,
        "team_id": Team.objects.create(name="East").pk,
        "role_id": Role.objects.create(code="gone", names={"en": "Gone"}).pk,
        "section_id": facts.pk, "field_id": field.pk, "entry_id": entry.pk,
        "link_id": link(customer=one, other=other, role="friend", by=colleague).pk,
        "act_id": begin_act(field="kind", value="person", by=colleague).pk,
        "tag_id": Tag.objects.create(name="VIP").pk, "touch_id": touch.pk, "file_id": touch.attachments.get().pk,
        "merge_id": merged.pk, "pair_id": pair.pk, "erasure_id": erasure.pk,
        "assignment_id": given.pk, "view_id": save_view(owner=owner, name="mine", query="").pk,
        "token_id": make(user=owner, name="other", scopes=["jobs:read"], days=1, by=owner)[0].pk,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def calls_enough(settings: Any) -> None:
    settings.SHUKE_API_CALLS_A_MINUTE = settings.SHUKE_API_STRANGERS_A_MINUTE = 10**6


def _caller(user: User, scopes: Any = SCOPES) -> Callable[..., Any]:
    secret = make(user=user, name="test", scopes=scopes, days=1, by=user)[1]

    def call(method: str, path: str, body: Any = None, **headers: str) -> Any:
        raw = b"" if body is None else json.dumps(body).encode()
        address = path if path.startswith("/api/") else "/api/v1" + path
        named = {"Authorization": f"Bearer {secret}", "Accept-Language": "en", **headers}
        return Client().generic(method, address, raw, "application/json", headers=named)

    return call


@pytest.fixture
def caller() -> Callable[..., Any]:
    """Calls with a token of a user: `caller(owner)("GET", "/me")`."""
    return _caller


@pytest.fixture
def call(owner: User) -> Callable[..., Any]:
    """Calls with a token of the owner."""
    return _caller(owner)
