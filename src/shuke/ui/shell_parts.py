"""Parts of pages that read the same on many: the shell's, for each reader's role, name, language and place; and those
that depend on some records alone, such as the options of a filter. Each is written once and kept."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import lru_cache
from html import escape

from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from shuke.ui import language
from shuke.ui.context import Shell

_TOKEN = "the-token-of-this-request"  # noqa: S105  what stands in its place
_HERE = "the-address-of-this-page"


def shell_part(context: Context, name: str) -> SafeString:
    """The template `ui/_<name>.html` for this request. It may use `shell`, `request.user.is_staff` and the CSRF token.

    The token and the address of the page, which differ each time, are filled in afterwards.
    """
    shell: Shell = context["shell"]
    user = getattr(context.get("request"), "user", None)
    written = _written(name, replace(shell.asked(), here=_HERE), bool(getattr(user, "is_staff", False)))
    filled = written.replace(_TOKEN, escape(str(context.get("csrf_token", ""))))
    return mark_safe(filled.replace(_HERE, escape(shell.here)))  # noqa: S308  a template of ours; what varies is escaped


@lru_cache(maxsize=500)
def _written(name: str, shell: Shell, is_staff: bool) -> str:
    request = {"user": {"is_staff": is_staff}}
    return render_to_string(f"ui/_{name}.html", {"shell": shell, "request": request, "csrf_token": _TOKEN})


def part(template: str, **records: Hashable) -> SafeString:
    """A template that depends on these records (frozen ones) and on the reader's language alone."""
    return _part(template, language.active(), tuple(records.items()))


@lru_cache(maxsize=1_000)
def _part(template: str, _: str, records: tuple[tuple[str, Hashable], ...]) -> SafeString:
    return render_to_string(template, dict(records))
