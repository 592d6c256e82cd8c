"""Components that stand around other content: `{% panel %}…{% endpanel %}` and the like, for the library `ui`."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from shuke.ui.parts import Why


def panel(
    content: str,
    title: str = "",
    *,
    note: str = "",
    href: str = "",
    link: str = "",
    flush: bool = False,
    why: Why | None = None,
) -> SafeString:
    """A titled surface. flush: its content (a table) reaches the edges. why: what its figures rest on."""
    values = {"content": content, "title": title, "note": note, "href": href, "link": link, "flush": flush, "why": why}
    return render_to_string("ui/panel.html", values)


def table(content: str, label: str, *, fill: bool = False, cards: bool = False) -> SafeString:
    """A table that scrolls in its own frame. fill: as high as the screen; cards: cards on phones."""
    return render_to_string("ui/table.html", {"content": content, "label": label, "fill": fill, "cards": cards})


def dialog(content: str, code: str, title: str, *, wide: bool = False) -> SafeString:
    """A dialog, opened by any button with data-dialog="code"."""
    return render_to_string("ui/dialog.html", {"content": content, "code": code, "title": title, "wide": wide})


def menu(content: str, label: str, *, icon: str = "ellipsis", words: bool = False) -> SafeString:
    """A menu behind a button. words: the button shows the label, not only the icon."""
    return render_to_string("ui/menu.html", {"content": content, "label": label, "icon": icon, "words": words})


def timeline(content: str) -> SafeString:
    """Events in order of time."""
    return render_to_string("ui/timeline.html", {"content": content})


def event(
    content: str, icon: str, title: str, when: str, *, note: str = "", amount: str = "", href: str = ""
) -> SafeString:
    """One event of a timeline; its content is what is folded under it."""
    values = {
        "content": content if content.strip() else "",
        "icon": icon,
        "title": title,
        "when": when,
        "note": note,
        "amount": amount,
        "href": href,
    }
    return render_to_string("ui/event.html", values)
