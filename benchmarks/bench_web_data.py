"""A business of many customers for `bench_web.py`: purchases in a ledger, customers by name, scores of two days."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from purchases import write_purchases_of

DAYS = (date(2024, 9, 30), date(2024, 12, 31))
USERS = 10
PASSWORD = "ten-walk-at-once"  # noqa: S105  of a business that is thrown away
TAGS = {"生日月": 40, "线下活动": 400}
"""A tag, and every how manieth customer has it."""
_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢"
    "汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚单仇查"
)
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉萍红鹏建国文辉力斌梅宇浩凯云莹雪琳晶倩宁瑞博诗涵梓轩"
_CITIES = ("杭州", "北京", "上海", "成都", "广州", "武汉", "西安", "台北")
_THINGS = ("牛奶", "面包", "水果", "蔬菜", "鲜肉", "水产", "零食", "饮料", "粮油", "日化", "纸品", "母婴")
_WITH_ORDERS = f"""
    SELECT * REPLACE (
        'O' || CAST(hash(customer_id, purchased_on) % 100000000 AS VARCHAR) AS order_id,
        'P' || CAST(hash(source_row) % 5000 AS VARCHAR) AS product_id,
        list_extract({list(_THINGS)}, CAST(hash(source_row) % 12 AS INTEGER) + 1) AS category,
        '门店 ' || CAST(hash(customer_id) % 60 AS VARCHAR) AS store
    ) FROM {{purchases}}
"""


@dataclass(frozen=True)
class Person:
    """What a user may know of a customer and type."""

    key: str
    name: str
    phone: str


def person(number: int) -> Person:
    """The customer of that number (from 1): the same whoever asks."""
    draw = random.Random(number)  # noqa: S311  made up on purpose
    surname = draw.choice(_SURNAMES[:20] if draw.random() < 0.6 else _SURNAMES)
    given = "".join(draw.choice(_GIVEN) for _ in range(draw.choice((1, 2, 2))))
    return Person(f"C{number:08d}", surname + given, f"1{draw.randrange(3 * 10**9, 10**10)}")


def prepare(folder: Path, customers: int) -> None:
    """The ledger with all purchases, ordered by customer; made once, read by every database."""
    from shuke.collect import read_purchases
    from shuke.engines import open_engine
    from shuke.ledger import Ledger

    ledger = Ledger(folder / "ledger")
    if ledger.version() is not None:
        return
    file = write_purchases_of(customers, folder / "purchases.parquet")
    with open_engine(temp_directory=folder / "spill") as engine:
        found = read_purchases(file, engine=engine, customer="customer", time="time", amount="amount")
        lines = engine.view("lines", _WITH_ORDERS, purchases=found.table)
        ledger.append(lines, content_digest=f"{customers} customers", sources=[file.name])
    ledger.compact()


def fill(customers: int) -> dict[str, float]:
    """Empty records become a business at work; seconds of each step. Django is set up."""
    from django.core.management import call_command

    from shuke.crm.customers.writes import keep

    call_command("migrate", interactive=False, verbosity=0)
    started = time.perf_counter()
    keep(cards=_cards(customers))
    spent = {"customers": time.perf_counter() - started}
    _tag(customers)
    _users()
    for number, day in enumerate(DAYS, 1):
        spent[f"publish_{number}"], spent[f"busy_{number}"] = _publish(day)
    spent["peak_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return spent


def _cards(customers: int) -> Iterator[object]:
    from shuke.crm.customers.models import Kind
    from shuke.crm.customers.writes import Card, Trait

    for number in range(1, customers + 1):
        who = person(number)
        traits = {"城市": Trait(_CITIES[number % len(_CITIES)], "会员系统", DAYS[0])}
        yield Card(key=who.key, name=who.name, phone=who.phone, kind=Kind.PERSON, traits=traits)


def _tag(customers: int) -> None:
    from shuke.crm.customers.keys import ids_of
    from shuke.crm.customers.writes import tag

    for name, step in TAGS.items():
        ids = ids_of([person(number).key for number in range(1, customers + 1, step)])
        tag(customers=list(ids.values()), name=name)


def _users() -> None:
    from shuke.crm.people.writes import add_user

    for number in range(USERS):
        add_user(username=f"user{number}", password=PASSWORD, name=f"林静{number}", role="manager", language="zh-hans")


def _publish(day: date) -> tuple[float, float]:
    """Score that day as a run does; seconds that publishing took, of the clock and of this processor.

    Publishing is all after the scores stand in the ledger: figures of the Overview, rows, indexes, the swap.
    """
    from shuke.insight.cycles import Parameters, score
    from shuke.insight.facts import business_ledger

    began: list[tuple[float, float]] = []

    def told(stage: str, done: int, _: int) -> None:
        if stage == "publishing" and not done:
            began.append((time.perf_counter(), time.process_time()))

    run = score(
        ledger=business_ledger(),
        run_id=f"run-bench-{day:%Y%m%d}",
        parameters=Parameters(as_of=day.isoformat(), margin_rate=0.3),
        told=told,
    )
    assert run.state == "current"
    return time.perf_counter() - began[0][0], time.process_time() - began[0][1]
