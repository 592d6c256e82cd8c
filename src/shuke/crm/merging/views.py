"""Cards side by side, merged, and parted again."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuke.crm.customers import duplicates
from shuke.crm.customers import reads as customers
from shuke.crm.customers.errors import NoSuchCustomer
from shuke.crm.customers.models import Customer
from shuke.crm.customers.reads_of_cards import all_fields
from shuke.crm.merging import reads, sides, writes
from shuke.crm.merging.errors import RefusedMerge
from shuke.crm.merging.forms import MergeForm, OtherForm
from shuke.crm.merging.models import Merge
from shuke.crm.merging.values import OWNER
from shuke.crm.people.models import User
from shuke.crm.people.reads import needs, viewer_of
from shuke.crm.words import here
from shuke.ui import language
from shuke.ui.asked import next_address
from shuke.ui.parts import Crumb
from shuke.ui.toasts import toast


@require_http_methods(["GET", "HEAD", "POST"])
@needs("tag")
def merge(request: HttpRequest) -> HttpResponse:
    """Two or three cards (`?card=…&card=…`) side by side; with one, the other is asked for."""
    viewer = viewer_of(request)
    try:
        cards = reads.cards(viewer, request.GET.getlist("card")[: writes.MOST])
    except NoSuchCustomer as reason:
        raise Http404(str(reason)) from reason
    if not cards:
        return HttpResponseRedirect(reverse("merging:list"))
    if len(cards) == 1 and request.method == "POST":
        return _gone(request, cards[0].key)
    if len(cards) == 1 or "other" in request.GET or "more" in request.GET:
        return _find(request, cards)
    form = MergeForm(cards, request.POST or None)
    # Read before the merge, which may be refused: then the form is valid no more, and shows what was chosen.
    survivor, chosen = (form.survivor, form.chosen) if form.is_bound and form.is_valid() else (cards[0].pk, {})
    if form.is_bound and form.is_valid():
        answer = _merge(request, form)
        if answer is not None:
            return answer
    rows = sides.rows(viewer, cards, chosen)
    shown = {
        "form": form, "cards": cards, "survivor": survivor,
        "rows": [row for row in rows if row.differs], "same": [row for row in rows if not row.differs],
        "moves": [(card, sides.moves(writes.moving([card.pk]))) for card in cards],
        "more": _address(cards, more="1") if len(cards) < writes.MOST else "", "trail": _trail(),
        "kinds": len({card.kind for card in cards}) > 1,
    }  # fmt: skip
    return render(request, "merging/merge.html", shown, status=422 if form.is_bound else 200)


def _merge(request: HttpRequest, form: MergeForm) -> HttpResponse | None:
    """The merge; None where it is refused, and the form says why."""
    others = [card.pk for card in form.cards if card.pk != form.survivor]
    try:
        done = writes.merge(survivor=form.survivor, others=others, chosen=form.chosen, by=viewer_of(request))
    except RefusedMerge as reason:
        form.add_error(None, reason.told(language.active()))
        return None
    except NoSuchCustomer:
        return _gone(request, next(card.key for card in form.cards if card.pk == form.survivor))
    told = here("merging.done", name=done.survivor.display_name)
    toast(request, told, undo_url=reverse("merging:part", args=[done.pk]))
    return HttpResponseRedirect(_card(done.survivor))


def _gone(request: HttpRequest, key: str) -> HttpResponse:
    """Merged, or erased, since the page was shown, perhaps by a second press: to the card that the key leads to now."""
    toast(request, here("merging.refused.gone"), tone="warning")
    try:
        return HttpResponseRedirect(_card(customers.customer(viewer_of(request), key)))
    except NoSuchCustomer:
        return HttpResponseRedirect(reverse("merging:list"))


def _find(request: HttpRequest, cards: Sequence[Customer]) -> HttpResponse:
    """A further card is asked for; who may be the same is offered."""
    viewer, card = viewer_of(request), cards[0]
    form = OtherForm(request.GET if "other" in request.GET else None, viewer=viewer)
    if form.is_bound and form.is_valid():
        return HttpResponseRedirect(_address(cards, other_card=form.cleaned_data["other"]))
    alike = [one for one in _alike(viewer, card) if reads.may_merge(viewer, one.customer)]
    shown = {
        "form": form, "card": card, "cards": cards, "trail": [*_trail(), Crumb(card.display_name, _card(card))],
        "alike": [
            {
                "customer": one.customer,
                "signs": here("cards.and").join(here(f"cards.sign.{sign}") for sign in one.signs),
                "href": _address(cards, other_card=one.customer.key),
            }
            for one in alike
        ],
    }  # fmt: skip
    return render(request, "merging/find.html", shown, status=422 if form.is_bound else 200)


def _alike(viewer: User, card: Customer) -> list[duplicates.Likely]:
    entered = duplicates.Entered(card.name, card.phone, card.email, card.values)
    return duplicates.likely(viewer, entered, besides=card.pk)


@require_POST
@needs("tag")
def pick(request: HttpRequest) -> HttpResponse:
    """The cards ticked in the list, side by side."""
    texts = request.POST.getlist("ids")
    ids = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]
    if not 2 <= len(ids) <= writes.MOST:
        toast(request, here("merging.refused.number", most=writes.MOST), tone="warning")
        return HttpResponseRedirect(next_address(request, reverse("customers:list")))
    found = customers.visible(viewer_of(request), "write").filter(pk__in=ids).order_by("pk")
    return HttpResponseRedirect(_address(list(found)))


@require_safe
@needs("see")
def show(request: HttpRequest, merge_id: int) -> HttpResponse:
    """A merge: what it did, and the way back."""
    viewer = viewer_of(request)
    done = _found(viewer, merge_id)
    known, card, later = all_fields(), done.survivor, reads.stands_on(done)
    shown = {
        "merge": done, "card": card, "whole": f"{card.display_name} ({card.key})",
        "names": _listed(reads.names_of(viewer, done)), "at": sides.moment(done.at),
        "undone_at": sides.moment(done.undone_at) if done.undone_at else "",
        "later_names": _listed([one["name"] for one in later.gone]) if later else "",
        "values": [
            (sides.label(code, known), *(sides.told(viewer, code, side, known) for side in both))
            for code, both in done.values.items()
            if code != OWNER
        ],
        "moves": sides.moves(list(done.counts.items())),
        "may_part": reads.may_merge(viewer, card), "later": later,
        "by": done.by.shown_name if done.by else "—",
        "undone_by": done.undone_by.shown_name if done.undone_by else "—",
        "trail": [*_trail(), Crumb(card.display_name, _card(card))],
    }  # fmt: skip
    return render(request, "merging/merged.html", shown)


@require_POST
@needs("tag")
def part(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Take a merge back."""
    viewer = viewer_of(request)
    done = _found(viewer, merge_id)
    try:
        done = writes.part(merge=done, by=viewer)
    except (RefusedMerge, NoSuchCustomer) as reason:
        toast(request, reason.told(language.active()), tone="warning")
        return HttpResponseRedirect(reverse("merging:show", args=[merge_id]))
    told = here("merging.parted", name=done.survivor.display_name, names=_listed(reads.names_of(viewer, done)))
    toast(request, told)
    return HttpResponseRedirect(reverse("merging:show", args=[merge_id]))


def _listed(names: Sequence[str]) -> str:
    return here("cards.and").join(names) or here("cards.unseen")


def _found(viewer: User, pk: int) -> Merge:
    done = reads.merge(viewer, pk)
    if done is None:
        raise Http404
    return done


def _address(cards: Sequence[Customer], *, other_card: str = "", more: str = "") -> str:
    keys = [card.key for card in cards] + ([other_card] if other_card else [])
    asked = [("card", key) for key in keys] + ([("more", more)] if more else [])
    return f"{reverse('merging:merge')}?{urlencode(asked)}"


def _card(customer: Customer) -> str:
    return reverse("customers:card", args=[customer.key])


def _trail() -> list[Crumb]:
    return [
        Crumb(here("customers.title"), reverse("customers:list")),
        Crumb(here("merging.pairs.title"), reverse("merging:list")),
    ]
