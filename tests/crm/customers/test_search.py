from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from shuke.crm.customers.models import Customer
from shuke.crm.customers.search import all_found, found_ids, matching, search_columns
from shuke.crm.customers.writes import Card, forget, keep

CARDS = [
    Card("C-001", name="张伟", phone="138 0013 8000"),
    Card("C-002", name="张小伟", phone="13900001111"),
    Card("C-003", name="单晓明", phone="+86 139-2222-8000"),
    Card("C-004", name="欧阳娜", phone=""),
    Card("H-12", name="Household 12"),
    Card("H-120", name="Zoë O'Brien"),
    Card("x_7", name="北京熟客贸易有限公司", phone="010-8888 7777"),
]


@pytest.fixture
def customers(db: None) -> None:
    keep(cards=CARDS)


def keys(words: str, limit: int = 50) -> set[str]:
    return set(Customer.objects.filter(pk__in=found_ids(words, limit)).values_list("key", flat=True))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("张伟", {"C-001"}),
        ("张", {"C-001", "C-002"}),
        ("小伟", {"C-002"}),
        ("熟客贸易", {"x_7"}),
        ("zhangwei", {"C-001"}),
        ("zhang", {"C-001", "C-002"}),
        ("zhang wei", {"C-001"}),
        ("zxw", {"C-002"}),
        ("shan", {"C-003"}),
        ("Shan Xiao", {"C-003"}),
        ("8000", {"C-001", "C-003"}),
        ("138-0013-8000", {"C-001"}),
        ("c-00", {"C-001", "C-002", "C-003", "C-004"}),
        ("H-12", {"H-12", "H-120"}),
        ("household 12", {"H-12"}),
        ("zoe", {"H-120"}),
        ("brien", {"H-120"}),
        ("x_7", {"x_7"}),
        ("没有", set()),
        ("%", set()),
        ('"', set()),
        ("' OR 1=1 --", set()),
        ("*", set()),
        ("NOT AND", set()),
    ],
)
def test_a_customer_is_found_by_name_pinyin_phone_tail_or_id(customers: None, words: str, expected: set[str]) -> None:
    assert keys(words) == expected


@pytest.mark.parametrize(
    "words", ["张伟", "张", "zhang wei", "zxw", "shan", "8000", "c-00", "household 12", "zoe", "%"]
)
def test_walking_and_looking_up_find_the_same(customers: None, words: str) -> None:
    walked = set(Customer.objects.filter(matching(words)).values_list("key", flat=True))
    assert walked == keys(words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("仇", {"B-1", "B-2", "B-3", "B-5"}),
        ("仇雪", {"B-1", "B-3"}),
        ("雪", {"B-1", "B-2", "B-3"}),
        ("qiu", {"B-1", "B-3", "B-4", "B-5", "B-7"}),
        ("QIU", {"B-1", "B-3", "B-4", "B-5", "B-7"}),
        ("qiux", {"B-1", "B-3"}),
        ("qi u", {"B-1", "B-3", "B-4", "B-5", "B-7"}),
        ("sm", {"B-6", "B-7", "B-8"}),
        ("smith", {"B-6", "B-8"}),
        ("john", {"B-6", "B-8"}),
        ("仇 雪", {"B-1", "B-2", "B-3"}),
        ("shuang", {"B-9"}),
        ("shuangli", {"B-9"}),
        ("\uf900", {"B-10"}),
    ],
)
def test_whom_a_beginning_finds_and_whom_words_within_find_are_found_together(
    db: None, words: str, expected: set[str]
) -> None:
    names = ["仇雪", "雪仇", "“仇雪仇”", "邱明", "仇", "Smith John", "sm 秋", "johnny-smith", "双力", "\uf900"]
    keep(cards=[Card(f"B-{number}", name=name) for number, name in enumerate(names, 1)])
    found = keys(words)
    assert found == set(Customer.objects.filter(matching(words)).values_list("key", flat=True))
    assert found == expected


@pytest.mark.parametrize("words", ["仇", "雪梅", "qiu", "household 12"])
def test_words_are_looked_up_in_the_index_that_was_made_for_them(customers: None, words: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        found_ids(words, 50)
    statement = asked.captured_queries[-1]["sql"]
    assert "customers_search" in plan(statement)


def plan(statement: str) -> str:
    """How the database would answer it, were there more customers than a few."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'' if connection.vendor == 'postgresql' else 'QUERY PLAN '}{statement}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def test_a_condition_without_words_finds_nobody(customers: None) -> None:
    assert not Customer.objects.filter(matching("、！") & ~Q(key__startswith="、！")).exists()


def test_no_more_are_looked_up_than_asked_for(customers: None) -> None:
    assert len(found_ids("张", 1)) == 1


@pytest.mark.parametrize("words", ["张伟", "张", "zhang", "zxw", "8000", "c-00", "household 12", "zoe", "没有"])
def test_all_that_are_found_are_told_where_they_are_not_too_many(customers: None, words: str) -> None:
    assert sorted(all_found(words, 10, 10) or []) == sorted(found_ids(words, 10))


def test_more_may_be_found_by_a_beginning_than_by_words_within(customers: None) -> None:
    assert len(all_found("c-00", 1, 4) or []) == 4, "ids begin so"
    assert all_found("c-00", 4, 3) is None
    assert all_found("伟", 1, 10) is None, "two have the character in their names"
    assert len(all_found("伟", 2, 0) or []) == 2


def test_those_found_by_a_beginning_take_no_place_of_others_with_the_word_within(db: None) -> None:
    names = ["张一", "张二", "张三", "李张", "王张"]
    keep(cards=[Card(f"D-{number}", name=name) for number, name in enumerate(names)])
    keep(cards=[Card("zhang-9", name="Zhang Li"), Card("zhang-10", name="Li Zhang")])
    for words, number in (("张", 5), ("zhang", 7)):
        assert len(all_found(words, number, 10) or []) == number
        assert all_found(words, number - 1, 10) is None
    assert len(all_found("zhang", 9, 5) or []) == 7
    assert all_found("zhang", 9, 4) is None, "five begin so"


def test_what_was_just_found_to_be_too_many_is_not_counted_again(
    customers: None, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    assert all_found("伟", 1, 10) is None
    with django_assert_num_queries(0):
        assert all_found("伟", 1, 10) is None
    assert len(all_found("伟", 2, 10) or []) == 2, "another bound is another question"


def test_a_new_name_is_found_and_the_old_one_is_not(customers: None) -> None:
    keep(cards=[Card("C-001", name="王芳")])
    assert keys("王芳") == {"C-001"}
    assert keys("张伟") == set()
    assert keys("8000") == {"C-001", "C-003"}, "the phone stays"


def test_a_forgotten_customer_is_not_found(customers: None) -> None:
    assert forget(keys=["C-003", "unknown"]) == 1
    assert keys("单晓明") == set()


@pytest.mark.parametrize(
    ("name", "spoken"),
    [("单晓明", "shanxiaoming"), ("仇和", "qiuhe"), ("万俟卨", "moqixie"), ("解放", "xiefang"), ("李雷", "lilei")],
)
def test_a_surname_is_read_as_a_surname(name: str, spoken: str) -> None:
    assert search_columns(key="k", name=name, phone="").sort_name == spoken


def test_a_customer_without_a_name_sorts_by_key() -> None:
    assert search_columns(key="B7", name="", phone="").sort_name == "b7"
