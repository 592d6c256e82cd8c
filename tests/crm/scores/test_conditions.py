from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils.translation import override

from shuke.crm.customers import indexes
from shuke.crm.customers.models import Customer, Field
from shuke.crm.customers.reads_of_cards import listed_fields
from shuke.crm.customers.writes_of_cards import change
from shuke.crm.customers.writes_of_fields import add_field, add_section
from shuke.crm.customers.writes_of_words import write_words
from shuke.crm.people.models import User
from shuke.crm.scores import find
from shuke.crm.scores.export import lines
from shuke.crm.scores.models import Run
from shuke.crm.scores.plan import UNLIMITED, planned
from shuke.crm.scores.query import Query, read
from shuke.crm.scores.reads import listed

COLOURS = [{"code": code, "labels": {"en": code.title()}} for code in ("red", "green", "blue")]
TYPES = {
    "city": "text", "note": "long_text", "budget": "money", "cars": "number", "bought": "date", "colour": "choice",
    "likes": "multi_choice", "vip": "yes_no", "mobile": "phone", "wife": "customer",
}  # fmt: skip


@pytest.fixture
def run(published: Callable[..., Run], many: list[Any], owner: User) -> Run:
    made = published(many)
    section = add_section(labels={"en": "Card"})
    for code, kind in TYPES.items():
        choices = COLOURS if "choice" in kind or kind == "choice" else []
        add_field(section=section, type=kind, labels={"en": code.title()}, choices=choices, is_listed=True, code=code)
    connection.check_constraints()  # else PostgreSQL waits with them, and makes no index of such a table
    indexes.fit()
    for number, customer in enumerate(Customer.objects.order_by("key")):
        if number % 4:
            change(customer=customer.pk, values=_values(number), by=None)
    return made


def _values(number: int) -> dict[str, Any]:
    return {
        "city": ("杭州", "Shanghai", "北京")[number % 3],
        "note": "long" * number,
        "budget": number * 1_000_00,
        "cars": number / 2,
        "bought": f"2026-01-{number % 28 + 1:02d}",
        "colour": COLOURS[number % 3]["code"],
        "likes": ["red", "blue"] if number % 5 == 0 else ["green"],
        "vip": number % 6 == 1,
        "mobile": f"+86138001380{number:02d}",
        "wife": Customer.objects.get(key="k00").pk,
    }


def found(viewer: User, address: str) -> list[int]:
    """The numbers of the customers of a list, of one page."""
    query = read(QueryDict(address + "&size=100"), listed_fields(viewer), viewer)
    rows, _ = listed(viewer, query, Run.objects.get())
    return [int(row.customer.key[1:]) for row in rows]


HAVE = [number for number in range(60) if number % 4]


@pytest.mark.parametrize(
    ("address", "passes"),
    [
        ("f.city=hang", lambda n: n % 3 == 1),
        ("f.city=杭", lambda n: n % 3 == 0),
        ("f.note=longlong", lambda n: n >= 2),
        ("f.budget.from=10,000&f.budget.to=20000", lambda n: 10 <= n <= 20),
        ("f.cars.from=2.5", lambda n: n >= 5),
        ("f.bought.from=2026-01-10&f.bought.to=2026-01-12", lambda n: 9 <= n % 28 <= 11),
        ("f.colour=red", lambda n: n % 3 == 0),
        ("f.colour=red&f.colour=blue", lambda n: n % 3 != 1),
        ("f.likes=blue", lambda n: n % 5 == 0),
        ("f.vip=yes", lambda n: n % 6 == 1),
        ("f.vip=no", lambda n: n % 6 != 1),
        ("f.mobile=138001380", lambda n: True),
        ("f.wife=k00", lambda n: True),
        ("f.city.is=filled", lambda n: True),
        ("f.colour=red&f.vip=no&f.budget.to=30000", lambda n: n % 3 == 0 and n % 6 != 1 and n <= 30),
    ],
)
@pytest.mark.parametrize("few", [0, 2_000])
def test_a_list_is_filtered_by_fields_however_it_is_found(
    run: Run, owner: User, address: str, passes: Callable[[int], bool], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "FEW", few)
    assert sorted(found(owner, address)) == [number for number in HAVE if passes(number)]


def test_who_has_no_value_is_found_as_well(run: Run, owner: User) -> None:
    assert sorted(found(owner, "f.city.is=empty")) == [number for number in range(60) if number % 4 == 0]


@pytest.mark.parametrize("few", [0, 2_000])
@pytest.mark.parametrize("code", sorted(set(TYPES) - {"note"}))
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_list_is_sorted_by_a_field_and_those_without_come_last(
    run: Run, owner: User, code: str, sign: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "FEW", few)
    numbers = found(owner, f"sort={sign}f.{code}")
    shown = [Customer.objects.get(key=f"k{number:02d}").values.get(code) for number in numbers]
    filled = [value for value in shown if value is not None]
    assert shown == filled + [None] * 15
    assert filled == sorted(filled, reverse=bool(sign))


def test_fields_filters_and_tiers_work_together_page_by_page(run: Run, owner: User) -> None:
    query = read(QueryDict("tier=B&f.vip=no&sort=-f.budget"), listed_fields(owner), owner)
    rows, total = listed(owner, query, Run.objects.get())
    assert [int(row.customer.key[1:]) for row in rows] == [n for n in range(59, 0, -1) if n % 4 == 1 and n % 6 != 1]
    assert total.total == len(rows)


def test_an_address_with_fields_reads_back_as_it_was(run: Run, owner: User) -> None:
    address = "f.city=杭&f.budget.from=10&f.colour=red&f.colour=blue&f.vip.is=filled&sort=-f.cars&columns=f.city,clv"
    query = read(QueryDict(address), listed_fields(owner), owner)
    assert read(QueryDict(query.saved), listed_fields(owner), owner) == query
    assert [column.code for column in query.columns] == ["f.city", "clv"]


@pytest.mark.parametrize(
    "address",
    ["f.budget.from=many", "f.colour=mauve", "f.nothing=1", "sort=f.nothing", "f.note.from=1", "sort=f.note"],
)
def test_what_fits_no_field_is_left_out(run: Run, owner: User, address: str) -> None:
    assert read(QueryDict(address), listed_fields(owner), owner) == Query(
        fields=read(QueryDict(), listed_fields(owner), owner).fields
    )


@pytest.mark.parametrize("code", ["colour", "budget", "bought", "vip", "likes", "wife"])
def test_an_index_serves_what_lists_ask_for(run: Run, owner: User, code: str) -> None:
    """Else a million customers would be looked through for a page."""
    query = read(QueryDict(f"sort=f.{code}"), listed_fields(owner), owner)
    walk, _ = find._walks(planned(query, Run.objects.get(), UNLIMITED))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")
            cursor.execute("SET enable_bitmapscan = off")
        else:  # forget that there are but sixty customers
            cursor.execute("DELETE FROM sqlite_stat1")
            cursor.execute("ANALYZE sqlite_schema")
    plan = walk[:25].explain()
    assert f"customer_value_{code}_" in plan, plan
    assert "TEMP B-TREE" not in plan


SHOWN = {
    "city": "Shanghai", "note": "long", "budget": "1000.00", "cars": "0.5", "bought": "2026-01-02", "colour": "Green",
    "likes": "Green", "vip": "Yes", "mobile": "+8613800138001", "wife": "k00",
}  # fmt: skip


def test_a_file_has_every_type_of_field(run: Run, manager: User) -> None:
    query = read(QueryDict("q=k01&columns=" + ",".join(f"f.{code}" for code in TYPES)), listed_fields(manager), manager)
    with override("en"):
        text = "".join(lines(manager, query, Run.objects.get(), "en"))
    heads, row = csv.reader(StringIO(text.removeprefix("\ufeff")))
    shown = {code: cell.lstrip("'") for code, cell in zip(TYPES, row[2:], strict=True)}
    assert shown == SHOWN, heads


def test_the_search_finds_the_words_of_every_type_that_has_words(run: Run, owner: User) -> None:
    Field.objects.update(is_searchable=True)
    write_words()
    words = {"city": "shang", "note": "long", "budget": "10000", "cars": "0.5", "bought": "2026-01-02",
             "colour": "gree", "likes": "Green", "mobile": "13800138001"}  # fmt: skip
    assert {code for code, said in words.items() if 1 not in found(owner, f"q={said}")} == set()
