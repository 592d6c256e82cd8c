"""What a program relies on: tokens, pages, keys, limits, problems, conflicts; and nothing tells more than a page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.test import Client
from django.utils import timezone

import shuke
from shuke.crm.api.operations import SCOPES
from shuke.crm.api.problems import TITLES
from shuke.crm.customers.models import Customer
from shuke.crm.customers.writes import Card, forget, keep
from shuke.crm.customers.writes_of_cards import change
from shuke.crm.people.models import AuditEntry, KeptAnswer, Role, Token, User
from shuke.crm.people.tokens import make
from shuke.kit.text import keys

Call = Callable[..., Any]


def caller(user: User, scopes: Any = SCOPES) -> Call:
    """Calls with a token of the user: `call("GET", "/me")`."""
    secret = make(user=user, name="test", scopes=scopes, days=1, by=user)[1]

    def call(method: str, path: str, body: Any = None, **headers: str) -> Any:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        address = path if path.startswith("/api/") else "/api/v1" + path
        kind = headers.pop("kind", "application/json")
        named = {"Authorization": f"Bearer {secret}", "Accept-Language": "en", **headers}
        return Client().generic(method, address, raw, kind, headers=named)

    return call


@pytest.fixture
def call(owner: User) -> Call:
    return caller(owner)


# --- tokens -------------------------------------------------------------------------------------------------------
def test_a_token_is_kept_as_a_digest_and_opens_until_it_is_revoked(owner: User) -> None:
    made, secret = make(user=owner, name="shop", scopes=["customers:read"], days=30, by=owner)
    assert secret not in json.dumps(list(Token.objects.values()), default=str)
    asked = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/me", headers=asked).json()["username"] == "owner"
    Token.objects.filter(pk=made.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get("/api/v1/me", headers=asked).status_code == 401


def test_a_token_opens_no_more_once_its_user_is_shut_out(colleague: User) -> None:
    call = caller(colleague)
    assert call("GET", "/me").status_code == 200
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    assert call("GET", "/me").status_code == 401


def test_a_token_is_never_wider_than_the_role_is_now(owner: User) -> None:
    call = caller(owner)
    assert call("GET", "/users").json()["items"]
    User.objects.filter(pk=owner.pk).update(role=Role.STAFF)
    assert call("GET", "/audit").status_code == 403


def test_a_token_makes_no_token_that_may_do_more_than_itself(owner: User) -> None:
    call = caller(owner, ["credentials:write"])
    assert call("POST", "/tokens", {"name": "x", "scopes": ["audit:read"]}).status_code == 403
    assert call("POST", "/tokens", {"name": "x", "scopes": ["credentials:read"]}).status_code == 201


def test_what_a_token_did_names_it_in_the_audit(call: Call, owner: User) -> None:
    call("POST", "/customers", {"name": "王芳"})
    entry = AuditEntry.objects.get(act="customer_added")
    assert (entry.by_id, entry.token_id) == (owner.pk, Token.objects.get().pk)


# --- what is seen -------------------------------------------------------------------------------------------------
def test_a_stranger_finds_nobody_elses_customer_by_any_list(stranger: User, parts: dict[str, Any]) -> None:
    call = caller(stranger)
    for path in ("/customers", "/customers?q=王芳", "/customers?q=8000", "/mentions", "/jobs"):
        assert call("GET", path).json()["items"] == []
    found = call("POST", "/customers/-/duplicates", {"name": "王芳", "phone": "13800138000"})
    assert found.json()["items"] == []
    tagged = call("POST", "/customers/-/tag", {"keys": ["C-1"], "tag": "x"})
    assert tagged.json() == {"changed": 0, "unknown": ["C-1"], "undo_id": None}


def test_the_audit_tells_values_as_cards_do_and_none_of_customers_out_of_reach(
    owner: User, stranger: User, parts: dict[str, Any]
) -> None:
    for key in ("C-1", "C-2"):
        change(customer=Customer.objects.get(key=key).pk, values={"phone": "+8613911112222"}, by=owner)
    Customer.objects.filter(key="C-1").update(owner=stranger)
    Role.objects.filter(code=stranger.role).update(rights=["see", "audit"])
    call = caller(stranger)
    pages = [call("GET", "/audit?act=card_changed&limit=1").json()]
    pages.append(call("GET", pages[0]["next"]).json())
    told = [item["values"] for page in pages for item in page["items"]]
    assert told == [{}, {"phone": ["138****8000", "+86 139****2222"]}]
    whole = caller(owner)("GET", "/audit?act=card_changed&limit=1").json()["items"][0]
    assert whole["values"]["phone"][1] == "+8613911112222"


def test_masked_contacts_are_masked_and_given_back_unchanged_they_stay(colleague: User, parts: dict[str, Any]) -> None:
    call = caller(colleague)
    card = call("GET", "/customers/C-1").json()
    assert card["phone"] == "138****8000"
    assert "138****8000" in {one["phone"] for one in call("GET", "/customers").json()["items"]}
    changed = call("PATCH", "/customers/C-1", {"phone": card["phone"], "name": "王芳芳"})
    assert changed.json()["name"] == "王芳芳"
    assert Customer.objects.get(key="C-1").phone == "13800138000"
    assert call("POST", "/customers/C-1/reveal", {"field": "phone"}).json()["value"] == "13800138000"
    assert AuditEntry.objects.filter(act="revealed", by=colleague).exists()


# --- pages --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("order", ["name", "-name", "created", "-clv"])
def test_pages_hold_each_customer_once_while_others_come_in(call: Call, db: None, order: str) -> None:
    keep(cards=[Card(f"K{n:02d}", name=f"n{n % 5}") for n in range(23)])
    found, path = [], f"/customers?limit=5&sort={order}"
    while path:
        answer = call("GET", path).json()
        found += [one["key"] for one in answer["items"]]
        path = answer["next"]
        keep(cards=[Card(f"L{len(found):02d}", name="n0")])
    assert sorted(key for key in found if key.startswith("K")) == [f"K{n:02d}" for n in range(23)]
    assert len(found) == len(set(found))


def test_a_cursor_of_another_list_or_of_nobody_is_refused(call: Call, db: None) -> None:
    keep(cards=[Card(f"K{n}") for n in range(3)])
    following = call("GET", "/customers?limit=1&sort=name").json()["next"]
    assert call("GET", following.replace("sort=name", "sort=-name")).json()["code"] == "bad_cursor"
    assert call("GET", "/customers?cursor=made-up").json()["code"] == "bad_cursor"


def test_the_list_is_filtered_by_contact_and_consent_as_on_the_pages(call: Call, parts: dict[str, Any]) -> None:
    said = {"channel": "email", "state": "given", "source": "shop"}
    assert call("POST", "/customers/C-2/statements", said).status_code == 201

    def keys(asked: str) -> set[str]:
        return {one["key"] for one in call("GET", f"/customers?{asked}").json()["items"]}

    everybody = keys("")
    assert keys("consent=email:given") == {"C-2"}
    assert keys("consent=email:unknown") == everybody - {"C-2"}
    assert keys("contact=never") == everybody - {"C-1"}
    assert keys("contact=30") == everybody - {"C-1"}, "who was called today is not waited for"
    assert keys("first=2000-01-01..2100-01-01") == set(), "nothing was scored, so nobody's first purchase is known"
    assert call("GET", "/customers?contact=31").status_code == 422
    assert call("GET", "/customers?first=2024-02-01..2024-01-01").status_code == 422
    assert call("GET", "/customers?consent=email:perhaps").status_code == 422


def test_a_filter_that_the_list_does_not_know_is_refused_with_what_is_allowed(
    call: Call, parts: dict[str, Any]
) -> None:
    answer = call("GET", "/customers?colour=red").json()
    assert answer["code"] == "invalid"
    assert "tier" in answer["allowed"]
    assert call("GET", "/customers?f.budget.from=1").status_code == 422, "the field is not listed"
    assert call("GET", "/customers?sort=shoe").status_code == 422
    assert call("GET", "/customers?limit=201").status_code == 422


# --- done once ----------------------------------------------------------------------------------------------------
def test_the_same_key_does_nothing_twice_and_another_request_is_refused(call: Call, db: None) -> None:
    key = {"Idempotency-Key": "a-1"}
    first = call("POST", "/customers", {"name": "王芳"}, **key)
    again = call("POST", "/customers", {"name": "王芳"}, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Customer.objects.count() == 1
    assert call("POST", "/customers", {"name": "李雷"}, **key).json()["code"] == "key_reused"


def test_what_was_refused_may_be_sent_again_under_the_same_key(call: Call, db: None) -> None:
    key = {"Idempotency-Key": "a-2"}
    assert call("POST", "/customers", {"email": "nobody"}, **key).status_code == 422
    assert call("POST", "/customers", {"email": "w@example.com"}, **key).status_code == 201


def test_a_secret_is_told_once_even_to_the_same_key(call: Call, db: None) -> None:
    asked = {"name": "shop", "scopes": ["customers:read"]}
    first = call("POST", "/tokens", asked, **{"Idempotency-Key": "t"}).json()
    assert first["token"].startswith("shk_")
    assert call("POST", "/tokens", asked, **{"Idempotency-Key": "t"}).json()["token"] is None
    assert first["token"].rpartition("_")[2] not in str(list(KeptAnswer.objects.values()))


def test_an_erasure_clears_what_was_answered(call: Call, owner: User) -> None:
    call("POST", "/customers", {"key": "C-9", "name": "王芳"}, **{"Idempotency-Key": "e"})
    forget(keys=["C-9"], by=owner)
    assert "王芳" not in str(list(KeptAnswer.objects.values()))
    again = call("POST", "/customers", {"key": "C-9", "name": "王芳"}, **{"Idempotency-Key": "e"})
    assert again.json()["code"] == "answer_gone"
    assert not Customer.objects.exists()


TOGETHER = """
import json, sys, threading
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.test import Client
from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.people.tokens import make
call_command("migrate", verbosity=0)
name = sys.argv[1]
user = User.objects.create_user(name, password="a-long-word-of-hers", role="owner")
headers = {"Authorization": "Bearer " + make(user=user, name="x", scopes=["customers:write"], days=1, by=user)[1]}
answers, ready = [], threading.Barrier(4)
def ask():
    ready.wait()
    body = json.dumps({"name": name, "allow_duplicates": True})
    sent = headers | {"Idempotency-Key": "one"}
    answer = Client().post("/api/v1/customers", body, content_type="application/json", headers=sent)
    answers.append((answer.status_code, answer.json().get("key")))
    connection.close()
threads = [threading.Thread(target=ask) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(json.dumps([answers, Customer.objects.filter(name=name).count()]))
"""


@pytest.fixture
def own_database() -> Iterator[str]:
    """The address of an empty database: a new one on the PostgreSQL that CI names, else none, for SQLite's file."""
    url = os.environ["DATABASE_URL"]
    if not url:
        yield ""
        return
    server, name = url.rpartition("/")[0], f"together_{uuid4().hex[:12]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as opened:
        opened.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        opened.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_four_at_the_same_moment_with_one_key_make_one_customer(tmp_path: Path, own_database: str) -> None:
    """In a process of its own, on a database on disk: SQLite's own file, or the PostgreSQL that CI names."""
    (tmp_path / "static").mkdir()
    path = os.pathsep.join([str(Path(shuke.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "SHUKE_DATA": str(tmp_path), "PYTHONPATH": path, "DATABASE_URL": own_database}
    environment["SHUKE_HOSTS"] = "testserver"
    command = [sys.executable, "-c", TOGETHER, f"u{uuid4().hex[:12]}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    answers, count = json.loads(done.stdout.splitlines()[-1])
    assert [status for status, _ in answers] == [201] * 4, done.stderr
    assert (len({key for _, key in answers}), count) == (1, 1)


# --- limits and problems ------------------------------------------------------------------------------------------
def test_past_the_limit_of_a_minute_a_token_waits(call: Call, settings: Any) -> None:
    settings.SHUKE_API_CALLS_A_MINUTE = 3
    answers = [call("GET", "/me") for _ in range(8)]
    assert 429 in [answer.status_code for answer in answers]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert int(refused["Retry-After"]) <= 60
    assert refused.json()["code"] == "too_many_requests"
    assert answers[0]["RateLimit-Policy"] == '"calls";q=3;w=60'


def test_guessing_tokens_is_slowed_without_shutting_out_good_ones(call: Call, settings: Any) -> None:
    settings.SHUKE_API_STRANGERS_A_MINUTE = 3
    wrong = {"Authorization": "Bearer shk_0123456789_guess"}
    statuses = [Client().get("/api/v1/me", headers=wrong).status_code for _ in range(8)]
    assert {401, 429} == set(statuses)
    assert call("GET", "/me").status_code == 200


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "", 415),
        (b'{"name": "\xff"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"name": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b'{"name": NaN}', "application/json", 422),
        (b"name=x", "application/x-www-form-urlencoded", 415),
        (b'{"name": "x"}', "application/json; charset=gbk", 415),
        (rb'{"name": "a\u0000b"}', "application/json", 422),
        (rb'{"name": "\ud800"}', "application/json", 422),
        (b'{"name": 7}', "application/json", 422),
        (b'{"nam": "x"}', "application/json", 422),
        (b'{"name": "x", "values": {"shoe": 1}}', "application/json", 422),
        (b'{"name": "x", "values": {"name": "y"}}', "application/json", 422),
        (b'{"name": "' + b"x" * 3_000_000 + b'"}', "application/json", 413),
    ],
)
def test_what_cannot_be_read_is_a_problem_and_no_failure(call: Call, body: bytes, kind: str, status: int) -> None:
    answer = call("POST", "/customers", body, kind=kind)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status


def test_a_problem_reads_in_the_language_of_the_caller(call: Call, db: None) -> None:
    for tongue, title in (("zh-hans", "找不到"), ("zh-TW", "找不到"), ("en", "Not found")):
        assert call("GET", "/customers/none", **{"Accept-Language": tongue}).json()["title"] == title


def test_a_wrong_address_or_method_is_a_problem_too(call: Call, db: None) -> None:
    assert call("GET", "/nowhere").json()["code"] == "not_found"
    assert call("POST", "/nowhere").json()["code"] == "not_found"
    answer = call("POST", "/me")
    assert (answer.status_code, answer["Allow"]) == (405, "GET")
    assert call("GET", "/jobs/99999999999999999999").status_code == 404


def test_every_code_of_a_problem_has_its_words() -> None:
    assert set(TITLES) == {key.removeprefix("api.problem.") for key in keys("api.problem.")}


def test_likely_duplicates_are_told_before_anybody_is_added_twice(call: Call, parts: dict[str, Any]) -> None:
    answer = call("POST", "/customers", {"name": "王芳", "phone": "138 0013 8000"})
    assert answer.status_code == 409
    assert answer.json()["duplicates"] == [{"key": "C-1", "name": "王芳", "signs": ["phone", "name"]}]
    asked = {"name": "王芳", "phone": "138 0013 8000", "allow_duplicates": True, "values": {"budget": 123450}}
    made = call("POST", "/customers", asked)
    assert made.json()["values"] == {"budget": 123450}


def test_two_who_change_one_field_get_a_conflict_with_both_values(call: Call, parts: dict[str, Any]) -> None:
    seen = call("GET", "/customers/C-1").json()["version"]
    call("PATCH", "/customers/C-1", {"version": seen, "name": "王芬", "email": "w@example.com"})
    answer = call("PATCH", "/customers/C-1", {"version": seen, "name": "王芳芳"})
    assert answer.json()["code"] == "changed_meanwhile"
    [conflict] = answer.json()["conflicts"]
    assert [conflict[name] for name in ("field", "before", "theirs", "yours")] == ["name", "王芳", "王芬", "王芳芳"]
    other = call("PATCH", "/customers/C-1", {"version": seen, "values": {"budget": 5}})
    assert (other.status_code, other.json()["email"]) == (200, "w@example.com")


# --- the document -------------------------------------------------------------------------------------------------
def test_the_document_is_for_who_is_logged_in_or_shows_a_token(
    call: Call, as_user: Any, colleague: User, settings: Any
) -> None:
    assert Client().get("/api/v1/openapi.json").status_code == 401
    assert as_user(colleague).get("/api/v1/openapi.json").json()["openapi"] == "3.1.0"
    assert call("GET", "/openapi.json").status_code == 200
    settings.SHUKE_API_OPEN_SCHEMA = True
    assert Client().get("/api/v1/openapi.json").status_code == 200
