"""Which cards are proposed as one customer's, and why: never for a name alone."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from shuke.crm.merging.models import Pair
from shuke.crm.merging.signs import Signs, signs_of
from shuke.crm.merging.writes_of_pairs import Offer
from shuke.insight.linking import COMMON, COMPARISONS, SCHEMA, gathered, pairs


def _signs(number: int, **said: Any) -> Signs:
    empty: dict[str, Any] = dict.fromkeys(SCHEMA.names, "") | {"kind": "person", "phones": [], "dates": []}
    return Signs(**(empty | {"id": number} | said))


def _wang(number: int, name: str = "王芳", **said: Any) -> Signs:
    numbers = {"tail": said["phones"][0][-4:]} if said.get("phones") else {}
    return _signs(number, name=name, sound="wangfang", surname="王", **numbers, **said)


def _pairs(*cards: Signs) -> dict[tuple[int, int], Offer]:
    found = pairs(pa.Table.from_batches(gathered(cards), schema=SCHEMA))
    return {(offer.one, offer.two): offer for offer in found}


def test_those_of_one_name_are_never_proposed_for_it_alone() -> None:
    same_city = [_wang(number, city="上海", company="", dates=["delivered=2026-01-05"]) for number in range(1, 40)]
    assert _pairs(*same_city) == {}


def test_a_phone_an_email_or_a_name_with_a_birthday_proposes_with_its_reasons() -> None:
    found = _pairs(
        _wang(1, phones=["13800138000", "1088887777"]), _wang(2, "王方", phones=["13800138000"]),
        _wang(3, email="a@b.cn"), _wang(4, email="a@b.cn", birthday="1990-01-05"), _wang(5, birthday="1990-01-05"),
        _signs(6, name="李雷", sound="lilei", surname="李", birthday="1990-01-05"),
    )  # fmt: skip
    assert {pair: [sign for sign, weight in one.signs if weight > 0] for pair, one in found.items()} == {
        (1, 2): ["phone", "sound"], (3, 4): ["email", "name"], (4, 5): ["birthday", "name"],
    }  # fmt: skip
    weights = [one.weight for one in found.values()]
    assert weights == sorted(weights, reverse=True), "the strongest first"


def test_what_differs_speaks_against_it() -> None:
    (pair,) = _pairs(
        _wang(1, phones=["13800138000"], birthday="1990-01-05"), _wang(2, phones=["13800138000"], birthday="1962-08-01")
    ).values()
    assert dict(pair.signs)["birthday"] < 0


def test_a_person_and_a_household_are_not_proposed() -> None:
    assert _pairs(_wang(1, phones=["13800138000"]), _wang(2, phones=["13800138000"], kind="household")) == {}


def test_a_number_that_many_cards_have_is_nobody_s() -> None:
    shop = [_signs(n, name=f"客{n}", sound=f"ke{n}", phones=["13800000000"]) for n in range(COMMON + 1)]
    assert _pairs(*shop) == {}


@pytest.mark.parametrize("cards", [[], [_wang(1, phones=["13800138000"])]])
def test_nobody_or_one_alone_makes_no_pair(cards: list[Signs]) -> None:
    assert _pairs(*cards) == {}


@pytest.mark.parametrize("one", COMPARISONS, ids=lambda one: one.column)
def test_how_often_levels_occur_adds_up_to_always(one: Any) -> None:
    for side, rest in (("m", one.apart[0]), ("u", one.apart[1])):
        assert abs(sum(getattr(level, side) for level in one.levels) + rest - 1) < 0.002


@pytest.mark.django_db
def test_a_search_offers_the_pairs_and_a_second_says_the_same(owner: Any) -> None:
    from shuke.crm.customers.writes import Card, keep
    from shuke.crm.jobs.worker import run_next
    from shuke.crm.merging.writes_of_pairs import start_search

    keep(cards=[Card("a", name="王芳", phone="+86 138-0013-8000"), Card("b", name="王芳", phone="13800138000")])
    keep(cards=[Card("c", name="王芳"), Card("d", name="王芳")])
    for _ in range(2):
        start_search(by=owner)
        done = run_next(worker="w")
        assert done is not None
        assert done.state == "done", done.error
        assert [(pair.one.key, pair.two.key) for pair in Pair.objects.all()] == [("a", "b")]


def test_all_that_a_card_says_is_among_its_signs() -> None:
    from shuke.crm.customers.models import Customer

    values = {"birthday": "1990-01-05", "mobile": "+8613900139000", "delivered": "2026-01-05", "wechat": " WangFang "}
    card = Customer(pk=7, name="王 芳", sort_name="wangfang", phone="010-8888 7777", email="A@B.cn", values=values,
                    traits={"城市": {"value": "上海"}})  # fmt: skip
    signs = signs_of(card, ["mobile"], ["delivered"])
    assert signs == _signs(
        7, name="王芳", sound="wangfang", surname="王", phones=["1088887777", "13900139000"], tail="7777",
        email="a@b.cn", wechat="wangfang", birthday="1990-01-05", dates=["delivered=2026-01-05"], city="上海",
    )  # fmt: skip
