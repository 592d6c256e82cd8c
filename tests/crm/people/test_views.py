"""Log-in, one's own settings and the list of users."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from shuke.crm.people import throttle
from shuke.crm.people.models import Team, User

LogIn = Callable[[User], Client]


def log_in(client: Client, name: str, password: str, **more: str) -> object:
    return client.post("/log-in/", {"username": name, "password": password, **more})


def test_the_right_password_opens_the_page_one_came_for(client: Client, colleague: User) -> None:
    answer = log_in(client, "colleague", "colleague-has-a-password", next="/profile/")
    assert (answer.status_code, answer["Location"]) == (302, "/profile/")
    assert client.get("/profile/").status_code == 200


def test_a_wrong_password_says_so_and_keeps_the_name_typed(client: Client, colleague: User) -> None:
    answer = log_in(client, "colleague", "wrong")
    assert answer.status_code == 422
    assert "用户名或密码不对" in answer.content.decode()
    assert 'value="colleague"' in answer.content.decode()
    assert "wrong" not in answer.content.decode().replace("field wrong", "")


def test_nobody_is_sent_to_another_site_after_log_in(client: Client, colleague: User) -> None:
    answer = log_in(client, "colleague", "colleague-has-a-password", next="https://evil.example/")
    assert answer["Location"] == "/"


def test_who_is_shut_out_cannot_log_in(client: Client, colleague: User) -> None:
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    assert log_in(client, "colleague", "colleague-has-a-password").status_code == 422


def test_guessing_is_stopped_even_when_the_guess_is_right(client: Client, colleague: User) -> None:
    for _ in range(throttle.FAILURES_ALLOWED):
        log_in(client, "colleague", "wrong")
    answer = log_in(client, "colleague", "colleague-has-a-password")
    assert answer.status_code == 422
    assert "15 分钟" in answer.content.decode()


def test_a_right_password_clears_earlier_failures(client: Client, colleague: User) -> None:
    for _ in range(throttle.FAILURES_ALLOWED - 1):
        log_in(client, "colleague", "wrong")
    assert log_in(client, "colleague", "colleague-has-a-password").status_code == 302
    assert throttle.minutes_to_wait("colleague", "127.0.0.1") == 0


def test_log_out_is_a_post(as_user: LogIn, colleague: User) -> None:
    browser = as_user(colleague)
    assert browser.get("/log-out/").status_code == 405
    assert browser.post("/log-out/")["Location"] == "/log-in/"
    assert browser.get("/profile/").status_code == 302


def test_the_demo_user_stands_on_the_log_in_page_of_a_demo_only(client: Client, db: None, settings: Settings) -> None:
    assert "shuke-demo" not in client.get("/log-in/").content.decode()
    settings.SHUKE_DEMO = True
    page = client.get("/log-in/").content.decode()
    assert "shuke-demo" in page
    assert "Complete Journey" in page
    settings.SHUKE_DEMO_SHOP = True
    assert "一家虚构的汽车经销与零售商家" in client.get("/log-in/").content.decode()


def test_a_site_without_users_says_how_to_add_the_first(client: Client, db: None) -> None:
    assert "shuke manage createsuperuser" in client.get("/log-in/").content.decode()


def test_the_browser_s_language_holds_until_one_chooses(client: Client, db: None) -> None:
    def heading(**headers: str) -> str:
        return client.get("/log-in/", headers=headers).content.decode()

    assert "登录熟客" in heading()
    assert "登入熟客" in heading(accept_language="zh-TW")
    assert "Log in to Shuke" in heading(accept_language="en-GB,en;q=0.8")
    client.post("/language/", {"language": "zh-hant", "next": "/log-in/"})
    assert "登入熟客" in heading(accept_language="en")


def test_a_user_s_language_wins_over_cookie_and_browser(as_user: LogIn, colleague: User) -> None:
    browser = as_user(colleague)
    assert '<html lang="en"' in browser.get("/profile/").content.decode()
    browser.post("/language/", {"language": "zh-hant"})
    assert '<html lang="zh-Hant"' in browser.get("/profile/", headers={"accept-language": "en"}).content.decode()
    assert User.objects.get(pk=colleague.pk).language == "zh-hant"


def test_as_the_browser_holds_though_the_menus_were_used_before(as_user: LogIn, colleague: User) -> None:
    browser = as_user(colleague)
    browser.post("/language/", {"language": "zh-hant"})
    browser.post("/theme/", {"theme": "dark"})
    asked = {"accept-language": "en"}
    given = {"name": "Ana", "email": "", "language": "", "theme": "auto"}
    page = browser.post("/profile/", given, headers=asked, follow=True).content.decode()
    assert '<html lang="en" data-theme="auto"' in page
    assert "Your profile was saved" in page
    assert '<html lang="zh-Hans"' in browser.get("/profile/", headers={"accept-language": "zh-CN"}).content.decode()
    browser.post("/log-out/")
    assert '<html lang="en" data-theme="auto"' in browser.get("/log-in/", headers=asked).content.decode()


def test_what_is_chosen_in_the_profile_is_kept_on_the_device_too(as_user: LogIn, colleague: User) -> None:
    browser = as_user(colleague)
    browser.post("/profile/", {"name": "Ana", "email": "", "language": "zh-hant", "theme": "dark"})
    browser.post("/log-out/")
    page = browser.get("/log-in/", headers={"accept-language": "en"}).content.decode()
    assert '<html lang="zh-Hant" data-theme="dark"' in page


def test_a_theme_is_kept_with_the_user_and_on_the_device(as_user: LogIn, colleague: User) -> None:
    browser = as_user(colleague)
    browser.post("/theme/", {"theme": "dark"})
    assert 'data-theme="dark"' in browser.get("/profile/").content.decode()
    browser.post("/log-out/")
    assert 'data-theme="dark"' in browser.get("/log-in/").content.decode()


@pytest.mark.parametrize(("path", "given"), [("/theme/", {"theme": "neon"}), ("/language/", {"language": "xx"})])
def test_choices_that_there_are_not_are_refused(client: Client, db: None, path: str, given: dict[str, str]) -> None:
    assert client.post(path, given).status_code == 400


def test_a_profile_is_changed_by_its_user(as_user: LogIn, colleague: User) -> None:
    given = {"name": "安娜", "email": "ana@example.com", "language": "zh-hans", "theme": "light"}
    answer = as_user(colleague).post("/profile/", given, follow=True)
    assert "已保存个人设置" in answer.content.decode()
    assert User.objects.get(pk=colleague.pk).shown_name == "安娜"


def test_nobody_raises_their_own_role(as_user: LogIn, colleague: User) -> None:
    given = {"name": "Ana", "email": "", "language": "en", "theme": "auto", "role": "owner", "is_active": "on"}
    as_user(colleague).post("/profile/", given)
    assert User.objects.get(pk=colleague.pk).role == "staff"


def test_an_error_stands_beside_its_field_and_keeps_what_was_typed(as_user: LogIn, colleague: User) -> None:
    given = {"name": "安娜", "email": "not-an-address", "language": "en", "theme": "auto"}
    answer = as_user(colleague).post("/profile/", given)
    assert answer.status_code == 422
    assert "id_email_error" in answer.content.decode()
    assert 'value="not-an-address"' in answer.content.decode()


def test_a_new_password_ends_the_log_ins_elsewhere(as_user: LogIn, colleague: User) -> None:
    here, elsewhere = as_user(colleague), as_user(colleague)
    given = {
        "old_password": "colleague-has-a-password",
        "new_password1": "tulips-in-november",
        "new_password2": "tulips-in-november",
    }
    assert here.post("/profile/password/", given).status_code == 302
    assert here.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302


def test_an_owner_adds_a_user_who_then_logs_in(as_user: LogIn, owner: User, client: Client) -> None:
    given = {"username": "neu", "name": "小新", "email": "", "role": "manager", "language": ""}
    assert as_user(owner).post("/people/add/", {**given, "password": "short"}).status_code == 422
    assert as_user(owner).post("/people/add/", {**given, "password": "tulips-in-november"}).status_code == 302
    assert log_in(client, "neu", "tulips-in-november").status_code == 302


def test_the_last_owner_is_told_why_they_must_stay(as_user: LogIn, owner: User) -> None:
    answer = as_user(owner).post(f"/people/{owner.pk}/", {"name": "", "email": "", "role": "staff", "is_active": "on"})
    assert answer.status_code == 422
    assert "make another user an owner first" in answer.content.decode()


def test_managers_do_not_manage_users(as_user: LogIn, manager: User, colleague: User) -> None:
    browser = as_user(manager)
    for path in ("/people/", "/people/add/", f"/people/{colleague.pk}/"):
        assert browser.get(path).status_code == 403


def test_a_team_whose_name_differs_in_blanks_alone_is_there_already(as_user: LogIn, owner: User) -> None:
    browser = as_user(owner)
    assert browser.post("/people/teams/add/", {"name": "North  East"}).status_code == 302
    answer = browser.post("/people/teams/add/", {"name": " North\u3000 East"})
    assert answer.status_code == 422
    assert [team.name for team in Team.objects.all()] == ["North East"]
    other = Team.objects.create(name="South")
    assert browser.post(f"/people/teams/{other.pk}/", {"name": "North   East"}).status_code == 422
    assert browser.post(f"/people/teams/{other.pk}/", {"name": "South  West"}).status_code == 302
