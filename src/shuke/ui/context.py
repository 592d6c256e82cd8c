"""What the shell around every page needs to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string

from shuke.kit.text import say
from shuke.ui import language

THEMES = ("auto", "light", "dark")
_ON_A_PHONE = 5
_THEME_ICONS = {"auto": "sun-moon", "light": "sun", "dark": "moon"}


@dataclass(frozen=True, slots=True)
class Destination:
    """One entry of the navigation."""

    label: str
    href: str
    icon: str
    current: bool
    shortcut: str
    count: Callable[[], int] | None = field(default=None, compare=False)
    """How many things wait there; asked only where it is shown, once."""
    waiting: int = 0
    """What `count` answered."""

    def asked(self) -> Destination:
        """With how many things wait there."""
        return replace(self, waiting=self.count(), count=None) if self.count else self


@dataclass(frozen=True, slots=True)
class Choice:
    """One language or theme to choose."""

    code: str
    label: str
    current: bool
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Shell:
    """The shell: where one is, where one can go, in which language and theme."""

    lang: str
    theme: str
    theme_icon: str
    here: str
    navigation: tuple[Destination, ...]
    links: Mapping[str, str] = field(hash=False)
    languages: tuple[Choice, ...]
    themes: tuple[Choice, ...]
    user_name: str

    def asked(self) -> Shell:
        """With how many things wait at each entry: records that are the same wherever the page reads the same."""
        return replace(self, navigation=tuple(entry.asked() for entry in self.navigation))

    @property
    def first(self) -> tuple[Destination, ...]:
        """What a phone's bar shows; the last place is for "more" where not all fit."""
        fits = len(self.navigation) <= _ON_A_PHONE
        return self.navigation if fits else self.navigation[: _ON_A_PHONE - 1]

    @property
    def rest(self) -> tuple[Destination, ...]:
        """What stands behind "more"."""
        return self.navigation[len(self.first) :]

    @property
    def is_in_rest(self) -> bool:
        """Whether the page one is on stands behind "more"."""
        return any(entry.current for entry in self.rest)


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: `shell` for `ui/base.html`. Reads SHUKE_NAVIGATION, SHUKE_LINKS and SHUKE_MAY."""
    theme, tongue = current_theme(request), language.active()
    user = getattr(request, "user", None)
    return {
        "shell": Shell(
            lang=language.html_tag(),
            theme=theme,
            theme_icon=_THEME_ICONS[theme],
            here=request.get_full_path(),
            navigation=_navigation(request) if _known(user) else (),
            links=_links(),
            languages=tuple(Choice(code, name, code == tongue) for code, name in language.NAMES.items()),
            themes=tuple(
                Choice(code, say(f"ui.theme.{code}", tongue), code == theme, _THEME_ICONS[code]) for code in THEMES
            ),
            user_name=_name(user) if _known(user) else "",
        )
    }


def current_theme(request: HttpRequest) -> str:
    """The theme the request's user chose, else the cookie `theme`, else auto."""
    chosen = getattr(getattr(request, "user", None), "theme", "") or request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else "auto"


def _known(user: Any) -> bool:
    return user is not None and bool(user.is_authenticated)


def _name(user: Any) -> str:
    return str(user.get_full_name() or user.get_username())


def _links() -> dict[str, str]:
    """SHUKE_LINKS with its names of URLs resolved; a link that the setting lacks is not shown."""
    return {purpose: reverse(name) for purpose, name in getattr(settings, "SHUKE_LINKS", {}).items()}


def _navigation(request: HttpRequest) -> tuple[Destination, ...]:
    may = _may()
    open_entries = [
        entry
        for entry in getattr(settings, "SHUKE_NAVIGATION", ())
        if not entry.get("permission") or may(request.user, entry["permission"])
    ]
    addresses = [reverse(entry["url_name"]) for entry in open_entries]
    current = _nearest(addresses, request.path)
    tongue = language.active()
    return tuple(
        Destination(
            say(entry["text"], tongue),
            href,
            entry["icon"],
            href == current,
            entry.get("shortcut", ""),
            _counter(entry, request.user),
        )
        for entry, href in zip(open_entries, addresses, strict=True)
    )


def _counter(entry: Mapping[str, str], user: Any) -> Callable[[], int] | None:
    return cache(partial(import_string(entry["count"]), user)) if "count" in entry else None


def _may() -> Callable[[Any, str], bool]:
    path = getattr(settings, "SHUKE_MAY", "")
    if path:
        found: Callable[[Any, str], bool] = import_string(path)
        return found
    return lambda user, permission: bool(user.has_perm(permission))


def _nearest(addresses: list[str], path: str) -> str:
    """The longest address that the path lies under; the home page only for itself."""
    under = [href for href in addresses if path == href or (href.count("/") > 1 and path.startswith(href))]
    return max(under, key=len, default="")
