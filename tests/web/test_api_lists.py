"""The red and the black list as a program meets them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from shuke.crm.lists.reads import today
from shuke.crm.people.models import User

Call = Callable[..., Any]


def test_customers_are_put_on_listed_page_by_page_and_taken_off(call: Call, parts: dict[str, Any]) -> None:
    until = (today() + timedelta(days=30)).isoformat()
    given = {"keys": ["C-1", "C-2", "gone"], "list": "black", "reason": "三次逾期", "until": until}
    assert call("POST", "/lists", given).json() == {"done": 2, "unknown": ["gone"]}
    first = call("GET", "/lists?list=black&limit=1").json()
    rest = call("GET", first["next"]).json()
    assert [one["key"] for one in first["items"] + rest["items"]] == ["C-2", "C-1"]
    assert rest["next"] is None
    one = rest["items"][0]
    assert (one["reason"], one["until"], one["by"], one["holds"]) == ("三次逾期", until, "owner", True)
    assert call("GET", "/lists?list=red").json()["items"] == []
    assert call("POST", "/lists/take-off", {"keys": ["C-1", "C-3"]}).json() == {"done": 1, "unknown": []}
    (history,) = call("GET", "/customers/C-1/lists").json()["items"]
    assert (history["holds"], history["ended_by"]) == (False, "owner")


def test_what_is_wrong_is_named_as_the_program_called_it(call: Call, parts: dict[str, Any]) -> None:
    given = {"keys": ["C-1"], "list": "black", "reason": "x", "until": "2020-01-01"}
    refused = call("POST", "/lists", given)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["until"]
    assert call("POST", "/lists", given | {"list": "grey", "until": None}).status_code == 422
    assert call("GET", "/customers/C-1/lists").json()["items"] == []


def test_who_may_not_list_reads_only(caller: Call, colleague: User, parts: dict[str, Any]) -> None:
    calls = caller(colleague)
    assert calls("GET", "/lists").status_code == 200
    refused = calls("POST", "/lists", {"keys": ["C-1"], "list": "red", "reason": "x"})
    assert refused.status_code == 403
