"""The template library `ui`: text, figures, components and charts. `/style/` shows each with its code.

A page:

    {% extends "ui/base.html" %}{% load ui %}
    {% block title %}{% say "customers.title" %}{% endblock %}        the browser's tab
    {% block heading %}{% say "customers.title" %}{% endblock %}      the h1 in the top bar
    {% block crumbs %}{% crumbs trail %}{% endblock %}                only below the first level: [Crumb(label, href)]
    {% block actions %}{% button label=… href=… icon="download" %}{% endblock %}
    {% block content %}…{% endblock %}                                also: head, keys (rows of the ? sheet), dialogs

Text and figures. Every sentence is a key of kit/text/catalogue; figures go in already written:

    {% say "customers.found" count=total|number %}    also `{% say … as words %}`
    {{ minor|money:currency }} {{ minor|compact:currency }} {{ n|number }} {{ x|number:1 }} {{ p|share:1 }}
    {{ date|day }} {{ datetime|moment }}              None is written —

Components (records such as Why, Option, Crumb, Pages, Entry come from shuke.ui.parts; Column-less by design: a table
is plain HTML inside `{% table %}` so that a page says what its cells are):

    {% icon "users" %}  {% badge label tone="tier-a" %}  {% avatar name %}  {% meter share tone="bad" label=… %}
    {% tile label=… value=… delta=-0.03 delta_text="−3%" good="up" href=… why=Why(…) note=… %}
    {% reason "insight.why.pyramid" as_of=… href=… as because %}   a Why from the catalogue: its sentence, and its
    formula where there is a key with `_formula`; `{% panel title=… why=because %}` shows it beside the title
    {% slot address label shape="chart|told|table…" %}   a place that fetches its content when it comes near
    {% why explanation %} (in a div, not in a p)  {% change delta text good="up" %}  {% progress done total text=… %}
    {% button label=… href=… icon=… tone="primary|quiet|danger" %}   without href: a submit button (name=, value=)
    {% segmented label options %}  {% tabs label options %}  {% crumbs trail %}
    {% field form.name %}  {% form_errors form %}  {% empty title=… text=… icon=… href=… action=… %}
    {% panel title=… note=… href=… link=… %}…{% endpanel %}
    {% table label fill=True %}<thead>…</thead><tbody>…</tbody>{% endtable %}   {% sort_head "clv" label numeric=True %}
    {% pager pages %}      reads and keeps the page's own query (?page=, ?size=); sort_head likewise (?sort=, -clv)
    {% dialog id title %}…{% enddialog %}  opened by any <button data-dialog="id">
    {% menu label icon=… %}<a>…</a><button>…</button>{% endmenu %}
    {% timeline %}{% event icon title when note=… amount=… %}…{% endevent %}{% endtimeline %}
    {% address page=2 tier="A" %}   this page's address with changed query, None removes

In tables: `class="num"` right-aligns a cell, `class="wide-only"` hides it on phones; a table with `cards=True` becomes
cards on phones, each cell named by its `data-label`. Script-free first: links and forms work alone; `hx-boost`,
`hx-target`, `hx-select`, `hx-push-url` on a wrapper make them partial. An answer to htmx that should also show a toast
includes "ui/toasts_swap.html". After an act: shuke.ui.toasts.toast(request, text, undo_url=…).
On any link or button: `data-shortcut="g c"` (keys typed one after another), `data-search` on the input that / jumps to,
`data-autosubmit` on a form that is sent when a choice changes, `data-check-all="name"` on a box that ticks a column,

Charts: `shuke.ui.charts` holds records (Bars, Lines, Pyramid, HeatMap, Grids, Sankey, Lorenz, Scatter) that a view
fills with figures, text and links; `{% chart data size="full|half|small" %}` draws any of them. full is for charts
across the page, half for all others, small where there is never more room than on a phone; whatever room there is, the
style sheet shows the drawing made for it. Writers for axes: shuke.ui.figures.
`{% sparkline values label=… %}` goes in cells.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

import lucide
from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from shuke.kit import text
from shuke.ui import blocks, language
from shuke.ui.charts import sparkline as lay_out
from shuke.ui.drawings import Chart, Kept, drawings
from shuke.ui.parts import PAGE_SIZES, Crumb, Option, Pages, Why
from shuke.ui.shell_parts import part as written_once
from shuke.ui.shell_parts import shell_part as written_part

register = template.Library()
_UNKNOWN = "—"


@register.simple_tag
def say(key: str, **figures: object) -> str:
    """The sentence for a key in the reader's language."""
    return text.say(key, language.active(), **figures)


@register.filter
def sentence(key: str) -> str:
    """The sentence for a key held in a variable: `{{ row.label_key|sentence }}`."""
    return text.say(key, language.active())


@register.filter
def money(minor: int | None, currency: str) -> str:
    """An exact amount."""
    return _UNKNOWN if minor is None else text.money(int(minor), currency, language.active())


@register.filter
def compact(minor: int | None, currency: str) -> str:
    """A large amount in short."""
    return _UNKNOWN if minor is None else text.compact_money(int(minor), currency, language.active())


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """A plain number with separators of thousands."""
    return _UNKNOWN if value is None else text.number(value, language.active(), decimals)


@register.filter
def share(value: float | None, decimals: int = 0) -> str:
    """A share of one as percent."""
    return _UNKNOWN if value is None else text.share(value, language.active(), decimals)


@register.filter
def day(value: date | None) -> str:
    """A day as the language writes it."""
    return _UNKNOWN if value is None else text.day(value, language.active())


@register.filter
def moment(value: datetime | None) -> str:
    """A day and time of day in the business's time zone."""
    if value is None:
        return _UNKNOWN
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local:%Y-%m-%d %H:%M}"


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """A Lucide icon, hidden from screen readers: the text beside it says what it means."""
    return _icon(str(name), int(size))


@cache
def _icon(name: str, size: int) -> SafeString:
    # `+ ""` turns a template's SafeString into the plain text that ElementTree takes.
    drawn = lucide._render_icon(name + "", size, aria_hidden="true", **{"class": "icon"})
    return mark_safe(" ".join(drawn.split()))  # noqa: S308 (the wheel's own drawing, no text of users)


@register.simple_tag(takes_context=True)
def shell_part(context: Context, name: str) -> SafeString:
    """A template of the shell that depends on `shell` alone, written once for all pages where it reads the same."""
    return written_part(context, name)


@register.simple_tag
def part(template: str, **records: Hashable) -> SafeString:
    """A template that depends on frozen records and the language alone, written once for all pages where it is asked
    for: `{% part "scores/_filter.html" filter=filter %}`."""
    return written_once(template, **records)


@register.simple_tag(takes_context=True)
def address(context: Context, **changes: object) -> str:
    """This page's address with some of its query changed; None removes."""
    return _address(context, changes)


def _address(context: Mapping[str, Any] | Context, changes: Mapping[str, object]) -> str:
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None and value != "":
            query[name] = str(value)
    encoded = query.urlencode()
    return f"{context['request'].path}?{encoded}" if encoded else str(context["request"].path)


@register.inclusion_tag("ui/badge.html")
def badge(label: str, tone: str = "", icon: str = "") -> dict[str, object]:
    """A small label. Tones: good, bad, warn, accent, plain; tier-a … tier-d; stage-exploration …"""
    return {"label": label, "tone": str(tone).lower(), "icon": icon}


@register.inclusion_tag("ui/avatar.html")
def avatar(name: str, size: str = "") -> dict[str, object]:
    """The first sign of a name in a disc. Sizes: "" and large."""
    return {"letter": (name or "?").strip()[:1].upper(), "size": size}


@register.inclusion_tag("ui/meter.html")
def meter(value: float | None, tone: str = "", label: str = "", marks: int = 0) -> dict[str, object]:
    """A share of one as a short bar with its percent. marks: decimals of the percent."""
    shown = min(max(value or 0.0, 0.0), 1.0)
    return {
        "known": value is not None,
        "width": round(shown * 48, 1),
        "text": share(value, marks),
        "tone": tone,
        "label": label,
    }


@register.inclusion_tag("ui/change.html")
def change(delta: float | None, written: str = "", good: str = "up") -> dict[str, object]:
    """A change with sign and arrow. good: which way is good news, "up", "down" or "" for neither."""
    direction = "none" if delta is None else "up" if delta > 0 else "down" if delta < 0 else "same"
    tone = "" if direction in ("same", "none") or not good else "good" if direction == good else "bad"
    return {"direction": direction, "tone": tone, "text": written or (share(delta, 1) if delta is not None else "")}


@register.inclusion_tag("ui/tile.html")
def tile(
    label: str,
    value: object,
    *,
    delta: float | None = None,
    delta_text: str = "",
    good: str = "up",
    href: str = "",
    note: str = "",
    why: Why | None = None,
) -> dict[str, object]:
    """A figure: label, value, change since the last run, where it leads, why."""
    return {
        "label": label,
        "value": value,
        "delta": delta,
        "delta_text": delta_text,
        "good": good,
        "href": href,
        "note": note,
        "why": why,
    }


@register.inclusion_tag("ui/why.html")
def why(explanation: Why | None, what: str = "") -> dict[str, object]:
    """A question mark that opens the reason. what: the figure's name, for those who do not see where it stands."""
    return {"why": explanation, "what": what}


@register.simple_tag
def reason(
    key: str,
    *,
    inputs: Sequence[tuple[str, str]] = (),
    as_of: str = "",
    href: str = "",
    link: str = "",
    **figures: object,
) -> Why:
    """Why figures are what they are, from the catalogue: the sentence `key`, and `key`_formula where there is one."""
    tongue = language.active()
    formula = text.say(f"{key}_formula", tongue, **figures) if _is_there(f"{key}_formula") else ""
    return Why(text.say(key, tongue, **figures), formula=formula, inputs=inputs, as_of=as_of, href=href, link=link)


@cache
def _is_there(key: str) -> bool:
    return key in text.keys(key)


@register.inclusion_tag("ui/slot.html")
def slot(
    address: str, label: str, *, shape: str = "chart", waits: bool = False, at_once: bool = False
) -> dict[str, object]:
    """A place that fetches its content when it comes near (or at once); without script a link.

    shape: what will come, so that nothing moves: a line, a chart, told (figures with what they say), a form, a table of
    ten rows, a strip of all labels, or long: more than a screen, so that nothing that is seen stands below it.
    waits: it only shows how it waits.
    """
    return {"address": address, "label": label, "shape": shape, "waits": waits, "at_once": at_once}


@register.inclusion_tag("ui/progress.html")
def progress(done: int, total: int | None, text: str = "") -> dict[str, object]:
    """How far long work is. Without a total it only shows that work goes on."""
    part = min(max(done / total, 0.0), 1.0) if total else None
    return {"done": done, "total": total, "text": text, "share": part, "width": round((part or 0) * 100, 1)}


@register.inclusion_tag("ui/button.html")
def button(
    label: str, *, href: str = "", icon: str = "", tone: str = "", name: str = "", value: str = "", shortcut: str = ""
) -> dict[str, object]:
    """A link that looks like a button, or without href a button that sends its form."""
    return {
        "label": label,
        "href": href,
        "icon": icon,
        "tone": tone,
        "name": name,
        "value": value,
        "shortcut": shortcut,
    }


@register.inclusion_tag("ui/segmented.html")
def segmented(label: str, options: Sequence[Option]) -> dict[str, object]:
    """A filter with few choices, side by side."""
    return {"label": label, "options": options}


@register.inclusion_tag("ui/tabs.html")
def tabs(label: str, options: Sequence[Option]) -> dict[str, object]:
    """Sub-pages of a page."""
    return {"label": label, "options": options}


@register.inclusion_tag("ui/crumbs.html")
def crumbs(trail: Sequence[Crumb]) -> dict[str, object]:
    """The way back up."""
    return {"trail": trail}


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, wide: bool = False) -> dict[str, object]:
    """A form field: label, control, help, and its errors beside it."""
    kind = getattr(bound.field.widget, "input_type", "")
    return {"field": bound, "box": kind == "checkbox", "wide": wide, "group": bound.field.widget.use_fieldset}


@register.inclusion_tag("ui/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, object]:
    """What is wrong with the form as a whole."""
    return {"errors": form.non_field_errors()}


@register.inclusion_tag("ui/empty.html")
def empty(title: str, text: str = "", icon: str = "inbox", href: str = "", action: str = "") -> dict[str, object]:
    """Nothing here yet, and what to do next."""
    return {"title": title, "text": text, "icon": icon, "href": href, "action": action}


@register.inclusion_tag("ui/sort_head.html", takes_context=True)
def sort_head(
    context: Context, code: str, label: str, *, numeric: bool = False, current: str | None = None, extra: str = ""
) -> dict[str, object]:
    """A column head that sorts. current: the order in force, as in ?sort= ("clv", "-clv"); figures sort down first."""
    order = context["request"].GET.get("sort", "") if current is None else current
    state = "ascending" if order == code else "descending" if order == f"-{code}" else ""
    following = code if state == "descending" or (not state and not numeric) else f"-{code}"
    return {
        "label": label,
        "numeric": numeric,
        "state": state,
        "href": _address(context, {"sort": following, "page": None}),
        "extra": extra,
    }


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: Context, pages: Pages | Page[Any]) -> dict[str, object]:
    """Where the list stands, pages before and after, 25, 50 or 100 rows a page. Takes Pages or Django's Page."""
    here = pages if isinstance(pages, Pages) else Pages(pages.number, pages.paginator.per_page, pages.paginator.count)
    return {
        "pages": here,
        "first": number(here.first),
        "last": number(here.last),
        "total": "" if here.total is None else number(here.total) + ("+" if here.capped else ""),
        "previous": _address(context, {"page": here.page - 1 if here.page > 2 else None}),
        "next": _address(context, {"page": here.page + 1}),
        "sizes": [
            Option(str(size), _address(context, {"size": size, "page": None}), size == here.size) for size in PAGE_SIZES
        ],
    }


register.simple_block_tag(blocks.panel)
register.simple_block_tag(blocks.table)
register.simple_block_tag(blocks.dialog)
register.simple_block_tag(blocks.menu)
register.simple_block_tag(blocks.timeline)
register.simple_block_tag(blocks.event)


@register.simple_tag
def chart(data: Chart | Kept, size: str = "half") -> SafeString:
    """A chart with links, drawn for the width given and for narrower ones, and its figures as a table."""
    return data.written(size, _chart) if isinstance(data, Kept) else _chart(data, size)


def _chart(data: Chart, size: str) -> SafeString:
    return render_to_string("ui/charts/chart.html", {"drawings": drawings(data, size)})


@register.inclusion_tag("ui/charts/sparkline.html")
def sparkline(values: Sequence[float | None], label: str, tone: str = "tone-1") -> dict[str, object]:
    """A line small enough for a cell. label: what it shows, for those who do not see it."""
    return {"line": lay_out(values), "label": label, "tone": tone}
