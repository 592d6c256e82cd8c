"""Every address there is, walked by everybody: nobody gets in without logging in, and nothing breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from shuke.crm.people.models import User

PUBLIC = {"health", "people:log_in", "people:language", "people:theme"}
"""Names of the pages for who has not logged in."""
OWNERS_ONLY = {"people:list", "people:add", "people:edit"}
ARGUMENTS: dict[str, object] = {"int": 1, "str": "x", "slug": "x", "key": "C-1", "path": "x", "uuid": "0" * 32}


def _named(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """Every pattern with a name, and arguments that fit its converters."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = pattern.namespace or ""
            yield from _named(pattern, f"{namespace}{inner}:" if inner else namespace)
        elif isinstance(pattern, URLPattern) and pattern.name:
            kinds = pattern.pattern.converters
            arguments = {name: _argument(type(kind).__name__) for name, kind in kinds.items()}
            yield namespace + pattern.name, arguments


def _argument(converter: str) -> object:
    kind = converter.removesuffix("Converter").lower()
    return ARGUMENTS.get(kind, ARGUMENTS["key"])


def _asks_to_log_in(answer: HttpResponse) -> bool:
    """The admin sends to its own log-in, which stands behind ours."""
    return answer.status_code == 302 and answer["Location"].startswith(("/log-in/", "/admin/login/"))


def test_the_admin_s_own_log_in_stands_behind_ours(client: Client) -> None:
    assert client.get("/admin/login/")["Location"] == "/log-in/?next=/admin/login/"


def addresses() -> list[tuple[str, str]]:
    found = []
    for name, arguments in _named(get_resolver()):
        try:
            found.append((name, reverse(name, kwargs=arguments)))
        except NoReverseMatch:
            continue
    return sorted(set(found))


def test_the_walk_finds_the_pages() -> None:
    names = {name for name, _ in addresses()}
    assert {"home", "health", "people:log_in", "people:edit", "jobs:job", "admin:index"} <= names
    assert len(names) > 20


def test_the_navigation_and_the_shell_lead_to_pages_that_there_are(settings: object) -> None:
    names = [entry["url_name"] for entry in settings.SHUKE_NAVIGATION]  # type: ignore[attr-defined]
    names += list(settings.SHUKE_LINKS.values())  # type: ignore[attr-defined]
    assert all(reverse(name).startswith("/") for name in names)


@pytest.mark.django_db
def test_without_log_in_every_page_leads_to_it_but_for_the_public_ones(client: Client) -> None:
    open_pages = set()
    for name, address in addresses():
        if not _asks_to_log_in(client.get(address)):
            open_pages.add(name)
    assert open_pages == PUBLIC


@pytest.mark.django_db
def test_without_log_in_no_page_takes_a_form_but_for_the_public_ones(client: Client) -> None:
    open_pages = set()
    for name, address in addresses():
        if not _asks_to_log_in(client.post(address)):
            open_pages.add(name)
    assert open_pages == PUBLIC


@pytest.mark.django_db  # said here, since the fixture is asked for by name: such tests run before those of the browser
@pytest.mark.parametrize("role", ["owner", "manager", "colleague"])
def test_no_page_breaks_for_anybody_who_is_logged_in(
    request: pytest.FixtureRequest, as_user: Callable[[User], Client], role: str
) -> None:
    user = request.getfixturevalue(role)
    browser = as_user(user)
    unexpected = {
        address: status
        for name, address in addresses()
        if (status := browser.get(address).status_code) not in {200, 302, 403, 404, 405}
    }
    assert unexpected == {}
    refused = {name for name, address in addresses() if browser.get(address).status_code == 403}
    assert (refused >= OWNERS_ONLY) is (role != "owner")


def test_only_owners_open_the_configuration(
    as_user: Callable[[User], Client], owner: User, manager: User, colleague: User
) -> None:
    pages = [address for name, address in addresses() if name.startswith("admin:") and "jsi18n" not in name]
    assert pages
    assert as_user(owner).get("/admin/").status_code == 200
    for user in (manager, colleague):
        answers = {as_user(user).get(address, follow=True).status_code for address in pages}
        assert answers <= {403, 404, 405}, user
