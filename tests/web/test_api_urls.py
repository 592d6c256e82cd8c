"""Every operation of the API, asked by everybody: one table says what each answers to whom.

A new operation fails `test_every_operation_stands_in_the_table` until it has its line: what it answers to who shows no
token, to the tokens of a stranger, of a colleague (whose customer C-1 is), of a manager and of an owner, all of them
for everything; and that a token without the scope gets 403 is asked of each.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from shuke.crm.api.operations import SCOPES, Operation
from shuke.crm.people.models import User
from shuke.crm.people.tokens import make
from shuke.web.api import OPERATIONS

CAST = ("stranger", "colleague", "manager", "owner")
ALL, NOBODYS = (200, 200, 200, 200), (404, 404, 404, 404)
OF_CARD = (404, 200, 200, 200)
OWNERS_ALONE = (403, 403, 403, 200)
OF_RUNS = (403, 403, 200, 200)

# name: stranger, colleague, manager, owner. Who shows no token gets 401 everywhere.
ANSWERS: dict[str, tuple[int, int, int, int]] = {
    "list_customers": ALL,
    "export_customers": OF_RUNS,
    "get_customer": OF_CARD,
    "add_customer": (201, 201, 201, 201),
    "find_duplicates": ALL,
    "change_customer": OF_CARD,
    "reveal_contact": OF_CARD,
    "list_changes": OF_CARD,
    "list_entries": OF_CARD,
    "add_entry": (404, 201, 201, 201),
    "change_entry": OF_CARD,
    "remove_entry": (404, 204, 204, 204),
    "set_trait": OF_CARD,
    "remove_trait": (404, 204, 204, 204),
    "list_links": OF_CARD,
    "add_link": (404, 201, 201, 201),
    "remove_link": (404, 204, 204, 204),
    "list_tags": ALL,
    "tag_customers": ALL,
    "untag_customers": ALL,
    "assign_customers": ALL,
    "undo_assignment": (404, 404, 404, 200),
    "get_score": NOBODYS,
    "list_tiers": OF_CARD,
    "change_customers": ALL,
    "get_act": OF_CARD,
    "undo_act": OF_CARD,
    "list_views": ALL,
    "save_view": (201, 201, 201, 201),
    "delete_view": (404, 404, 404, 204),
    "list_pairs": ALL,
    "search_pairs": (403, 202, 202, 202),
    "tell_pair_apart": OF_CARD,
    "doubt_pair_again": OF_CARD,
    "merge_customers": (404, 403, 403, 201),
    "list_merges": OF_CARD,
    "get_merge": OF_CARD,
    "part_customers": (404, 403, 403, 200),
    "list_channels": ALL,
    "list_consents": OF_CARD,
    "list_statements": OF_CARD,
    "note_statement": (404, 201, 201, 201),
    "note_statements": ALL,
    "list_held": OWNERS_ALONE,
    "export_held": OF_RUNS,
    "erase_customer": (403, 403, 403, 202),
    "list_erasures": OWNERS_ALONE,
    "get_erasure": OWNERS_ALONE,
    "take_up_erasure": OWNERS_ALONE,
    "let_return": (403, 403, 403, 204),
    "list_timeline": OF_CARD,
    "add_touch": (404, 201, 201, 201),
    "get_touch": OF_CARD,
    "change_touch": (404, 200, 422, 422),
    "delete_touch": (404, 204, 422, 422),
    "restore_touch": (404, 200, 422, 422),
    "get_file": OF_CARD,
    "list_outcomes": ALL,
    "list_mentions": ALL,
    "see_mentions": ALL,
    "list_listed": ALL,
    "list_lists_of_customer": OF_CARD,
    "put_on_list": OF_RUNS,
    "take_off_list": OF_RUNS,
    "list_sections": ALL,
    "add_section": (403, 403, 403, 201),
    "change_section": OWNERS_ALONE,
    "move_section": (403, 403, 403, 204),
    "add_field": (403, 403, 403, 201),
    "change_field": OWNERS_ALONE,
    "move_field": (403, 403, 403, 204),
    "list_templates": OWNERS_ALONE,
    "lay_template": OWNERS_ALONE,
    "colour_tag": OWNERS_ALONE,
    "get_me": ALL,
    "list_users": ALL,
    "get_user": (404, 200, 404, 200),
    "add_user": (403, 403, 403, 201),
    "change_user": OWNERS_ALONE,
    "reset_second_factors": (403, 403, 403, 204),
    "list_teams": OWNERS_ALONE,
    "get_team": OWNERS_ALONE,
    "add_team": (403, 403, 403, 201),
    "change_team": OWNERS_ALONE,
    "delete_team": (403, 403, 403, 204),
    "list_roles": OWNERS_ALONE,
    "get_role": OWNERS_ALONE,
    "add_role": (403, 403, 403, 201),
    "change_role": OWNERS_ALONE,
    "delete_role": (403, 403, 403, 204),
    "list_tokens": ALL,
    "make_token": (201, 201, 201, 201),
    "revoke_token": (404, 404, 404, 204),
    "list_audit": OWNERS_ALONE,
    "list_jobs": ALL,
    "get_job": OF_CARD,
    "cancel_job": OF_CARD,
    "retry_job": (404, 409, 409, 409),
    "list_runs": OF_RUNS,
    "get_run": (403, 403, 404, 404),
    "start_run": (403, 403, 202, 202),
    "list_classes": OF_RUNS,
    "get_class": OF_RUNS,
    "preview_class": (403, 403, 409, 409),
    "save_class": (403, 403, 201, 201),
    "list_imports": OF_RUNS,
    "undo_import": (403, 403, 409, 409),
}
BODIES: dict[str, Any] = {
    "add_customer": {"name": "韩梅梅"},
    "find_duplicates": {"name": "王芳"},
    "change_customer": {"email": "wang@example.com"},
    "reveal_contact": {"field": "phone"},
    "add_entry": {"section": "log", "values": {"said": "hello again"}},
    "change_entry": {"values": {"said": "good-bye"}},
    "set_trait": {"value": "登山"},
    "add_link": {"role": "sibling", "other": "C-2"},
    "tag_customers": {"keys": ["C-1"], "tag": "VIP"},
    "untag_customers": {"keys": ["C-1"], "tag": "VIP"},
    "assign_customers": {"keys": ["C-1"], "to": None},
    "change_customers": {"keys": ["C-1"], "field": "kind", "value": "person"},
    "save_view": {"name": "A", "query": "tier=A"},
    "merge_customers": {"survivor": "C-1", "others": ["C-2"], "chosen": {"name": "C-2"}},
    "note_statement": {"channel": "email", "state": "given", "source": "shop"},
    "note_statements": {"keys": ["C-1"], "channel": "email", "state": "withdrawn", "source": "call"},
    "put_on_list": {"keys": ["C-1"], "list": "black", "reason": "three bills late"},
    "take_off_list": {"keys": ["C-1"]},
    "erase_customer": {"reason": "asked", "typed": "C-1"},
    "let_return": {"key": "gone"},
    "add_touch": {"kind": "note", "text": "spoke of the garden"},
    "change_touch": {"kind": "call", "text": "said otherwise"},
    "see_mentions": {},
    "add_section": {"labels": {"en": "More"}},
    "change_section": {"labels": {"en": "Other"}},
    "move_section": {"up": True},
    "add_field": {"labels": {"en": "Plate"}},
    "change_field": {"labels": {"en": "Money"}},
    "move_field": {"up": False},
    "colour_tag": {"colour": "red"},
    "add_user": {"username": "new", "password": "a-long-word-of-theirs"},
    "change_user": {"name": "Ana B."},
    "add_team": {"name": "West"},
    "change_team": {"name": "North"},
    "add_role": {"code": "seller", "names": {"en": "Seller"}},
    "change_role": {"names": {"en": "Gone for good"}},
    "make_token": {"name": "another", "scopes": ["customers:read"]},
    "start_run": {},
    "preview_class": {"definition": {}},
    "save_class": {"definition": {"settings": {"base_months": 6}}, "comment": "half a year"},
}


def asked(operation: Operation, parts: dict[str, Any], secret: str = "") -> Any:
    """The answer to one call."""
    address = "/api/v1" + operation.path.format(**parts)
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    body = json.dumps(BODIES[operation.name]) if operation.body is not None else b""
    answer = Client().generic(operation.method, address, body, "application/json", headers=headers)
    b"".join(answer)  # a file is closed at its end
    return answer


def by_name(operation: Operation) -> str:
    return operation.name


def test_every_operation_stands_in_the_table() -> None:
    names = [operation.name for operation in OPERATIONS]
    assert len(names) == len(set(names))
    assert set(names) - set(ANSWERS) == set(), "a new operation needs its line in ANSWERS"
    assert set(ANSWERS) - set(names) == set(), "these operations are gone"
    assert {one.name for one in OPERATIONS if one.body is not None} == set(BODIES)


@pytest.mark.parametrize("operation", OPERATIONS, ids=by_name)
def test_each_of_the_cast_gets_the_answer_of_the_table(
    request: pytest.FixtureRequest, parts: dict[str, Any], operation: Operation
) -> None:
    answers = []
    for who in CAST:
        user: User = request.getfixturevalue(who)
        secret = make(user=user, name="all", scopes=SCOPES, days=1, by=user)[1]
        with transaction.atomic():
            answers.append(asked(operation, parts, secret).status_code)
            transaction.set_rollback(True)
    assert dict(zip(CAST, answers, strict=True)) == dict(zip(CAST, ANSWERS[operation.name], strict=True))


@pytest.mark.parametrize("operation", OPERATIONS, ids=by_name)
def test_without_a_token_or_with_one_for_something_else_nothing_is_told(
    parts: dict[str, Any], owner: User, operation: Operation
) -> None:
    assert asked(operation, parts).status_code == 401
    others = [scope for scope in SCOPES if scope.partition(":")[0] != (operation.scope or "").partition(":")[0]]
    secret = make(user=owner, name="others", scopes=others, days=1, by=owner)[1]
    answer = asked(operation, parts, secret)
    if operation.scope is None:
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    if (operation.scope or "").endswith(":write"):
        reading = make(user=owner, name="reading", scopes=[s for s in SCOPES if s.endswith("read")], days=1, by=owner)[
            1
        ]
        assert asked(operation, parts, reading).status_code == 403


@pytest.mark.parametrize("operation", OPERATIONS, ids=by_name)
def test_a_log_in_of_a_browser_opens_nothing(
    as_user: Any, parts: dict[str, Any], owner: User, operation: Operation
) -> None:
    browser = as_user(owner)
    answer = browser.generic(operation.method, "/api/v1" + operation.path.format(**parts), b"{}", "application/json")
    assert answer.status_code == 401
