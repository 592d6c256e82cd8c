"""A card is made and edited: whole, or one value in place; its logs, links and history."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuke.crm.customers import cards, duplicates, reads_of_cards, writes_of_cards
from shuke.crm.customers import reads as customers
from shuke.crm.customers.asked import asked
from shuke.crm.customers.errors import NoSuchCustomer, RefusedKey
from shuke.crm.customers.fields import BUILT_IN
from shuke.crm.customers.forms import CardForm, EntryForm, NewCustomerForm
from shuke.crm.customers.models import Change, Customer, Entry, Field, Section
from shuke.crm.customers.writes_of_cards import Saved
from shuke.crm.people.models import User
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.people.rights import Act
from shuke.crm.words import here
from shuke.ui import language
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast

_GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
_CHANGES_A_PAGE = 50
_FOUND = 8


@_GET_OR_POST
@needs("tag")
def new(request: HttpRequest) -> HttpResponse:
    """A new customer; whoever may be the same is shown first."""
    viewer = viewer_of(request)
    fields = [field for field in reads_of_cards.editable(viewer) if field.code in BUILT_IN or field.is_required]
    form = NewCustomerForm(fields, request.POST or None, viewer=viewer)
    form.order_fields(["name", "kind", "phone", "email", "key"])
    alike = _alike(request, form) if form.is_bound and form.is_valid() else []
    if form.is_bound and form.is_valid() and (not alike or "anyway" in request.POST):
        values = {code: value for code, value in form.values.items() if code not in BUILT_IN}
        own = {code: str(form.cleaned_data.get(code) or "") for code in BUILT_IN}
        try:
            made = writes_of_cards.create_card(by=viewer, key=form.cleaned_data["key"], values=values, **own)  # type: ignore[arg-type]
        except RefusedKey as reason:
            form.add_error("key", reason.told(language.active()))
        else:
            toast(request, here("cards.new.done", name=made.display_name))
            return HttpResponseRedirect(_card_url(made))
    shown = {"form": form, "alike": alike, "trail": _trail()}
    return render(request, "customers/new.html", shown, status=422 if form.is_bound else 200)


def _alike(request: HttpRequest, form: NewCustomerForm) -> list[dict[str, Any]]:
    given = form.cleaned_data
    entered = duplicates.Entered(
        given.get("name") or "", given.get("phone") or "", given.get("email") or "",
        {code: value for code, value in form.values.items() if value is not None},
    )  # fmt: skip
    return [
        {
            "customer": one.customer,
            "signs": here("cards.and").join(here(f"cards.sign.{sign}") for sign in one.signs),
        }
        for one in duplicates.likely(viewer_of(request), entered)
    ]


@_GET_OR_POST
@needs("tag")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The whole card in one form; also what a value leads to without script."""
    viewer, customer = viewer_of(request), _customer(request, key, "write")
    if (merged := _merged_meanwhile(request, key, customer)) is not None:
        return merged
    fields = reads_of_cards.editable(viewer)
    form = CardForm(fields, request.POST or None, customer, viewer=viewer)
    seen, clashes = writes_of_cards.version_of(customer.pk), []
    if form.is_bound and form.is_valid():
        wanted = {code: value for code, value in form.values.items() if not _gave_way(request, code)}
        saved = writes_of_cards.change(customer=customer.pk, values=wanted, by=viewer, seen=_seen(request))
        if not saved.conflicts:
            _tell(request, customer, saved)
            return HttpResponseRedirect(_card_url(customer))
        customer = _customer(request, key, "write")
        clashes, seen = _clashes(viewer, saved, fields), saved.version
        form = form.redrawn(dict.fromkeys(saved.mine), customer)
    elif form.is_bound:
        seen = _seen(request)
    shown = {
        "form": form, "groups": _grouped(viewer, form), "seen": seen, "clashes": clashes, "customer": customer,
        "trail": _trail(customer),
    }  # fmt: skip
    return render(request, "customers/edit.html", shown, status=422 if form.is_bound else 200)


def _grouped(viewer: Any, form: CardForm) -> list[dict[str, Any]]:
    """The form's fields by section, as the card has them."""
    parts = [part for part in reads_of_cards.layout(viewer) if not part.section.repeats and part.fields]
    groups = [{"title": here("cards.contacts"), "fields": [form[code] for code in BUILT_IN]}]
    return groups + [
        {"title": part.section.label, "fields": [form[field.code] for field in part.fields]} for part in parts
    ]


@_GET_OR_POST
@needs("tag")
def value(request: HttpRequest, key: str, code: str) -> HttpResponse:
    """One value on the card: its form, the value again (`?as=text`), or the value once saved."""
    viewer, customer = viewer_of(request), _customer(request, key, "write")
    if (merged := _merged_meanwhile(request, key, customer)) is not None:
        return merged
    field = reads_of_cards.field_named(viewer, code)
    if field is None:
        raise Http404
    if not getattr(request, "htmx", False):
        return HttpResponseRedirect(reverse("customers:edit", args=[customer.key]) + f"#id_{code}")
    if request.method != "POST":
        if request.GET.get("as") == "text":
            return _cell(request, field, customer)
        return _value_form(request, field, customer, CardForm([field], None, customer, viewer=viewer))
    if _gave_way(request, code):
        return _cell(request, field, customer)
    form = CardForm([field], request.POST, customer, viewer=viewer)
    if not form.is_valid():
        return _value_form(request, field, customer, form, seen=_seen(request))
    saved = writes_of_cards.change(customer=customer.pk, values=form.values, by=viewer, seen=_seen(request))
    customer = _customer(request, key, "write")
    if saved.conflicts:
        clashes = _clashes(viewer, saved, [field])
        return _value_form(request, field, customer, form, seen=saved.version, clashes=clashes)
    _tell(request, customer, saved)
    return _cell(request, field, customer)


def _cell(request: HttpRequest, field: Field, customer: Customer) -> HttpResponse:
    cell = cards.cell(viewer_of(request), field, customer, True)
    return render(request, "customers/_cell.html", {"cell": cell, "swapped": True})


def _value_form(
    request: HttpRequest, field: Field, customer: Customer, form: CardForm, *,
    seen: int | None = None, clashes: list[cards.Clash] | None = None,
) -> HttpResponse:  # fmt: skip
    shown = {
        "cell": cards.cell(viewer_of(request), field, customer, True), "bound": form[field.code],
        "clashes": clashes or [],
        "seen": writes_of_cards.version_of(customer.pk) if seen is None else seen,
    }  # fmt: skip
    return render(request, "customers/_value_form.html", shown, status=422 if form.is_bound else 200)


def _clashes(viewer: User, saved: Saved, fields: list[Field]) -> list[cards.Clash]:
    known = {field.code: field for field in fields}
    return [cards.clash(viewer, conflict, known[conflict.code]) for conflict in saved.conflicts]


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _gave_way(request: HttpRequest, code: str) -> bool:
    """Whether the user chose what the other wrote."""
    return request.POST.get(f"choice.{code}") == "theirs"


def _tell(request: HttpRequest, customer: Customer, saved: Saved) -> None:
    """What was saved, with a way back."""
    if len(saved.changed) == 1:
        undo = reverse("customers:undo_change", args=[saved.version])
        toast(request, here("cards.edit.done", name=customer.display_name), undo_url=undo)
    elif saved.changed:
        toast(request, here("cards.edit.done", name=customer.display_name))


@require_POST
@needs("tag")
def undo_change(request: HttpRequest, change_id: int) -> HttpResponse:
    """Put one value back, unless somebody changed it again."""
    viewer = viewer_of(request)
    row = get_object_or_404(Change.objects.select_related("customer"), pk=change_id, by=viewer)
    customer = _customer(request, row.customer.key, "write")
    known = row.field in BUILT_IN or reads_of_cards.field_named(viewer, row.field) is not None
    if known and writes_of_cards.value_of(customer, row.field) == row.after:
        writes_of_cards.change(customer=customer.pk, values={row.field: row.before}, by=viewer)
        toast(request, here("cards.edit.undone", name=customer.display_name), tone="info")
    else:
        toast(request, here("cards.edit.not_undone"), tone="warning")
    return HttpResponseRedirect(_card_url(customer))


@_GET_OR_POST
@needs("tag")
def add_entry(request: HttpRequest, key: str, section: str) -> HttpResponse:
    """A new entry of a section that repeats."""
    customer = _customer(request, key, "write")
    found = get_object_or_404(Section, code=section, repeats=True, is_archived=False)
    return _entry_page(request, customer, found, None)


@_GET_OR_POST
@needs("tag")
def edit_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Change an entry."""
    entry = _entry(request, entry_id)
    return _entry_page(request, entry.customer, entry.section, entry)


@require_POST
@needs("tag")
def remove_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Remove an entry; the history keeps it."""
    entry = _entry(request, entry_id)
    writes_of_cards.remove_entry(entry=entry, by=viewer_of(request))
    toast(request, here("cards.entry.removed", section=entry.section.label), tone="info")
    return HttpResponseRedirect(_card_url(entry.customer))


def _entry(request: HttpRequest, pk: int) -> Entry:
    try:
        return reads_of_cards.entry(viewer_of(request), pk, "write")
    except NoSuchCustomer as reason:
        raise Http404 from reason


def _entry_page(request: HttpRequest, customer: Customer, section: Section, entry: Entry | None) -> HttpResponse:
    fields = list(section.fields.filter(is_archived=False))
    kept = entry.values if entry else None
    form = EntryForm(fields, request.POST or None, kept, viewer=viewer_of(request))
    form.initial["on"] = entry.on.isoformat() if entry and entry.on else ""
    if form.is_bound and form.is_valid():
        on = form.cleaned_data["on"]
        writes_of_cards.write_entry(
            customer=customer, section=section, values=form.values, on=date.fromisoformat(on) if on else None,
            by=viewer_of(request), entry=entry,
        )  # fmt: skip
        toast(request, here("cards.entry.saved", section=section.label))
        return HttpResponseRedirect(_card_url(customer))
    shown = {"form": form, "section": section, "entry": entry, "customer": customer, "trail": _trail(customer)}
    return render(request, "customers/entry.html", shown, status=422 if form.is_bound else 200)


@require_POST
@needs("tag")
def set_trait(request: HttpRequest, key: str) -> HttpResponse:
    """Something known for which there is no field."""
    customer = _customer(request, key, "write")
    label, text = (" ".join(request.POST.get(name, "").split()) for name in ("label", "value"))
    if not 1 <= len(label) <= 40 or len(text) > 200:
        toast(request, here("cards.trait.refused"), tone="error")
    else:
        writes_of_cards.set_trait(customer=customer.pk, label=label, value=text, by=viewer_of(request))
        toast(request, here("cards.trait.saved" if text else "cards.trait.removed", label=label))
    return HttpResponseRedirect(_card_url(customer))


@require_safe
@needs("see")
def history(request: HttpRequest, key: str) -> HttpResponse:
    """Every change of the card."""
    viewer, customer = viewer_of(request), _customer(request, key)
    page = Paginator(reads_of_cards.changes(viewer, customer), _CHANGES_A_PAGE).get_page(request.GET.get("page"))
    shown = {
        "customer": customer, "page": page, "changes": cards.told(viewer, list(page.object_list)),
        "trail": _trail(customer),
    }  # fmt: skip
    return render(request, "customers/history.html", shown)


@require_safe
@needs("see")
def find(request: HttpRequest) -> HttpResponse:
    """Customers for a box that takes one: options of its list."""
    found = customers.found(viewer_of(request), request.GET.get("q", "")[:80], _FOUND)
    return render(request, "customers/_found.html", {"found": found})


def _customer(request: HttpRequest, key: str, act: Act = "read") -> Customer:
    return asked(request, key, act)[1]


def _merged_meanwhile(request: HttpRequest, key: str, customer: Customer) -> HttpResponse | None:
    """Where a form comes from a card that was merged since: it shows that card's values, so nothing is written."""
    if customer.key == key or request.method != "POST":
        return None
    told = here("merging.meanwhile", customer=key, name=customer.display_name, into=customer.key)
    toast(request, told, tone="warning")
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": _card_url(customer)})
    return HttpResponseRedirect(_card_url(customer))


def _card_url(customer: Customer) -> str:
    return reverse("customers:card", args=[customer.key])


def _trail(customer: Customer | None = None) -> list[Crumb]:
    trail = [Crumb(here("customers.title"), reverse("customers:list"))]
    return [*trail, Crumb(customer.display_name, _card_url(customer))] if customer else trail
