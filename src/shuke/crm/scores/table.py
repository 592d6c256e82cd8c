"""The list of customers as its template shows it: every text is written here, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from shuke.crm.customers import reads as customers
from shuke.crm.customers.fields import is_closed
from shuke.crm.customers.forms import colours
from shuke.crm.customers.models import Field, SavedView
from shuke.crm.people.models import User
from shuke.crm.privacy import reads as consents
from shuke.crm.privacy.reads import CONSENTS
from shuke.crm.scores.columns import COLUMNS, Column, name_of
from shuke.crm.scores.conditions import PREFIX, RANGES, STATES, WORDS
from shuke.crm.scores.find import Found
from shuke.crm.scores.labels import LABELS, TRAITS
from shuke.crm.scores.models import Run
from shuke.crm.scores.query import CONTACTS, OWNERS, RISKS, Query
from shuke.crm.scores.reads import Listed
from shuke.crm.scores.rows import drawn
from shuke.crm.words import here
from shuke.kit.text import day, number, say
from shuke.ui import language
from shuke.ui.parts import Option, Pages

_COLLEAGUES = 60
_NAMES = ("username", "name")
_FIELDS = (("tier", "tier."), ("stage", "stage."), ("segment", "rfm."))
"""Of the cells; the labels beside them follow."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a filter."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of the bar: its name in the address, what it says when nothing is chosen, its options."""

    name: str
    any_label: str
    choices: tuple[Choice, ...]
    title: str = ""

    @property
    def is_set(self) -> bool:
        return any(choice.chosen for choice in self.choices)

    @property
    def several(self) -> Choice | None:
        """One option that stands for all the chosen, since a box shows one."""
        chosen = [choice.value for choice in self.choices if choice.chosen]
        label = here("scores.list.several", count=len(chosen))
        return Choice(",".join(chosen), label, True) if len(chosen) > 1 else None


def context(viewer: User, query: Query, run: Run | None, rows: Sequence[Listed], found: Found) -> dict[str, Any]:
    """What the template of the list shows."""
    tongue, currency = language.active(), run.currency if run else settings.SHUKE_CURRENCY
    saved, tags = customers.saved_views(viewer), customers.all_tags(viewer)
    filters = _filters(query, run, tags, tongue, counted=customers.sees_all(viewer))
    filters += [_consent_filter(query), _contact_filter(query), _owner_filter(viewer, query)]
    return {
        "query": query,
        "run": run,
        "heads": [_head(column, tongue) for column in query.columns],
        "rows": drawn(viewer, query, rows, tongue, currency),
        "pages": Pages(query.page, query.size, found.total, capped=found.capped, more=len(found.ids) == query.size),
        "total": number(found.total, tongue) + ("+" if found.capped else ""),
        "as_of": day(run.as_of, tongue) if run else "",
        **_bar(filters),
        "chips": [
            *_chips(query, tongue),
            *_consent_chip(query),
            *_contact_chip(query),
            *_span_chips(query),
            *_owner_chip(query, filters[-1]),
        ],
        "views": _views(viewer, query, saved),
        "saved_views": [_kept_view(view, viewer) for view in saved],
        "column_choices": tuple(_column_choice(column, query, tongue) for column in (*COLUMNS.values(), *query.fields)),
        "field_filters": [_field_filter(viewer, column.of, query) for column in query.fields if column.of is not None],
        "kept_for_fields": [pair for pair in query.kept() if not pair[0].startswith(PREFIX)],
        "colours": colours(),
        "kept_for_filters": query.kept(
            "q", "tier", "stage", "segment", "risk", *LABELS, "tag", "owner", "contact", "consent"
        ),
        "kept_for_columns": query.kept("columns"),
        "columns_default": query.address(columns=Query().columns),
        "reset": reverse("customers:list") + Query(columns=query.columns, size=query.size).address(),
        "address": query.address(page=query.page),
        "rights": {right: viewer.may(right) for right in ("tag", "export", "save_view", "share_view")},
        "assignable": _assignable(viewer),
        "is_empty": run is None and not query.is_filtered and not found.ids,
        "tags": tags,
    }


def undo_tag_url(name: str, ids: Sequence[int], back: str) -> str:
    """Where the undo button of the message leads."""
    return reverse("customers:untag") + "?" + urlencode({"tag": name, "ids": ",".join(map(str, ids)), "next": back})


def _head(column: Column, tongue: str) -> dict[str, object]:
    return {
        "code": column.code if column.order else "",
        "title": column.title(tongue),
        "help": say("cards.column_help" if column.of else f"scores.column_help.{column.code}", tongue),
        "numeric": column.is_number,
    }


def _bar(filters: list[Filter]) -> dict[str, object]:
    """The filters on the bar itself, and those in its menu."""
    on_bar = [entry for entry in filters if entry.name in ("tier", "stage")]
    more = [replace(entry, title=here(f"scores.filter.{entry.name}")) for entry in filters if entry not in on_bar]
    count = sum(entry.is_set for entry in more)
    label = here("scores.list.more_set", count=count) if count else here("scores.list.more")
    return {"filters": on_bar, "more_filters": tuple(more), "more_label": label}


def _owner_filter(viewer: User, query: Query) -> Filter:
    """Mine, my team's, nobody's, or a colleague's, as far as the viewer reaches."""
    choices = [Choice(code, here(f"scores.owner.{code}"), code == query.owner) for code in OWNERS]
    choices += [
        Choice(str(user.pk), user.shown_name, str(user.pk) == query.owner)
        for user in customers.owners(viewer).only(*_NAMES)[:_COLLEAGUES]
        if user.pk != viewer.pk
    ]
    return Filter("owner", here("scores.list.any_owner"), tuple(choices))


def _consent_filter(query: Query) -> Filter:
    """Who said yes, no or nothing to a channel."""
    tongue = language.active()
    choices = [
        Choice(code, label, code == query.consent)
        for channel in consents.channels()
        for state in CONSENTS
        for code, label in [(f"{channel.code}:{state}", _consent(channel.label(tongue), state))]
    ]
    return Filter("consent", here("scores.list.any_consent"), tuple(choices))


def _consent(channel: str, state: str) -> str:
    return here(f"privacy.filter.{state}", channel=channel)


def _consent_chip(query: Query) -> list[Option]:
    if not query.consent:
        return []
    code, _, state = query.consent.partition(":")
    labels = {channel.code: channel.label(language.active()) for channel in consents.channels()}
    return [_chip(_consent(labels.get(code, code), state), query, consent="")]


def _contact_filter(query: Query) -> Filter:
    """Whom nobody was in contact with for some time."""
    choices = [Choice(code, here(f"scores.contact.for_{code}"), code == query.contact) for code in CONTACTS]
    return Filter("contact", here("scores.list.any_contact"), tuple(choices))


def _contact_chip(query: Query) -> list[Option]:
    return [_chip(here(f"scores.contact.for_{query.contact}"), query, contact="")] if query.contact else []


def _span_chips(query: Query) -> list[Option]:
    """The days in which the first or the last purchase lies."""
    chips = []
    for field, days in query.spans.items():
        first, last = (day(one, language.active()) for one in days)
        name = field.removesuffix("_purchase")
        chips.append(_chip(here(f"scores.list.{field}", first=first, last=last), query, **{name: ""}))
    return chips


def _owner_chip(query: Query, owners: Filter) -> list[Option]:
    if not query.owner:
        return []
    label = next((choice.label for choice in owners.choices if choice.chosen), query.owner)
    return [_chip(label, query, owner="")]


def _assignable(viewer: User) -> list[Choice]:
    """To whom customers can be given from the list, the viewer first."""
    people = sorted(customers.assignable(viewer).only(*_NAMES)[:_COLLEAGUES], key=lambda user: user.pk != viewer.pk)
    return [Choice(str(user.pk), user.shown_name, chosen=user.pk == viewer.pk) for user in people]


def _filters(query: Query, run: Run | None, tags: list[str], tongue: str, *, counted: bool) -> list[Filter]:
    """`counted`: the counts of options are the whole business's, so they stand there only for who sees all of it."""
    filters = []
    if run is not None:
        filters = [
            _code_filter(name, names, query, run.counts.get(name, {}), tongue if counted else "")
            for name, names in (*_FIELDS, *LABELS.items())
        ]
        choices = [_risk(code, query, run.counts.get("risk", {}), tongue if counted else "") for code in RISKS]
        filters.append(Filter("risk", here("scores.list.any_risk"), tuple(choices)))
    if tags:
        choices = [Choice(tag, tag, tag == query.tag) for tag in tags]
        filters.append(Filter("tag", here("scores.list.any_tag"), tuple(choices)))
    return filters


def _risk(code: str, query: Query, counts: Mapping[str, int], tongue: str) -> Choice:
    label = _counted(here(f"scores.risk.{code}"), counts.get(code, 0), tongue)
    return Choice(code, label, code in query.wanted.risk)


def _code_filter(name: str, names: str, query: Query, counts: Mapping[str, int], tongue: str) -> Filter:
    wanted = dict(query.labels).get(name, ()) if name in LABELS else getattr(query.wanted, name)
    choices = [
        Choice(code, _counted(name_of(names, code, language.active()), counts[code], tongue), code in wanted)
        for code in sorted(counts, key=_rank)
    ]
    return Filter(name, here(f"scores.list.any_{name}"), tuple(choices))


_ORDER = (
    "A", "B", "C", "D", "high", "middle", "normal", "low", "vital", "rest",
    "exploration", "formation", "stability", "decline", "former",
    "champion", "loyal", "potential_loyal", "recent", "promising", "need_attention", "about_to_sleep", "at_risk",
    "cannot_lose", "hibernating",
    "star", "one", "mostly", "several", "drawn", "regular",
    "steady", "without_prospect", "usual", "varied", "irregular", "erratic",
    "silent", "rarer", "smaller", "more_often", "larger", "I", "II", "III", "IV",
    "outdated", "calculating", "retro", "pragmatic", "value_for_money", "achieved", "trendy", "far_sighted",
    "perfectionist",
    "super_value", "latent", "monopoly", "inertia", "convenience", "price", "incentive",
    "pillar", "at_ease", "captive", "exposed", "friend", "pleasant", "bound", "passing",
    "5", "4", "3", "2", "1",
    "red", "black", "undetermined", "none", "unknown",
)  # fmt: skip
"""Codes in the order people think of them; others follow by name."""


def _rank(code: str) -> tuple[int, str]:
    return (_ORDER.index(code) if code in _ORDER else len(_ORDER), code)


def _counted(label: str, count: int, tongue: str) -> str:
    """With its count; without a language only the label."""
    if not tongue:
        return label
    return say("scores.list.option", tongue, name=label, count=f"{count:,}")


def _chips(query: Query, tongue: str) -> list[Option]:
    """What is filtered by, each with the address without it."""
    chips = [_chip(f"“{query.words}”", query, words="")] if query.words else []
    wanted = query.wanted
    for name, names in _FIELDS:
        values = getattr(wanted, name)
        for value in values:
            rest = replace(wanted, **{name: tuple(other for other in values if other != value)})
            chips.append(_chip(name_of(names, value, tongue), query, wanted=rest))
    for risk in wanted.risk:
        rest = replace(wanted, risk=tuple(other for other in wanted.risk if other != risk))
        chips.append(_chip(here(f"scores.risk.{risk}"), query, wanted=rest))
    if wanted.tier_before:
        named = [
            here("scores.list.tier_new") if code == "new" else name_of("tier.", code, tongue)
            for code in wanted.tier_before
        ]
        label = here("scores.list.tier_before", names=", ".join(named))
        chips.append(_chip(label, query, wanted=replace(wanted, tier_before=())))
    chips += [chip for name, codes in query.labels for chip in _label_chips(query, name, codes, tongue)]
    for condition in query.conditions:
        rest_of = tuple(other for other in query.conditions if other is not condition)
        chips.append(_chip(condition.told(), query, conditions=rest_of))
    return [*chips, _chip(query.tag, query, tag="")] if query.tag else chips


def _label_chips(query: Query, name: str, codes: Sequence[str], tongue: str) -> list[Option]:
    """A chip for each code of a label, with the address without it."""

    def without(code: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        kept = {**dict(query.labels), name: tuple(other for other in codes if other != code)}
        return tuple((label, left) for label, left in kept.items() if left)

    return [_chip(_label_told(name, code, tongue), query, labels=without(code)) for code in codes]


def _label_told(name: str, code: str, tongue: str) -> str:
    """What a label is called; a trait's with the trait, since “unknown” or “as for most” stand in several."""
    label = name_of(LABELS[name], code, tongue)
    return here("scores.list.of_trait", trait=here(f"scores.filter.{name}"), label=label) if name in TRAITS else label


def _chip(label: str, query: Query, **changes: object) -> Option:
    return Option(label, reverse("customers:list") + query.address(**changes))


def _views(viewer: User, query: Query, saved: Sequence[SavedView]) -> list[Option]:
    """The tabs above the list: everybody, then the pinned views."""
    address = reverse("customers:list")
    pinned = [view for view in saved if view.pinned]
    tabs = [Option(_view_label(view, viewer), f"{address}?{view.query}", view.query == query.saved) for view in pinned]
    everybody = Option(here("customers.view.all"), address, not any(tab.current for tab in tabs))
    return [everybody, *tabs] if tabs else []


def _kept_view(view: SavedView, viewer: User) -> dict[str, str]:
    delete = reverse("customers:delete_view", args=[view.pk]) if view.owner_id == viewer.pk else ""
    href = f"{reverse('customers:list')}?{view.query}"
    return {"label": _view_label(view, viewer), "href": href, "delete": delete}


def _view_label(view: SavedView, viewer: User) -> str:
    if view.owner_id == viewer.pk:
        return view.name
    return f"{view.name} ({here('customers.view.by', who=view.owner.shown_name)})"


def _kind(viewer: User, of: Field, has_options: bool) -> str:
    """Which controls a filter has; by what is masked for the viewer only whether it is there."""
    if is_closed(of, viewer):
        return "state"
    if of.type in RANGES:
        return "range"
    return "words" if of.type in WORDS else "choice" if has_options else "customer"


def _field_filter(viewer: User, of: Field, query: Query) -> dict[str, Any]:
    """A field of the card as a filter: a box for words, choices, or from – to; and with or without a value."""
    set_to = next((condition for condition in query.conditions if condition.code == of.code), None)
    texts = set_to.texts if set_to else ()
    options = [("yes", here("cards.yes")), ("no", here("cards.no"))] if of.type == Field.Type.YES_NO else of.options
    state = set_to.state if set_to else ""
    return {
        "code": of.code,
        "name": PREFIX + of.code,
        "title": of.label,
        "kind": _kind(viewer, of, bool(options)),
        "type": "date" if of.type == Field.Type.DATE else "text",
        "text": texts[0] if texts else "",
        "lowest": set_to.lowest if set_to else "",
        "highest": set_to.highest if set_to else "",
        "choices": [Choice(code, label, code in texts) for code, label in options],
        "states": [Choice(code, here(f"cards.filter.{code}"), code == state) for code in STATES],
        "is_set": set_to is not None,
    }


def _column_choice(column: Column, query: Query, tongue: str) -> Choice:
    return Choice(column.code, column.title(tongue), column in query.columns)
