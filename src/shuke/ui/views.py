"""The style guide: every component and chart, in both appearances, with its code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from shuke.kit.text import say
from shuke.ui import language
from shuke.ui.samples import sample

GROUPS = {
    "basics": ("colours", "figures", "icons"),
    "components": (
        *("buttons", "badges", "meters", "tiles", "choices", "form"),
        *("table", "timeline", "empty", "slot", "notices", "dialog"),
    ),
    "charts": (
        *("bars", "bars_lying", "bars_level", "lines", "area", "pyramid"),
        *("heat", "grid", "grids", "sankey", "lorenz", "scatter", "scatter_even", "sparkline"),
    ),
}
"""The examples in order; each is a template `ui/style/<name>.html`."""


@dataclass(frozen=True, slots=True)
class Example:
    """One example: its title, drawn as the page is and in the other appearance, and its code."""

    code: str
    title: str
    here: SafeString
    other: SafeString
    source: str


@dataclass(frozen=True, slots=True)
class Group:
    """Examples of one kind."""

    code: str
    title: str
    examples: tuple[Example, ...]


def style_guide(request: HttpRequest) -> HttpResponse:
    """Every component and chart."""
    tongue = language.active()
    groups = [
        Group(code, say(f"ui.style.{code}", tongue), tuple(_example(request, name) for name in names))
        for code, names in GROUPS.items()
    ]
    return render(request, "ui/style.html", {"groups": groups})


def _example(request: HttpRequest, name: str) -> Example:
    template = get_template(f"ui/style/{name}.html")
    here, other = (mark_safe(template.render(sample(request, part), request)) for part in ("here", "other"))  # noqa: S308
    source = Path(str(template.origin)).read_text("utf-8").strip()  # type: ignore[attr-defined]
    return Example(name, say(f"ui.style.of.{name}", language.active()), here, other, source)
