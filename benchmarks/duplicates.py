"""How fast and how well duplicates are found: made-up customers with Chinese names, of whom one in ten has a second
card that lacks or misspells some of what the first says. `python benchmarks/duplicates.py 100000`"""

from __future__ import annotations

import os
import random
import resource
import sys
import tempfile
import time
from typing import Any

import pyarrow as pa

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈"
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂华建国红梅玲婷雪琳晨宇轩梓涵子墨欣怡浩然思雨佳志鹏文"
_SAME_SOUND = {
    "芳": "方",
    "静": "敬",
    "丽": "力",
    "伟": "维",
    "杰": "洁",
    "涛": "桃",
    "晨": "辰",
    "明": "鸣",
    "婷": "庭",
}
_CITIES = ("上海", "北京", "广州", "深圳", "成都", "杭州", "武汉", "西安", "台北", "苏州")
_CLERK = "13800000000"  # what clerks type for who gives no number


def _person(rng: random.Random) -> dict[str, Any]:
    weights = range(len(_SURNAMES), 0, -1)
    name = rng.choices(_SURNAMES, weights)[0] + "".join(rng.choices(_GIVEN, k=rng.choice((1, 2, 2))))
    email = f"u{rng.getrandbits(40)}@example.com" if rng.random() < 0.4 else ""
    birthday = f"{rng.randint(1950, 2005)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    values = {"birthday": birthday} if rng.random() < 0.5 else {}
    traits = {"city": {"value": rng.choice(_CITIES)}} if rng.random() < 0.6 else {}
    phone = _phone(rng) if rng.random() < 0.85 else _CLERK if rng.random() < 0.1 else ""
    return {"name": name, "phone": phone, "email": email, "values": values, "traits": traits}


def _phone(rng: random.Random) -> str:
    return f"1{rng.choice('3578')}{rng.randint(0, 10**9 - 1):09d}"


def _again(one: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The same customer as another clerk keeps them."""
    two = {**one, "values": dict(one["values"])}
    if rng.random() < 0.2:
        two["name"] = "".join(_SAME_SOUND.get(letter, letter) for letter in two["name"])
    elif rng.random() < 0.1:
        two["name"] = two["name"][0] + rng.choice(("先生", "女士"))
    if rng.random() < 0.25:
        two["phone"] = rng.choice(("", _phone(rng)))
    elif two["phone"]:
        two["phone"] = rng.choice(("", "+86 ", "+86")) + two["phone"]
    if rng.random() < 0.4:
        two["email"] = ""
    if rng.random() < 0.4:
        two["values"].pop("birthday", None)
    return two


def _family(one: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Another customer of the same household: the phone is the same, and the surname."""
    return {**_person(rng), "name": one["name"][0] + rng.choice(_GIVEN), "phone": one["phone"]}


def _made(count: int) -> tuple[list[dict[str, Any]], set[tuple[int, int]], int]:
    """Cards, the true pairs, and how many of these share anything but the name."""
    rng, cards, truth = random.Random(7), [], set()  # noqa: S311  made-up people
    while len(cards) < count:
        one = _person(rng)
        cards.append(one)
        if rng.random() < 0.1:
            cards.append(_again(one, rng))
            truth.add((len(cards) - 1, len(cards)))
        elif rng.random() < 0.02:
            cards.append(_family(one, rng))
    findable = sum(_shares(cards[one - 1], cards[two - 1]) for one, two in truth)
    return cards, truth, findable


def _shares(one: dict[str, Any], two: dict[str, Any]) -> bool:
    digits = [card["phone"].replace(" ", "").removeprefix("+86") for card in (one, two)]
    same_phone = bool(digits[0]) and digits[0] == digits[1] != _CLERK
    same_day = bool(one["values"]) and one["values"] == two["values"]
    return same_phone or same_day or bool(one["email"] and one["email"] == two["email"])


def main(count: int) -> None:
    """Print one line of the table."""
    os.environ.setdefault("SHUKE_DATA", tempfile.mkdtemp())
    os.environ["DJANGO_SETTINGS_MODULE"] = "shuke.web.settings"
    import django

    django.setup()
    from shuke.crm.customers.models import Customer
    from shuke.crm.customers.search import search_columns
    from shuke.crm.merging.signs import signs_of
    from shuke.insight.linking import SCHEMA, gathered, pairs

    cards, truth, findable = _made(count)
    rows = [
        Customer(pk=pk, sort_name=search_columns(key="", name=card["name"], phone="").sort_name, **card)
        for pk, card in enumerate(cards, 1)
    ]
    begun = time.perf_counter()
    table = pa.Table.from_batches(gathered(signs_of(row, [], []) for row in rows), schema=SCHEMA)
    read = time.perf_counter()
    found = pairs(table)
    done = time.perf_counter()
    right = sum((offer.one, offer.two) in truth for offer in found)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
    print("| cards | signs, s | compared, s | pairs | of all true | of those that share a sign | right | GB |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    print(
        f"| {len(cards):,} | {read - begun:.1f} | {done - read:.1f} | {len(found):,} | {right / len(truth):.1%} "
        f"| {right / findable:.1%} | {right / max(1, len(found)):.1%} | {memory:.1f} |"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
