"""How fast cards with sixty fields are: `make bench-fields`, on SQLite or on what SHUKE_TEST_DATABASE_URL names.

It fills an empty database of its own with customers, each with about a third of sixty fields filled in, makes the
indexes as the application does, and measures what people do, in milliseconds: best and median of several tries, and
the processor time of this process (with SQLite all there is), since another may be busy on the machine.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

FIELDS = 60
CHUNK = 5_000
MADE = 20_000
KINDS = ("text", "number", "money", "date", "choice", "yes_no")
CHOICES = [{"code": f"c{number}", "labels": {"en": f"Choice {number}"}} for number in range(10)]


def prepare(folder: str) -> None:
    os.environ.setdefault("SHUKE_DATA", folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "shuke.web.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def database_of_its_own(url: str) -> str:
    """An empty database on the server that the tests use."""
    import psycopg

    server, _, _ = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS shuke_bench")
        connection.execute("CREATE DATABASE shuke_bench")
    return f"{server}/shuke_bench"


def make_fields() -> list[Any]:
    """Sixty fields, ten of each kind; a third of them listed, and so with an index."""
    from shuke.crm.customers.models import Field
    from shuke.crm.customers.writes_of_fields import add_field, add_section

    section = add_section(labels={"en": "Card"})
    for number in range(FIELDS):
        kind = KINDS[number % len(KINDS)]
        add_field(
            section=section, type=kind, labels={"en": f"Field {number}"}, code=f"f{number}",
            choices=CHOICES if kind == "choice" else [], is_listed=number % 3 == 0 or number < 6,
        )  # fmt: skip
    return list(Field.objects.order_by("position"))


def values_of(fields: list[Any], chance: random.Random) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for number, field in enumerate(fields):
        if number >= 6 and chance.random() > 0.3:
            continue
        draw = {
            "text": lambda: f"word {chance.randrange(50_000)}",
            "number": lambda: chance.randrange(1_000),
            "money": lambda: chance.randrange(10**8),
            "date": lambda: f"20{chance.randrange(10, 26)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
            "choice": lambda: f"c{chance.randrange(10)}",
            "yes_no": lambda: chance.random() < 0.5,
        }[field.type]
        made[field.code] = draw()
    return made


def fill(customers: int, fields: list[Any]) -> None:
    """The first are made one by one, the others copied from them by the database, each with a key of its own."""
    from django.db import connection

    from shuke.crm.customers.models import Customer

    chance, made = random.Random(4), min(customers, MADE)  # noqa: S311  numbers for a measurement
    rows = (Customer(key=f"c{n}", sort_name=f"c{n}", values=values_of(fields, chance)) for n in range(made))
    Customer.objects.bulk_create(rows, batch_size=CHUNK)
    names = [field.column for field in Customer._meta.local_fields if field.column not in ("id", "key", "sort_name")]
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        for first in range(made, customers, made):
            key = f"'c' || (CAST(substr(key, 2) AS INTEGER) + {first})"
            cursor.execute(
                f"INSERT INTO customers_customer (key, sort_name, {columns}) "
                f"SELECT {key}, {key}, {columns} FROM customers_customer WHERE id <= %s",
                [made],
            )


def measure(what: str, act: Callable[[], Any], times: int = 7) -> None:
    taken, worked = [], []
    for _ in range(times):
        start, began = time.perf_counter(), time.process_time()
        act()
        taken.append((time.perf_counter() - start) * 1000)
        worked.append((time.process_time() - began) * 1000)
    print(f"| {what} | {min(taken):,.1f} | {statistics.median(taken):,.1f} | {min(worked):,.1f} |", flush=True)


def acts(customers: int) -> None:
    from django.http import QueryDict

    from shuke.crm.customers.cards import context
    from shuke.crm.customers.models import Customer
    from shuke.crm.customers.reads_of_cards import listed_fields
    from shuke.crm.customers.writes_of_cards import begin_act, change, do_act, undo_act
    from shuke.crm.people.writes import add_user
    from shuke.crm.scores.query import read
    from shuke.crm.scores.reads import listed

    owner = add_user(username="bench", password="a-long-password", role="owner")  # noqa: S106
    chance = random.Random(5)  # noqa: S311
    fields = listed_fields(owner)

    def a_list(address: str) -> None:
        rows, _ = listed(owner, read(QueryDict(address), fields, owner), None)
        assert rows, address

    def any_card() -> Any:
        return Customer.objects.get(key=f"c{chance.randrange(customers)}")

    measure("read a card with all its fields", lambda: context(owner, any_card()))
    for code, kind in (("f0", "text"), ("f2", "money"), ("f3", "date")):
        measure(f"a page sorted by a field ({kind})", lambda code=code: a_list(f"sort=-f.{code}&columns=f.{code}"))
    measure("a page filtered by two fields", lambda: a_list("f.f4=c3&f.f5=yes"))
    measure("… and sorted by a third", lambda: a_list("f.f4=c3&f.f5=yes&sort=-f.f2"))
    measure("a page of the few of one value", lambda: a_list(f"f.f2.from=0&f.f2.to={10**8 // customers * 2}"))
    measure("write one value", lambda: change(customer=any_card().pk, values={"f0": f"w{time.time()}"}, by=owner))
    ids = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[: min(10_000, customers)])
    act = begin_act(field="f4", value="c9", by=owner)
    measure(f"bulk edit of {len(ids):,}", lambda: do_act(act=act, customers=ids), times=1)
    measure(f"undo of {len(ids):,}", lambda: undo_act(act=act, by=owner), times=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if os.environ.get("SHUKE_TEST_DATABASE_URL"):
            os.environ["DATABASE_URL"] = database_of_its_own(os.environ["SHUKE_TEST_DATABASE_URL"])
        prepare(folder)
        from django.db import connection

        from shuke.crm.customers import indexes

        fields = make_fields()
        start = time.perf_counter()
        fill(told.customers, fields)
        filled = time.perf_counter()
        indexes.fit()
        print(
            f"{connection.vendor}, {told.customers:,} customers, {FIELDS} fields: filled in {filled - start:.0f} s, "
            f"indexes in {time.perf_counter() - filled:.0f} s\n"
        )
        print("| what | best, ms | median, ms | own CPU, ms |\n| --- | ---: | ---: | ---: |")
        acts(told.customers)
        connection.close()


if __name__ == "__main__":
    main()
