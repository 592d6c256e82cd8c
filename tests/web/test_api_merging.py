"""Duplicates, consent and erasure as a program meets them: who is merged, who may be contacted, what is left."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from shuke.crm.customers.models import Customer
from shuke.crm.customers.writes import Card, keep
from shuke.crm.merging.models import Merge, Pair
from shuke.crm.people.models import AuditEntry, KeptAnswer, Role, Token, User
from shuke.crm.privacy.erasing import erase
from shuke.crm.privacy.models import Erasure, Statement

Call = Callable[..., Any]

WRITES_OF_A_CARD = [
    ("PATCH", "", {"name": "韩梅梅"}),
    ("POST", "/entries", {"section": "log", "values": {}}),
    ("PUT", "/traits/hobby", {"value": "登山"}),
    ("DELETE", "/traits/hobby", None),
    ("POST", "/links", {"role": "friend", "other": "C-2"}),
    ("POST", "/touches", {"kind": "note", "text": "spoke"}),
    ("POST", "/statements", {"channel": "email", "state": "given", "source": "shop"}),
    ("POST", "/erasure", {"reason": "asked", "typed": "C-0"}),
]


# --- merging ------------------------------------------------------------------------------------------------------
def test_cards_are_merged_once_by_key_and_parted_again(call: Call, parts: dict[str, Any], owner: User) -> None:
    given = {"survivor": "C-2", "others": ["C-3"], "chosen": {"phone": "C-2"}}
    first = call("POST", "/merges", given, **{"Idempotency-Key": "one"})
    again = call("POST", "/merges", given, **{"Idempotency-Key": "one"})
    assert (first.status_code, again.content, again["Idempotency-Replayed"]) == (201, first.content, "true")
    told = first.json()
    assert (told["survivor"], [one["key"] for one in told["cards"]], told["by"]) == ("C-2", ["C-3"], "owner")
    assert AuditEntry.objects.filter(act="cards_merged", token=Token.objects.get(name="test")).count() == 2
    parted = call("POST", f"/merges/{told['id']}/part").json()
    assert (parted["is_parted"], [one["key"] for one in parted["cards"]]) == (True, ["C-3"])
    assert call("GET", "/customers/C-3").json()["key"] == "C-3"
    refused = call("POST", f"/merges/{told['id']}/part")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


def test_a_merge_that_another_stands_on_names_it(call: Call, parts: dict[str, Any]) -> None:
    later = call("POST", "/merges", {"survivor": "C-1", "others": ["C-2"]}).json()
    refused = call("POST", f"/merges/{parts['merge_id']}/part").json()
    assert (refused["code"], refused["part_first"]) == ("conflict", later["id"])
    assert [one["id"] for one in call("GET", "/customers/C-1/merges").json()["items"]] == [
        later["id"],
        parts["merge_id"],
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"survivor": "C-2", "others": ["C-2"]}, "others"),
        ({"survivor": "C-2", "others": ["C-3"], "chosen": {"shoe": "C-2"}}, "chosen.shoe"),
        ({"survivor": "C-2", "others": ["C-3"], "chosen": {"name": "C-1"}}, "chosen.name"),
    ],
)
def test_a_merge_that_makes_no_sense_is_refused_field_by_field(
    call: Call,
    parts: dict[str, Any],
    given: Any,
    field: str,
) -> None:
    refused = call("POST", "/merges", given)
    assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (422, [field])
    assert Merge.objects.count() == 1


def test_cards_of_different_kinds_are_not_merged(call: Call, parts: dict[str, Any]) -> None:
    Customer.objects.filter(key="C-3").update(kind="organisation")
    refused = call("POST", "/merges", {"survivor": "C-2", "others": ["C-3"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(("method", "path", "body"), WRITES_OF_A_CARD)
def test_what_is_written_under_the_key_of_a_merged_card_is_refused_and_names_the_survivor(
    call: Call,
    parts: dict[str, Any],
    method: str,
    path: str,
    body: Any,
) -> None:
    refused = call(method, f"/customers/C-0{path}", body)
    assert (refused.status_code, refused.json()["code"], refused.json()["into"]) == (409, "merged", "C-1")
    merged = call("POST", "/merges", {"survivor": "C-0", "others": ["C-2"]})
    assert (merged.status_code, merged.json()["into"]) == (409, "C-1")


def test_what_is_read_under_the_key_of_a_merged_card_is_the_survivors_and_says_so(
    call: Call,
    parts: dict[str, Any],
) -> None:
    found = call("GET", "/customers/C-0")
    assert (found.json()["key"], found["Content-Location"]) == ("C-1", "/api/v1/customers/C-1")
    listed = call("GET", "/customers/C-0/changes?limit=2")
    assert listed["Content-Location"] == "/api/v1/customers/C-1/changes?limit=2"
    assert "Content-Location" not in call("GET", "/customers/C-1")


def test_nobody_learns_of_a_survivor_out_of_reach(caller: Call, stranger: User, parts: dict[str, Any]) -> None:
    call = caller(stranger)
    for method, path, body in [("GET", "", None), *WRITES_OF_A_CARD[:-1]]:
        answer = call(method, f"/customers/C-0{path}", body)
        assert (answer.status_code, "C-1" in answer.content.decode()) == (404, False)
    assert call("GET", "/pairs").json()["items"] == []


def test_pairs_come_once_each_the_strongest_first_and_say_why(call: Call, owner: User, colleague: User) -> None:
    keep(cards=[Card(f"K{n:02d}", name="王芳", phone="13800138000") for n in range(8)])
    cards = list(Customer.objects.order_by("pk"))
    for n, other in enumerate(cards[1:]):
        Pair.objects.create(one=cards[0], two=other, weight=[9.5, 3.25][n % 2], signs=[["phone", 9.0], ["name", -1.0]])
    found, path = [], "/pairs?limit=2"
    while path:
        page = call("GET", path).json()
        found, path = [*found, *page["items"]], page["next"]
    assert [one["weight"] for one in found] == [9.5] * 4 + [3.25] * 3
    assert len({one["id"] for one in found}) == 7
    assert [(one["sign"], one["weight"]) for one in found[0]["signs"]] == [("phone", 9.0), ("name", -1.0)]
    for one in found[:3]:
        assert call("POST", f"/pairs/{one['id']}/tell-apart").json()["state"] == "different"
    apart, path = [], "/pairs?state=different&limit=2"
    while path:
        page = call("GET", path).json()
        apart, path = [*apart, *page["items"]], page["next"]
    assert [one["id"] for one in apart] == [one["id"] for one in found[2::-1]]
    assert call("POST", f"/pairs/{apart[0]['id']}/doubt-again").json()["state"] == "open"


def test_pairs_tell_masked_what_the_user_reads_masked(caller: Call, colleague: User, parts: dict[str, Any]) -> None:
    [pair] = caller(colleague)("GET", "/pairs").json()["items"]
    assert pair["cards"][0]["phone"] == "138****8000"


# --- consent ------------------------------------------------------------------------------------------------------
def test_what_a_customer_said_stands_until_they_say_otherwise(call: Call, parts: dict[str, Any]) -> None:
    said = {"channel": "email", "state": "given", "source": "shop", "on": "2026-01-31", "evidence": "form 7"}
    made = call("POST", "/customers/C-1/statements", said, **{"Idempotency-Key": "a"})
    call("POST", "/customers/C-1/statements", said, **{"Idempotency-Key": "a"})
    assert (made.status_code, Statement.objects.count()) == (201, 1)
    assert made.json()["on"] == "2026-01-31"
    stands = {one["channel"]: one["state"] for one in call("GET", "/customers/C-1/consents").json()["items"]}
    assert (stands["email"], stands["phone"]) == ("given", "unknown")
    many = {"keys": ["C-1", "C-2", "C-9"], "channel": "email", "state": "withdrawn", "source": "call"}
    assert call("POST", "/customers/-/statements", many).json() == {"noted": 2, "unknown": ["C-9"]}
    first = call("GET", "/customers/C-1/statements?limit=1").json()
    second = call("GET", first["next"]).json()
    assert [one["state"] for one in (*first["items"], *second["items"])] == ["withdrawn", "given"]
    assert second["next"] is None
    assert AuditEntry.objects.filter(act="consent_noted", token__isnull=False).count() == 3


@pytest.mark.parametrize(("name", "wrong"), [("channel", "pigeon"), ("on", "2199-01-01"), ("state", "perhaps")])
def test_a_statement_that_makes_no_sense_is_refused(
    call: Call,
    parts: dict[str, Any],
    name: str,
    wrong: str,
) -> None:
    said = {"channel": "email", "state": "given", "source": "shop", name: wrong}
    refused = call("POST", "/customers/C-1/statements", said)
    assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (422, [name])
    assert not Statement.objects.exists()


# --- what is held, and erasure ------------------------------------------------------------------------------------
def test_all_that_is_held_is_counted_and_taken_away(call: Call, parts: dict[str, Any]) -> None:
    held = {one["code"]: one["count"] for one in call("GET", "/customers/C-1/held").json()["items"]}
    assert (held["card"], held["touches"], held["merges"]) == (1, 1, 1)
    answer = call("POST", "/customers/C-1/held/export")
    archive = zipfile.ZipFile(BytesIO(b"".join(answer)))
    assert json.loads(archive.read("data/card.json"))[0]["phone"] == "13800138000"
    assert AuditEntry.objects.filter(act="person_exported", token__isnull=False).exists()


def test_who_reads_contacts_masked_takes_nothing_away(caller: Call, colleague: User, parts: dict[str, Any]) -> None:
    within = {"customers": {"read": "all", "export": "all"}}
    role = Role.objects.create(code="clerk", names={"en": "Clerk"}, rights=["see", "export", "contacts"], scopes=within)
    User.objects.filter(pk=colleague.pk).update(role=role.code)
    taken = caller(colleague)("POST", "/customers/C-1/held/export")
    assert (taken.status_code, b"".join(taken)[:2]) == (200, b"PK")
    Role.objects.filter(pk=role.pk).update(rights=["see", "export"])
    assert caller(colleague)("POST", "/customers/C-1/held/export").status_code == 403


@pytest.mark.parametrize("wrong", [{"typed": "somebody"}, {"reference": "case of 13800138000"}])
def test_an_erasure_asked_for_carelessly_is_refused(call: Call, parts: dict[str, Any], wrong: Any) -> None:
    refused = call("POST", "/customers/C-1/erasure", {"reason": "asked", "typed": "C-1", **wrong})
    assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (422, list(wrong))
    assert Customer.objects.filter(key="C-1").exists()


def test_an_erasure_is_asked_for_once_and_takes_answers_that_name_the_person_along(
    call: Call,
    parts: dict[str, Any],
    owner: User,
) -> None:
    call("POST", "/merges", {"survivor": "C-1", "others": ["C-2"]}, **{"Idempotency-Key": "C-1-and-C-2"})
    call("POST", "/customers/-/duplicates", {"name": "王芳"}, **{"Idempotency-Key": "look"})
    assert "王芳" in str(list(KeptAnswer.objects.values("body")))
    asked = call("POST", "/customers/C-1/erasure", {"reason": "asked", "typed": "王芳"}, **{"Idempotency-Key": "erase"})
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    again = call("POST", "/customers/C-1/erasure", {"reason": "asked", "typed": "王芳"})
    assert (again.status_code, again.json()["erasure_id"]) == (409, asked.json()["id"])
    erase(Erasure.objects.get(pk=asked.json()["id"]))
    left = str(list(KeptAnswer.objects.values()))
    assert not [word for word in ("王芳", "李雷", "C-1", "C-2") if word in left]
    told = call("GET", f"/erasures/{asked.json()['id']}").json()
    assert (told["state"], told["counts"]["card"]) == ("done", 1)
    assert call("POST", f"/erasures/{told['id']}/take-up").json()["state"] == "done"
    assert call("GET", "/customers/C-1").status_code == 404
    assert call("POST", "/erasures/return", {"key": "C-1"}).status_code == 204
    assert call("POST", "/erasures/return", {"key": "C-1"}).status_code == 404


def test_a_token_for_customers_neither_merges_nor_erases(caller: Call, owner: User, parts: dict[str, Any]) -> None:
    call = caller(owner, ["customers:write", "consents:write"])
    assert call("POST", "/merges", {"survivor": "C-1", "others": ["C-2"]}).json()["scope"] == "merging:write"
    erasing = call("POST", "/customers/C-1/erasure", {"reason": "asked", "typed": "C-1"})
    assert erasing.json()["scope"] == "privacy:write"


def test_the_audit_page_names_the_token_that_acted(call: Call, as_user: Any, owner: User) -> None:
    call("POST", "/customers", {"name": "王芳"})
    page = as_user(owner).get("/audit/").content.decode()
    assert f"test ({Token.objects.get().prefix})" in page
