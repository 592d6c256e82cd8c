"""What cards, tags, links, history, consents, audit and the traces of lists and jobs hold on a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from json import dumps
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from shuke.crm.customers import fields as types
from shuke.crm.customers.labels import in_language
from shuke.crm.customers.models import Alias, Change, Customer, CustomerTag, Entry, Export, Field, Link, SavedView
from shuke.crm.jobs.models import Job
from shuke.crm.jobs.writes import rewrite
from shuke.crm.people import audit
from shuke.crm.people.calls import forget_answers
from shuke.crm.people.models import AuditEntry, AuditValues, User
from shuke.crm.privacy.holdings import Holding, Person, Rows, names, shown, without
from shuke.crm.privacy.models import Statement

_AT_ONCE = 2_000
_OF_JOB = ("payload", "result", "error", "error_figures")


def _customer(person: Person) -> Customer:
    return Customer.objects.select_related("owner").get(pk=person.number)


def _card(viewer: User, person: Person) -> Rows:
    customer = _customer(person)
    said = _labelled(customer.values, _fields(), viewer)
    told = {name: getattr(customer, name) for name in ("key", "name", "kind", "phone", "email")}
    owner = shown(customer.owner)
    times = {"created_at": customer.created_at, "updated_at": customer.updated_at}
    search = {name: getattr(customer, name) for name in ("sort_name", "search_text", "search_phone")}
    return [{**told, "owner": owner, "fields": said, "traits": customer.traits, **times, "search": search}]


def _fields() -> dict[str, Field]:
    return {field.code: field for field in Field.objects.all()}


def _labelled(values: Mapping[str, Any], known: Mapping[str, Field], viewer: User) -> dict[str, str]:
    """Values under the labels of their fields; under a label that several have, each with its code beside it."""
    labels = {code: in_language(known[code].labels) or code for code in values if code in known}
    count = Counter(labels.values())
    return {
        label if count[label] == 1 else f"{label} ({code})": types.file_text(known[code], values[code], viewer)
        for code, label in labels.items()
    }


def _one(_: Person) -> int:
    return 1


def _tags(_: User, person: Person) -> Rows:
    rows = CustomerTag.objects.filter(customer=person.number).select_related("tag", "tagged_by")
    return [
        {"tag": one.tag.name, "origin": one.origin, "by": shown(one.tagged_by), "at": one.tagged_at} for one in rows
    ]


def _entries(viewer: User, person: Person) -> Rows:
    rows = Entry.objects.filter(customer=person.number).select_related("section", "written_by")
    known = _fields()
    return [
        {
            "section": one.section.label,
            "on": one.on,
            "by": shown(one.written_by),
            "values": _labelled(one.values, known, viewer),
        }
        for one in rows
    ]


def _linked(person: Person) -> QuerySet[Link]:
    return Link.objects.filter(Q(customer=person.number) | Q(other=person.number)).select_related("linked_by")


def _links(_: User, person: Person) -> Rows:
    """With whom is the other's to give away: only what kind of link, and since when."""
    return [{"kind": one.kind, "by": shown(one.linked_by), "at": one.linked_at} for one in _linked(person)]


def _aliases(_: User, person: Person) -> Rows:
    return list(Alias.objects.filter(customer=person.number).order_by("pk").values("key"))


def _changes(_: User, person: Person) -> Rows:
    rows = Change.objects.filter(customer=person.number).select_related("by").order_by("pk")
    told = [{name: getattr(one, name) for name in ("at", "field", "before", "after", "origin")} for one in rows]
    return [row | {"by": shown(one.by)} for row, one in zip(told, rows, strict=True)]


def _statements(_: User, person: Person) -> Rows:
    rows = Statement.objects.filter(customer=person.number).select_related("channel", "noted_by")
    told = ("on", "purpose", "state", "source", "evidence", "noted_at")
    return [
        {"channel": one.channel.code, **{name: getattr(one, name) for name in told}, "by": shown(one.noted_by)}
        for one in rows
    ]


def _noted(person: Person) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(kind="customer", record=str(person.number))


def _audit(_: User, person: Person) -> Rows:
    rows = _noted(person).select_related("by", "kept").order_by("pk")
    return [
        {"at": one.at, "act": one.act, "by": shown(one.by), "fields": one.fields, "values": _values(one)}
        for one in rows
    ]


def _values(entry: AuditEntry) -> Mapping[str, Any]:
    kept = getattr(entry, "kept", None)
    return kept.values if kept else {}


def _counts(model: Any) -> Any:
    return lambda person: model.objects.filter(customer=person.number).count()


CARD = Holding("card", ("customers.Customer",), _one, _card)
TAGS = Holding("tags", ("customers.CustomerTag",), _counts(CustomerTag), _tags)
ALIASES = Holding("aliases", ("customers.Alias",), _counts(Alias), _aliases)
ENTRIES = Holding("entries", ("customers.Entry",), _counts(Entry), _entries)
LINKS = Holding("links", ("customers.Link",), lambda person: _linked(person).count(), _links)
CHANGES = Holding("changes", ("customers.Change",), _counts(Change), _changes)
CONSENTS = Holding("consents", ("privacy.Statement", "privacy.Standing"), _counts(Statement), _statements)
AUDIT = Holding("audit", ("people.AuditEntry",), lambda person: _noted(person).count(), _audit)


# --- traces: addresses of lists that were saved, exported or worked on, and what jobs and the audit noted -------------


def _naming(person: Person) -> tuple[list[SavedView], list[int], list[Job]]:
    """Saved views, exports (by id) and jobs that name the person."""
    views = [view for view in SavedView.objects.all() if names(person, view.query) or names(person, view.name)]
    queries = Export.objects.exclude(query="").values_list("pk", "query")
    exports = [pk for pk, query in queries if names(person, query)]
    jobs = [job for job in Job.objects.only(*_OF_JOB).iterator(_AT_ONCE) if names_in(person, _told_by(job))]
    return views, exports, jobs


def _told_by(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in _OF_JOB}


def names_in(person: Person, value: Any) -> bool:
    """Whether anything in this JSON names the person."""
    return bool(without(person, value) != value)


def _sweep_traces(person: Person) -> None:
    """Idempotent: what was swept names nobody any more."""
    views, exports, jobs = _naming(person)
    audit.clear_values(kind="view", records=[view.pk for view in views])
    SavedView.objects.filter(pk__in=[view.pk for view in views]).delete()
    Export.objects.filter(pk__in=exports).update(query="")
    for job in jobs:
        rewrite(job=job, told=without(person, _told_by(job)))
    forget_answers([person.number])  # those too that were given while the records went
    named = {kept.pk for kept in _values_with(person) if names_in(person, kept.values)}
    AuditValues.objects.filter(pk__in=named).delete()


def _values_with(person: Person) -> Iterator[AuditValues]:
    """Values in which a mark stands as text, as the database keeps JSON; whether they truly name the person is not
    said."""
    texts = [*person.marks]
    if connection.vendor == "sqlite":
        texts += [dumps(mark)[1:-1] for mark in person.marks]  # as \\uXXXX
    found = AuditValues.objects.annotate(text=Cast("values", TextField()))
    for text in dict.fromkeys(texts):
        yield from found.filter(text__contains=text).iterator(_AT_ONCE)


def _traces(person: Person) -> int:
    return sum(len(found) for found in _naming(person))


TRACES = Holding("traces", (), _traces, sweep=_sweep_traces)
