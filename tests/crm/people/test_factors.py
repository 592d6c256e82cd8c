"""Second factors: what proves them, and that nothing does twice."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pyotp
import pytest
from django.test import Client

from shuke.crm.people import factors, throttle
from shuke.crm.people.errors import RefusedFactorError
from shuke.crm.people.models import AuditEntry, Authenticator, Passkey, RecoveryCode, Role, User
from shuke.crm.people.tokens import make

LogIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


def digits(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * steps)


@pytest.fixture
def secret(colleague: User) -> str:
    """The colleague has an app, and has used no code of it yet."""
    made = factors.new_secret()
    Authenticator.objects.create(user=colleague, secret=made)
    factors.new_recovery_codes(user=colleague)
    return made


def first_step(client: Client) -> object:
    return client.post("/log-in/", {"username": "colleague", "password": "colleague-has-a-password", "next": "/jobs/"})


def test_a_code_is_good_once(colleague: User, secret: str) -> None:
    code = digits(secret)
    factors.check_code(user=colleague, code=f"{code[:3]} {code[3:]}")
    with pytest.raises(RefusedFactorError):
        factors.check_code(user=colleague, code=code)


def test_a_code_that_is_old_or_of_another_secret_proves_nothing(colleague: User, secret: str) -> None:
    for code in (digits(secret, -10), digits(factors.new_secret()), "", "abc", "１２３４５６"):
        with pytest.raises(RefusedFactorError):
            factors.check_code(user=colleague, code=code)


def test_an_app_counts_only_when_a_code_has_proved_it(colleague: User) -> None:
    with pytest.raises(RefusedFactorError):
        factors.turn_on(user=colleague, secret=factors.new_secret(), code="000000")
    assert not factors.has_any(colleague)


def test_recovery_codes_are_kept_hashed_and_good_once(colleague: User, secret: str) -> None:
    codes = factors.new_recovery_codes(user=colleague)
    assert len(set(codes)) == factors.RECOVERY_CODES
    kept = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code.replace("-", "") in digest for code in codes for digest in kept)
    factors.check_code(user=colleague, code=codes[0].upper())
    with pytest.raises(RefusedFactorError):
        factors.check_code(user=colleague, code=codes[0])
    factors.check_code(user=colleague, code=codes[1])
    assert colleague.recovery_codes.count() == factors.RECOVERY_CODES - 2


def test_new_recovery_codes_end_the_old_ones(colleague: User, secret: str) -> None:
    old = factors.new_recovery_codes(user=colleague)
    factors.new_recovery_codes(user=colleague)
    with pytest.raises(RefusedFactorError):
        factors.check_code(user=colleague, code=old[0])


def test_nobody_gets_in_by_another_s_recovery_code(colleague: User, manager: User, secret: str) -> None:
    codes = factors.new_recovery_codes(user=manager)
    with pytest.raises(RefusedFactorError):
        factors.check_code(user=colleague, code=codes[0])


def test_the_picture_carries_the_secret_and_no_style(colleague: User) -> None:
    picture = factors.drawn(colleague, factors.new_secret())
    assert picture.startswith("<svg")
    assert "style=" not in picture
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")


def test_the_password_alone_opens_nothing_where_a_factor_is_set(client: Client, secret: str) -> None:
    assert first_step(client)["Location"] == "/log-in/second/"  # type: ignore[index]
    assert client.get("/jobs/").status_code == 302
    assert client.post("/log-in/second/", {"code": "000000"}).status_code == 422
    answer = client.post("/log-in/second/", {"code": digits(secret)})
    assert answer["Location"] == "/jobs/"
    assert client.get("/jobs/").status_code == 200


def test_the_second_step_waits_no_longer_than_ten_minutes(
    client: Client, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_step(client)
    now = time.time()
    monkeypatch.setattr("shuke.crm.people.second.time.time", lambda: now + 11 * 60)
    assert client.post("/log-in/second/", {"code": digits(secret)})["Location"] == "/log-in/"


def test_without_the_first_step_there_is_no_second(client: Client, secret: str) -> None:
    assert client.get("/log-in/second/")["Location"] == "/log-in/"
    assert client.post("/log-in/second/", {"code": digits(secret)})["Location"] == "/log-in/"


def test_guessing_codes_is_stopped_and_noted(client: Client, colleague: User, secret: str) -> None:
    first_step(client)
    for _ in range(throttle.FAILURES_ALLOWED):
        client.post("/log-in/second/", {"code": "000000"})
    answer = client.post("/log-in/second/", {"code": digits(secret)})
    assert answer.status_code == 422
    assert "15" in answer.content.decode()
    assert AuditEntry.objects.filter(act="second_factor_failed").count() == throttle.FAILURES_ALLOWED


def test_an_app_is_set_up_on_the_pages_and_shows_the_recovery_codes_once(as_user: LogIn, colleague: User) -> None:
    browser = as_user(colleague)
    page = browser.get("/profile/security/app/").content.decode()
    assert "<svg" in page
    shown = browser.session["new_secret"]
    answer = browser.post("/profile/security/app/", {"code": digits(shown)})
    assert len(re.findall(r"<code>(\w{4}-\w{4}-\w{4}-\w{4})</code>", answer.content.decode())) == 10
    assert Authenticator.objects.get(user=colleague).secret == shown
    assert "new_secret" not in browser.session
    assert shown not in browser.get("/profile/security/").content.decode()


def test_turning_it_off_asks_for_the_password(as_user: LogIn, colleague: User, secret: str) -> None:
    browser = as_user(colleague)
    browser.get("/profile/security/off/")
    browser.post("/log-in/second/", {"code": digits(secret)})
    assert browser.post("/profile/security/off/", {"password": "wrong"}).status_code == 422
    assert factors.has_any(colleague)
    browser.post("/profile/security/off/", {"password": "colleague-has-a-password"})
    assert not factors.has_any(colleague)
    assert colleague.recovery_codes.count() == 0


def test_a_role_that_asks_for_a_factor_lets_its_people_no_further_without(as_user: LogIn, colleague: User) -> None:
    Role.objects.filter(code="staff").update(needs_second_factor=True)
    browser = as_user(colleague)
    assert browser.get("/jobs/")["Location"] == "/profile/security/"
    assert "Your role asks for a second factor" in browser.get("/profile/security/").content.decode()
    browser.get("/profile/security/app/")
    browser.post("/profile/security/app/", {"code": digits(browser.session["new_secret"])})
    assert browser.get("/jobs/").status_code == 200


def test_a_session_from_before_is_asked_for_the_factor(as_user: LogIn, colleague: User, secret: str) -> None:
    Role.objects.filter(code="staff").update(needs_second_factor=True)
    browser = as_user(colleague)
    assert browser.get("/jobs/")["Location"] == "/log-in/second/"
    assert browser.post("/log-in/second/", {"code": digits(secret)})["Location"] == "/jobs/"
    assert browser.get("/jobs/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/profile/security/app/", "/profile/security/passkeys/add/", "/profile/security/codes/",
             "/profile/security/off/", "/profile/security/passkeys/{key}/remove/"],
)  # fmt: skip
def test_a_session_from_before_the_factor_changes_none_until_it_has_given_it(
    as_user: LogIn, colleague: User, secret: str, path: str
) -> None:
    browser, before = as_user(colleague), set(RecoveryCode.objects.values_list("digest", flat=True))
    key = Passkey.objects.create(user=colleague, name="office", credential="AAAA", public_key=b"")
    session = browser.session
    session["new_secret"] = factors.new_secret()
    session.save()
    given = {"code": digits(session["new_secret"]), "password": "colleague-has-a-password"}
    answer = browser.post(path.format(key=key.pk), given)
    assert answer["Location"] == "/log-in/second/"
    assert Authenticator.objects.get(user=colleague).secret == secret
    assert set(RecoveryCode.objects.values_list("digest", flat=True)) == before
    assert Passkey.objects.count() == 1
    assert not browser.session.get("second_factor")
    assert browser.post("/log-in/second/", {"code": digits(secret)})["Location"] == "/profile/security/"
    assert browser.post(path.format(key=key.pk), given).get("Location") != "/log-in/second/"


def test_the_last_passkey_goes_only_with_the_password(as_user: LogIn, colleague: User) -> None:
    keys = [Passkey.objects.create(user=colleague, name=name, credential=name, public_key=b"") for name in ("a", "b")]
    browser = as_user(colleague)
    session = browser.session
    session["second_factor"] = True
    session.save()
    paths = [f"/profile/security/passkeys/{key.pk}/remove/" for key in keys]
    assert [browser.post(path)["Location"] for path in paths] == ["/profile/security/", "/profile/security/off/"]
    assert list(Passkey.objects.all()) == keys[1:]
    browser.post("/profile/security/off/", {"password": "colleague-has-a-password"})
    assert not factors.has_any(colleague)
    assert not browser.session["second_factor"]


def test_a_factor_that_was_taken_away_is_asked_for_anew_in_every_session(
    as_user: LogIn, owner: User, colleague: User, secret: str
) -> None:
    Role.objects.filter(code="staff").update(needs_second_factor=True)
    browser = as_user(colleague)
    browser.get("/jobs/")
    browser.post("/log-in/second/", {"code": digits(secret)})
    assert browser.get("/jobs/").status_code == 200
    as_user(owner).post(f"/people/{colleague.pk}/second-factor/reset/")
    assert browser.get("/jobs/")["Location"] == "/profile/security/"


def test_who_manages_people_turns_their_own_off_with_the_password_alone(as_user: LogIn, owner: User) -> None:
    Authenticator.objects.create(user=owner, secret=factors.new_secret())
    browser = as_user(owner)
    page = browser.get(f"/people/{owner.pk}/").content.decode()
    assert "/second-factor/reset/" not in page
    assert 'href="/profile/security/off/"' in page
    assert browser.post(f"/people/{owner.pk}/second-factor/reset/")["Location"] == "/profile/security/off/"
    secret = make(user=owner, name="test", scopes=["credentials:write"], days=1, by=owner)[1]
    path, named = f"/api/v1/users/{owner.pk}/reset-second-factors", {"Authorization": f"Bearer {secret}"}
    assert Client().post(path, headers=named).status_code == 403
    assert factors.has_any(owner)


def test_an_owner_helps_who_has_lost_everything(as_user: LogIn, owner: User, colleague: User, secret: str) -> None:
    as_user(owner).post(f"/people/{colleague.pk}/second-factor/reset/")
    assert not factors.has_any(colleague)
    assert AuditEntry.objects.get(act="second_factor_off").by == owner


@pytest.mark.parametrize(
    ("host", "origin", "takes"),
    [
        ("localhost", "http://localhost:8000", True),
        ("crm.example.com", "https://crm.example.com", True),
        ("crm.example.com", "http://crm.example.com", False),
        ("127.0.0.1", "https://127.0.0.1", False),
        ("[::1]", "https://[::1]", False),
    ],
)
def test_passkeys_want_a_name_and_https(host: str, origin: str, takes: bool) -> None:
    assert factors.Site(host, origin).takes_passkeys is takes


def test_a_passkey_that_nobody_made_is_refused(as_user: LogIn, colleague: User) -> None:
    browser = as_user(colleague)
    browser.get("/profile/security/", headers={"host": "localhost"})
    for credential in ("", "{}", "no json", '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}'):
        answer = browser.post(
            "/profile/security/passkeys/add/", {"credential": credential, "name": "x"}, headers={"host": "localhost"}
        )
        assert answer.status_code == 302
    assert Passkey.objects.count() == 0
