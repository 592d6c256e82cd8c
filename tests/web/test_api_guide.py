"""The examples of the guide to the API are sent as they stand there."""

from __future__ import annotations

import re
import shlex
import types
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from shuke.crm.customers.writes import Card, keep
from shuke.crm.people.models import User
from shuke.crm.people.tokens import make

GUIDES = sorted((Path(__file__).parents[2] / "docs" / "guides").glob("api*.md"))
SERVER = "http://localhost:8000"


@pytest.fixture
def secret(owner: User) -> str:
    keep(cards=[Card("C-1001", name="王芳"), Card("C-1002", name="李雷")])
    scopes = ["customers:write", "timeline:write", "lists:write"]
    return make(user=owner, name="guide", scopes=scopes, days=1, by=owner)[1]


def blocks(guide: Path, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", guide.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def sent(command: str, secret: str) -> Any:
    words = shlex.split(command.replace("\\\n", " ").replace("$SHUKE_TOKEN", secret))
    assert words.pop(0) == "curl"
    method, body, headers = "GET", "", {}
    while len(words) > 1:
        flag, value = words.pop(0), words.pop(0)
        method, body = (value if flag == "-X" else method), (value if flag == "-d" else body)
        if flag == "-H":
            name, _, told = value.partition(": ")
            headers[name] = told
    address = words[0].removeprefix(SERVER)
    return Client().generic(method, address, body.encode(), headers.pop("Content-Type", ""), headers=headers)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_every_command_of_the_guide_is_answered(guide: Path, secret: str) -> None:
    answers = [sent(command, secret) for command in blocks(guide, "sh")]
    assert [answer.status_code for answer in answers] == [200, 200, 201, 200, 201, 200, 200, 200], [
        a.content for a in answers
    ]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_the_python_of_the_guide_walks_the_list_to_its_end(
    guide: Path, secret: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With requests' Session played by Django's client."""

    class Session:
        def __init__(self) -> None:
            self.headers: dict[str, str] = {}

        def get(self, address: str) -> Any:
            return Client().get(address.removeprefix(SERVER), headers=self.headers)

    monkeypatch.setenv("SHUKE_TOKEN", secret)
    monkeypatch.setitem(__import__("sys").modules, "requests", types.SimpleNamespace(Session=Session))
    [example] = blocks(guide, "py")
    exec(compile(example, guide.name, "exec"), {})  # noqa: S102  the page is our own
    assert capsys.readouterr().out.splitlines() == ["C-1002 李雷", "C-1001 王芳"]
