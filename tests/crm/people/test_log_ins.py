"""Where one is logged in, and the door that waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from shuke.crm.people import log_ins, throttle
from shuke.crm.people.models import Attempt, LogIn, User
from shuke.crm.people.places import address_of

pytestmark = pytest.mark.django_db
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"


def logged_in(**headers: str) -> Client:
    browser = Client(headers={"user-agent": AGENT} | headers)
    browser.post("/log-in/", {"username": "colleague", "password": "colleague-has-a-password"})
    return browser


def test_each_log_in_shows_its_device_and_address(colleague: User) -> None:
    page = logged_in().get("/profile/security/").content.decode()
    assert "Chrome · Windows" in page
    assert "127.0.0.1" in page
    assert "(this one)" in page


def test_one_log_in_can_be_ended_from_another(colleague: User) -> None:
    here, elsewhere = logged_in(), logged_in()
    other = LogIn.objects.exclude(session_key=here.session.session_key).get()
    here.post(f"/profile/log-ins/{other.pk}/end/")
    assert elsewhere.get("/profile/").status_code == 302
    assert here.get("/profile/").status_code == 200


def test_all_others_can_be_ended_at_once(colleague: User) -> None:
    here, *others = (logged_in() for _ in range(3))
    here.post("/profile/log-ins/end-others/")
    assert [browser.get("/profile/").status_code for browser in (here, *others)] == [200, 302, 302]
    assert LogIn.objects.count() == 1


def test_nobody_ends_the_log_in_of_somebody_else(colleague: User, manager: User) -> None:
    theirs = logged_in()
    mine = Client()
    mine.post("/log-in/", {"username": "manager", "password": "manager-has-a-password"})
    mine.post(f"/profile/log-ins/{LogIn.objects.get(user=colleague).pk}/end/")
    assert theirs.get("/profile/").status_code == 200


def test_a_new_password_ends_the_others_and_keeps_this_one_in_the_list(colleague: User) -> None:
    here, elsewhere = logged_in(), logged_in()
    new = {"new_password1": "tulips-in-november", "new_password2": "tulips-in-november"}
    here.post("/profile/password/", {"old_password": "colleague-has-a-password", **new})
    assert elsewhere.get("/profile/").status_code == 302
    assert [one.session_key for one in log_ins.of(colleague)] == [here.session.session_key]


def test_who_is_shut_out_is_out_at_once(as_user: object, owner: User, colleague: User) -> None:
    browser = logged_in()
    as_user(owner).post(f"/people/{colleague.pk}/", {"name": "", "email": "", "role": "staff"})  # type: ignore[operator]
    assert browser.get("/profile/").status_code == 302
    assert LogIn.objects.filter(user=colleague).count() == 0


def test_failures_are_counted_in_the_database_and_the_wait_ends(colleague: User) -> None:
    for _ in range(throttle.FAILURES_ALLOWED):
        throttle.count_failure("colleague", "192.0.2.7")
    assert throttle.minutes_to_wait("Colleague", "192.0.2.7") == 15
    assert throttle.minutes_to_wait("colleague", "192.0.2.8") == 0
    Attempt.objects.update(last_at=timezone.now() - timedelta(seconds=throttle.WAIT_SECONDS + 1))
    assert throttle.minutes_to_wait("colleague", "192.0.2.7") == 0
    assert throttle.count_failure("colleague", "192.0.2.7") is False


def test_many_addresses_guessing_one_name_are_stopped() -> None:
    for number in range(throttle.FAILURES_OF_A_NAME):
        throttle.count_failure("colleague", f"192.0.2.{number}")
    assert throttle.minutes_to_wait("colleague", "198.51.100.1") == 15


def test_one_address_trying_many_names_is_stopped() -> None:
    for number in range(throttle.FAILURES_OF_AN_ADDRESS):
        throttle.count_failure(f"name-{number}", "192.0.2.7")
    assert throttle.minutes_to_wait("somebody-else", "192.0.2.7") == 15


def test_behind_the_proxy_the_last_address_it_names_counts(rf: RequestFactory, settings: Settings) -> None:
    forged = rf.get("/", headers={"x-forwarded-for": "10.9.9.9, 203.0.113.5"})
    assert address_of(forged) == "127.0.0.1"
    settings.SHUKE_PRODUCTION = True
    assert address_of(forged) == "203.0.113.5"
    assert address_of(rf.get("/", headers={"x-forwarded-for": "nonsense"})) == "127.0.0.1"
