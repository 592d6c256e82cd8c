"""A world that the API is walked through: one of everything, and the ids that paths are filled with."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from shuke.crm.customers.assigning import assign
from shuke.crm.customers.links import link
from shuke.crm.customers.models import Customer, Tag
from shuke.crm.customers.writes import Card, keep, save_view
from shuke.crm.customers.writes_of_cards import begin_act, write_entry
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.jobs.writes import enqueue
from shuke.crm.people.models import Role, Team, User
from shuke.crm.people.tokens import make
from shuke.crm.timeline.files import Brought
from shuke.crm.timeline.writes import Said, add


@pytest.fixture
def parts(owner: User, colleague: User) -> dict[str, Any]:
    """What stands in the paths of operations. The customers are the colleague's, and so are the acts."""
    keep(cards=[Card("C-1", name="王芳", phone="13800138000"), Card("C-2", name="李雷"), Card("C-3")])
    Customer.objects.update(owner=colleague)
    one, other, third = Customer.objects.order_by("key")
    log = add_section(labels={"en": "Log"}, repeats=True, code="log")
    facts = add_section(labels={"en": "Facts"}, code="facts")
    add_field(section=log, type="text", labels={"en": "Said"}, code="said")
    field = add_field(section=facts, type="money", labels={"en": "Budget"}, code="budget")
    entry = write_entry(customer=one, section=log, values={"said": "hello"}, on=None, by=colleague)
    said = Said("call", timezone.now(), text="@manager 请看报价")
    touch = add(customer=one, by=colleague, said=said, brought=[Brought("offer.txt", [b"100"])])
    given = assign(customers=[third.pk], to=owner, by=owner)
    assert given is not None
    return {
        "key": "C-1", "label": "hobby", "code": "retail", "run": "x", "made": "x",
        "job_id": enqueue(kind="insight.run", payload={}, started_by=colleague).pk, "user_id": colleague.pk,
        "team_id": Team.objects.create(name="East").pk,
        "role_id": Role.objects.create(code="gone", names={"en": "Gone"}).pk,
        "section_id": facts.pk, "field_id": field.pk, "entry_id": entry.pk,
        "link_id": link(customer=one, other=other, role="friend", by=colleague).pk,
        "act_id": begin_act(field="kind", value="person", by=colleague).pk,
        "tag_id": Tag.objects.create(name="VIP").pk, "touch_id": touch.pk, "file_id": touch.attachments.get().pk,
        "assignment_id": given.pk, "view_id": save_view(owner=owner, name="mine", query="").pk,
        "token_id": make(user=owner, name="other", scopes=["jobs:read"], days=1, by=owner)[0].pk,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def calls_enough(settings: Any) -> None:
    settings.SHUKE_API_CALLS_A_MINUTE = settings.SHUKE_API_STRANGERS_A_MINUTE = 10**6
