"""The timeline keeps to the customer's reach, is noted in the audit, and goes when the customer is erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shuke.crm.customers import writes as customers
from shuke.crm.customers.models import Change, Customer
from shuke.crm.customers.writes_of_cards import change, write_entry
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.people.models import AuditEntry, AuditValues, Role, User
from shuke.crm.timeline import reads, writes
from shuke.crm.timeline.entries import Place, entry, listing
from shuke.crm.timeline.files import Brought
from shuke.crm.timeline.models import Attachment, Booking, LastTouch, Mention, Touch
from shuke.crm.timeline.writes import Said

Adds = Callable[..., Touch]
Visit = Callable[[User], Client]
CARD = frozenset({"card"})


def test_who_cannot_read_the_customer_finds_nothing_of_the_timeline(
    touched: Adds, customer: Customer, stranger: User, colleague: User, as_user: Visit
) -> None:
    touch = touched("call", text="@stranger 请看", brought=[Brought("offer.txt", [b"100"])])
    assert reads.touch(stranger, touch.pk) is None
    assert reads.attachment(stranger, touch.attachments.get().pk) is None
    assert (list(reads.mentions(stranger)), reads.unseen(stranger)) == ([], 0)
    assert reads.last_touch(stranger, customer) is None
    assert reads.writers(stranger, customer) == []
    Customer.objects.filter(pk=customer.pk).update(owner=stranger)
    assert reads.unseen(stranger) == 1, "once the customer is the stranger's, what names them is there"
    assert reads.touch(stranger, touch.pk) == touch


def test_who_reads_but_may_not_change_the_customer_adds_nothing(
    touched: Adds, customer: Customer, colleague: User, as_user: Visit
) -> None:
    touch = touched("call")
    scopes = {"customers": {"read": "all", "write": "own"}}
    Role.objects.create(code="clerk", rights=["see", "tag"], scopes=scopes)
    User.objects.filter(pk=colleague.pk).update(role="clerk")
    browser = as_user(User.objects.get(pk=colleague.pk))
    page = browser.get(reverse("timeline:show", args=[customer.key]))
    assert page.status_code == 200
    assert reverse("timeline:add", args=[customer.key]) not in page.content.decode()
    assert reverse("timeline:delete", args=[touch.pk]) not in page.content.decode()
    answers = [
        browser.post(reverse("timeline:add", args=[customer.key]), {"kind": "note", "text": "x"}),
        browser.get(reverse("timeline:edit", args=[touch.pk])),
        browser.post(reverse("timeline:delete", args=[touch.pk])),
        browser.post(reverse("timeline:restore", args=[touch.pk])),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert list(Touch.objects.values_list("deleted_at", flat=True)) == [None]


def test_every_act_on_a_touch_is_noted_under_its_customer(
    touched: Adds, customer: Customer, colleague: User, as_user: Visit
) -> None:
    touch = touched("call", brought=[Brought("offer.txt", [b"100"])])
    writes.change(touch=touch, by=colleague, said=Said("call", touch.at, text="改了", minutes=3))
    writes.delete(touch=touch, by=colleague)
    writes.restore(touch=touch, by=colleague)
    sent = as_user(colleague).get(reverse("timeline:file", args=[touch.attachments.get().pk]))
    assert b"".join(sent) == b"100"
    noted = AuditEntry.objects.filter(kind="customer", record=str(customer.pk)).order_by("pk")
    acts = ["touch_added", "touch_changed", "touch_deleted", "touch_restored", "file_taken"]
    assert list(noted.values_list("act", flat=True)) == acts
    assert {one.by for one in noted} == {colleague}
    assert noted[1].kept.values == {"text": ["谈过", "改了"], "minutes": ["0", "3"]}


def test_erasing_a_customer_takes_touches_files_history_and_values(
    touched: Adds, customer: Customer, colleague: User, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    touch = touched("call", text="@stranger 谈过", brought=[Brought("offer.txt", [b"100"])])
    path = touch.attachments.get().path
    section = add_section(labels={"en": "Log"}, repeats=True)
    add_field(section=section, type="text", labels={"en": "Said"}, code="said")
    write_entry(customer=customer, section=section, values={"said": "x"}, on=None, by=colleague)
    change(customer=customer.pk, values={"name": "王芳"}, by=colleague)
    assert path.is_file()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        assert customers.forget(keys=[customer.key], by=None) == 1
    assert not path.exists()
    for model in (Touch, Attachment, Mention, LastTouch, Booking, Change):
        assert model.objects.count() == 0, model
    assert AuditValues.objects.filter(entry__kind="customer").count() == 0
    assert AuditEntry.objects.filter(kind="customer", act="customer_erased").count() == 1


def test_fields_changed_within_an_hour_are_one_entry_and_all_else_one_each(
    customer: Customer, colleague: User, manager: User
) -> None:
    for name in ("王", "王芳", "王小芳"):
        change(customer=customer.pk, values={"name": name}, by=colleague)
    change(customer=customer.pk, values={"kind": "household"}, by=manager)
    customers.tag(customers=[customer.pk], name="VIP", by=colleague)
    customers.untag(customers=[customer.pk], name="VIP", by=colleague)
    start = timezone.now().replace(minute=10, second=0, microsecond=0) - timedelta(days=3)
    for place, row in enumerate(Change.objects.order_by("pk")):
        Change.objects.filter(pk=row.pk).update(at=start + timedelta(minutes=place))
    Customer.objects.filter(pk=customer.pk).update(created_at=start - timedelta(days=1))
    customer.refresh_from_db()
    whole = listing(colleague, customer, kinds=CARD).entries
    assert [len(one.lines) for one in whole] == [0, 0, 0, 3, 0]
    assert whole[3].lines[0][0].endswith("王小芳")
    found = []
    before = None
    for _ in whole:
        page = listing(colleague, customer, kinds=CARD, size=1, before=before)
        found += page.entries
        before = Place.read(page.more)
    assert found == whole
    for one in whole:
        assert entry(colleague, customer, one.code)[0] == one  # type: ignore[index]


def test_a_fold_is_not_cut_by_the_place_where_a_page_begins(customer: Customer, colleague: User) -> None:
    for name in ("王", "王芳", "王小芳"):
        change(customer=customer.pk, values={"name": name}, by=colleague)
    rows = list(Change.objects.order_by("pk"))
    start = timezone.now().replace(minute=10, second=0, microsecond=0) - timedelta(days=3)
    for place, row in enumerate(rows):
        Change.objects.filter(pk=row.pk).update(at=start + timedelta(minutes=10 * place))
    inside = Place(start + timedelta(minutes=15), 0, 0)
    listed = listing(colleague, customer, kinds=CARD, before=inside).entries
    assert [one.number for one in listed] == [], "its newest change stands after that place"
