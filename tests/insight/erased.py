"""A business in a process of its own, of which one customer is erased: `python erased.py live|erase|take_out WHAT`.

`live` makes the business and lives in it for a while, so that the customer leaves traces wherever there can be any;
`erase` erases the customer as a user does. `take_out` does so without one of the erasers, holdings or steps: the traces
that are left show what it is for.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db.backends.signals import connection_created  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from shuke.crm.customers import search_table  # noqa: E402
from shuke.crm.customers import writes as customers  # noqa: E402
from shuke.crm.customers.links import link  # noqa: E402
from shuke.crm.customers.models import Customer  # noqa: E402
from shuke.crm.customers.writes_of_cards import begin_act, change, do_act, write_entry  # noqa: E402
from shuke.crm.customers.writes_of_fields import add_field, add_section  # noqa: E402
from shuke.crm.jobs import worker  # noqa: E402
from shuke.crm.jobs.models import Job  # noqa: E402
from shuke.crm.people import audit  # noqa: E402
from shuke.crm.people.models import User  # noqa: E402
from shuke.crm.people.writes import add_user  # noqa: E402
from shuke.crm.privacy import erasing, storage  # noqa: E402
from shuke.crm.privacy.models import Channel, Erasure  # noqa: E402
from shuke.crm.privacy.writes import Said as Consent  # noqa: E402
from shuke.crm.privacy.writes import note  # noqa: E402
from shuke.crm.scores import bulk  # noqa: E402
from shuke.crm.timeline import files  # noqa: E402
from shuke.crm.timeline import writes as timeline  # noqa: E402
from shuke.crm.timeline.files import Brought  # noqa: E402
from shuke.crm.timeline.writes import Said  # noqa: E402
from shuke.insight.cycles import Parameters  # noqa: E402
from shuke.insight.models import Upload  # noqa: E402
from shuke.insight.writes import bring, start_import, start_run  # noqa: E402

# Some builds of SQLite write over what is deleted, others do not: here as by those that do not.
connection_created.connect(
    lambda connection, **_: connection.vendor == "sqlite" and connection.cursor().execute("PRAGMA secure_delete=OFF"),
    weak=False,
)

KEY, NAME, OLD_NAME = "KX-77310-椿", "欧阳椿萱", "欧阳旧名讳"
PHONE, OLD_PHONE, SECOND = "13977712345", "13966654321", "13955598765"
EMAIL, WORD = "chunxuan.ouyang@example.org", "zqneedle"


def orders() -> str:
    """40 customers, of whom ours buys often, then stays away; three of ours nobody can use."""
    lines = ["客户编号,姓名,购买日期,金额,订单号,类目"]
    for number in range(40):
        for visit in range(1 + number % 9):
            day = f"2024-{1 + visit:02d}-{1 + number % 28:02d}"
            lines.append(f"c{number:02d},顾客{number},{day},{10 + number}.50,o{number}-{visit},茶叶")
    lines += [f"{KEY},{NAME},2024-0{1 + n % 6}-0{1 + n % 9},980.00,{WORD}-order-{n},茶叶" for n in range(12)]
    return "\n".join([*lines, *[f"{KEY},{NAME},昨天,5,{WORD}-bad-{n},茶叶" for n in range(3)], ""])


def due() -> None:
    """All but the cleaning of timelines, which asks for itself again."""
    Job.objects.filter(state="queued").exclude(kind="timeline.clean").update(run_after=timezone.now())


def work() -> None:
    due()
    while (job := worker.run_next(worker="tests/1")) is not None:
        if job.state != "done":
            sys.exit(f"{job.kind} {job.state}: {job.error}")
        due()


def browser() -> Client:
    found = Client(SERVER_NAME="localhost")
    found.force_login(User.objects.get(username="owner"))
    return found


def live() -> None:
    call_command("migrate", verbosity=0)
    owner = add_user(username="owner", password="owner-has-a-password", name="陈老板", role="owner")
    upload = bring(name="订单.csv", pieces=[orders().encode("gb18030")], by=owner)
    start_import(upload=upload, by=owner, language="zh-hans")
    start_run(parameters=Parameters(as_of="2024-06-30", margin_rate=0.3, model="bg_nbd"), by=owner, run_id="run-june")
    start_run(parameters=Parameters(margin_rate=0.3, model="bg_nbd"), by=owner, run_id="run-year")
    work()
    bring(name="waiting.csv", pieces=[f"客户,日期,金额\n{NAME},2024-01-01,5\n".encode("utf-16")], by=owner)
    customer = Customer.objects.get(key=KEY)
    other = Customer.objects.get(key="c01")
    _card(customer, other, owner)
    _timeline(customer, owner)
    _lists(customer, owner)
    work()


def _card(customer: Customer, other: Customer, by: User) -> None:
    once, log = (
        add_section(labels={"en": "More"}, code="more"),
        add_section(labels={"en": "Log"}, repeats=True, code="log"),
    )
    add_field(section=once, type="text", labels={"en": "Nickname"}, code="nickname", is_searchable=True)
    add_field(section=once, type="phone", labels={"en": "Second"}, code="second")
    add_field(section=once, type="customer", labels={"en": "Adviser"}, code="adviser")
    add_field(section=log, type="text", labels={"en": "Said"}, code="said")
    change(customer=customer.pk, values={"name": OLD_NAME, "phone": OLD_PHONE}, by=by)
    values = {"name": NAME, "phone": PHONE, "email": EMAIL, "nickname": f"{WORD}-nick", "second": SECOND}
    change(customer=customer.pk, values=values, by=by)
    change(customer=other.pk, values={"adviser": customer.pk}, by=by)
    write_entry(customer=customer, section=log, values={"said": f"{WORD}-entry"}, on=None, by=by)
    customers.keep(
        cards=[customers.Card(KEY, traits={"爱好": customers.Trait(f"{WORD}-trait", "hand", date(2024, 1, 1))})]
    )
    customers.tag(customers=[customer.pk], name=f"{WORD}-tag", by=by)
    customers.tag(customers=[customer.pk], name=f"{WORD}-off", by=by)
    customers.untag(customers=[customer.pk], name=f"{WORD}-off", by=by)
    link(customer=customer, other=other, role="friend", by=by)
    act = begin_act(field="nickname", value=f"{WORD}-bulk", by=by)
    do_act(act=act, customers=[customer.pk])
    said = Consent(Channel.objects.get(code="email"), "given", "form", date(2024, 1, 2), evidence=f"{WORD}-evidence")
    note(customers=[customer.pk], said=said, by=by)


def _timeline(customer: Customer, by: User) -> None:
    note_ = Said("call", timezone.now(), text=f"{WORD}-note {NAME} @owner", minutes=12)
    file = Brought(f"{WORD}-offer.txt", [f"{WORD}-content {PHONE}".encode()])
    timeline.add(customer=customer, by=by, said=note_, brought=[file])
    second = timeline.add(customer=customer, by=by, said=Said("visit", timezone.now(), text=f"{WORD}-gone", minutes=3))
    timeline.change(touch=second, by=by, said=Said("visit", second.at, text=f"{WORD}-changed", minutes=4))
    timeline.delete(touch=second, by=by)


def _lists(customer: Customer, by: User) -> None:
    """What a user does with lists and pages."""
    page = browser()
    for address in (f"/customers/?q={NAME}", f"/customers/{KEY}/", f"/palette/?q={PHONE[-4:]}"):
        assert page.get(address).status_code == 200, address
    assert page.post(f"/customers/-/views/?q={NAME}", {"name": f"{WORD}-view"}).status_code == 302
    b"".join(page.post(f"/customers/-/export/?q={NAME}").streaming_content)  # type: ignore[attr-defined]
    page.post(f"/customers/-/reveal/{KEY}/", {"field": "phone"})
    b"".join(page.post(f"/customers/{KEY}/all-data/").streaming_content)  # type: ignore[attr-defined]
    act = begin_act(field="kind", value="person", by=by)
    bulk.ask(act, address=f"?q={NAME}", by=by)
    Job.objects.create(kind="insight.run", state="failed", error=f"no rows of {KEY}", error_figures={"name": NAME})
    audit.note("configured", by=by, kind="configuration", record=1, values={"label": f"for {EMAIL}"})


def erase() -> None:
    asked = {"reason": "asked", "reference": "2026-17", "purchases": "keep", "typed": NAME}
    answer = browser().post(f"/customers/{KEY}/erase/", asked)
    if answer.status_code != 302:
        sys.exit(answer.content.decode())
    work()
    done = Erasure.objects.get()
    if done.state != Erasure.State.DONE:
        sys.exit(f"the erasure is {done.state}")
    told = {"counts": done.counts, "customers": Customer.objects.count(), "uploads": Upload.objects.count()}
    sys.stdout.write(json.dumps(told))


def take_out(what: str) -> None:
    """Without one eraser, holding or step."""
    erasers: Any = settings.SHUKE_ERASERS
    holdings: Any = settings.SHUKE_HOLDINGS
    if what in erasers:
        erasers.remove(what)
    elif what in holdings:
        holdings.remove(what)
    elif what == "whom":
        erasing._forget_whom = lambda _: None
    elif what == "values":
        audit.clear_values = lambda **_: 0
    elif what == "tidy":
        search_table.tidy = lambda: None
    elif what == "attachments":
        files.remove = lambda _: None
    else:
        setattr(storage, what, lambda *_: None)


if __name__ == "__main__":
    if sys.argv[1] == "live":
        live()
    else:
        if sys.argv[1] == "take_out":
            take_out(sys.argv[2])
        erase()
