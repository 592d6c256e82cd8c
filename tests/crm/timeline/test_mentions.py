"""Names after an @."""

from __future__ import annotations

import pytest

from shuke.crm.people.models import User
from shuke.crm.people.writes import add_user
from shuke.crm.timeline.mentions import named, pieces


@pytest.fixture
def lina(colleague: User) -> User:
    add_user(username="li", password="a-long-password-1", name="李")
    return add_user(username="lina", password="a-long-password-1", name="丽娜")


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("@lina请回电", ["lina"]),
        ("请@lina.", ["lina"]),
        ("@li，@lina，@li", ["li", "lina"]),
        ("li@lina.com", []),
        ("@nobody @", []),
    ],
)
def test_the_longest_name_that_fits_is_meant(lina: User, text: str, who: list[str]) -> None:
    assert [user.username for user in named(text)] == who


def test_who_was_shut_out_is_not_named(lina: User) -> None:
    User.objects.filter(pk=lina.pk).update(is_active=False)
    assert [user.username for user in named("@lina")] == ["li"]


def test_the_pieces_are_the_whole_text() -> None:
    text = "甲 @li，乙@lina 丙 x@li.com"
    cut = list(pieces(text, {"li": "李", "lina": "丽娜"}))
    assert "".join(piece for piece, is_name in cut if not is_name) == "甲 ，乙 丙 x@li.com"
    assert [piece for piece, is_name in cut if is_name] == ["@李", "@丽娜"]
