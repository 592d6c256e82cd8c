from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.crm.customers.models import Customer
from shuke.crm.customers.scope import Reach
from shuke.crm.customers.writes import Card, ensure, keep, tag
from shuke.crm.people.models import User
from shuke.crm.scores import find as finding
from shuke.crm.scores.columns import LAST_TOUCH, ORDERS
from shuke.crm.scores.find import all_ids, find
from shuke.crm.scores.labels import LABELS
from shuke.crm.scores.models import COLUMNS, Run
from shuke.crm.scores.plan import UNLIMITED, Sight, planned
from shuke.crm.scores.query import read
from shuke.ui.parts import Pages

Row = dict[str, Any]
FILTERS = [
    "",
    "tier=A",
    "tier=A&tier=B&stage=decline",
    "stage=former,decline",
    "segment=at_risk",
    "risk=value",
    "risk=churn",
    "risk=value,churn",
    "tier=Z",
    "q=张",
    "q=k1",
    "q=张&tier=A",
    "tag=VIP",
    "tag=VIP&risk=churn",
    "tag=none",
    "tier_before=new",
    "tier_before=A",
    "prospect=star",
    "prospect=star,unknown&tier=A,B",
    "q=张&prospect=star",
    "prospect=nobody",
    "rhythm=regular",
    "rfm_f=5",
    "rfm_f=5&rfm_m=4",
    "rfm_f=4,5&rfm_m=1&rfm_r=5&tier=A,B",
    "rfm_f=2&rhythm=regular&price_code=low",
    "rhythm=regular&price_code=high",
    "rhythm=regular&price_code=low,unknown",
    "price_code=high,low&tier=A&q=张",
    "price_code=middle&prospect=star&tag=VIP",
]


@pytest.fixture
def run(published: Callable[..., Run], many: list[tuple[Any, ...]]) -> Run:
    ids = ensure(keys=[row[0] for row in many])
    keep(cards=[Card(f"k{number:02d}", name="张伟" if number % 2 else "王芳") for number in range(60)])
    tag(customers=[pk for key, pk in ids.items() if key[-1] in "15"], name="VIP")
    return published(many)


def expected(many: list[tuple[Any, ...]], filters: str) -> set[str]:
    """The keys that pass, by the plainest code there is."""
    asked = QueryDict(filters)
    keys = set()
    for values in many:
        row: Row = dict(zip(COLUMNS, values, strict=True))
        key = row["customer_id"]
        risks = {"value": row["why_code"] == "at_risk_valuable", "churn": (row["churn_probability"] or 0) >= 0.5}
        listed = {name: [x for entry in asked.getlist(name) for x in entry.split(",")] for name in asked}
        passes = (
            ("tier" not in asked or row["tier_in_force"] in listed["tier"])
            and ("stage" not in asked or row["stage"] in listed["stage"])
            and all(str(row[name]) in listed[name] for name in LABELS if name in asked)
            and ("segment" not in asked or row["rfm_segment"] in listed["segment"])
            and ("risk" not in asked or any(risks[name] for name in listed["risk"]))
            and ("tag" not in asked or (asked["tag"] == "VIP" and key[-1] in "15"))
            and (asked.get("q") != "张" or int(key[1:]) % 2 == 1)
            and (asked.get("q") != "k1" or key.startswith("k1"))
            and asked.get("tier_before", "new") == "new"
        )
        if passes:
            keys.add(key)
    return keys


def keys_of(ids: list[int]) -> list[str]:
    keys = dict(Customer.objects.filter(pk__in=ids).values_list("pk", "key"))
    return [keys[pk] for pk in ids]


def bounds(
    monkeypatch: pytest.MonkeyPatch, few: int, begun: int, picked: int = 1_000, counted: int | None = None
) -> None:
    """Up to how many are looked up, by words and by a beginning, and from how many on they are picked, alone and with
    other filters beside."""
    counted = few if counted is None else counted
    for name, bound in {"FEW": few, "BEGUN": begun, "PICKED": picked, "COUNTED_IN_FULL": counted}.items():
        monkeypatch.setattr(finding, name, bound)


WAYS = {"walked": (0, 0), "either": (10, 20), "looked up": (2_000, 2_000), "picked": (2_000, 2_000, 1)}
WAYS["picked of the many"] = (5, 60, 1)
WAYS["picked, filtered too"] = (2_000, 2_000, 1, 1)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("filters", FILTERS)
def test_all_ways_find_whom_the_filters_leave(
    run: Run, many: list[tuple[Any, ...]], filters: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds(monkeypatch, *WAYS[way])
    query = read(QueryDict(filters + "&size=100"))
    found = find(query, run, UNLIMITED)
    wanted = expected(many, filters)
    assert set(keys_of(found.ids)) == wanted
    assert len(found.ids) == len(wanted)
    assert found.total == len(wanted) or (found.capped and found.total < len(wanted))
    assert list(all_ids(query, run, UNLIMITED)) == found.ids


@pytest.mark.parametrize("few", [0, 2_000])
def test_what_is_not_counted_is_told_as_at_least_what_was_seen_and_has_an_end(
    run: Run, many: list[tuple[Any, ...]], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    filters = "tier=A,B&rhythm=usual"
    all_of_them = len(expected(many, filters))
    assert all_of_them > 25
    for size in (25, 50, 100):
        for page in range(1, all_of_them // size + 3):
            query = read(QueryDict(f"{filters}&size={size}&page={page}"))
            found = find(query, run, UNLIMITED)
            pages = Pages(query.page, query.size, found.total, capped=found.capped, more=len(found.ids) == query.size)
            assert found.total <= max(all_of_them, query.start)
            assert found.ids or not pages.has_next
            assert pages.has_next or query.start + len(found.ids) >= all_of_them


def test_of_one_filter_alone_that_many_pass_it_is_known_that_they_are_more_than_few(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "FEW", 28)
    monkeypatch.setattr(finding, "BEGUN", 28)
    alone = find(read(QueryDict("q=张")), run, UNLIMITED)
    assert (len(alone.ids), alone.total, alone.capped) == (25, 28, True), "30 are there"


def test_a_label_that_the_run_counted_as_rare_is_looked_up_and_one_of_many_is_walked_to(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "FEW", 10)
    rare, frequent, both = (
        planned(read(QueryDict(asked)), run, UNLIMITED)
        for asked in ("rhythm=regular", "rhythm=usual", "rhythm=usual&price_code=high")
    )
    assert (few := finding.few_of(rare)) is not None
    assert len(few.ids) == 8
    with CaptureQueriesContext(connection) as asked:
        assert finding.few_of(frequent) is None
    assert len(asked) == 0, "52 were counted when the run was published"
    assert finding.few_of(both) is None, "15 of them, which only the rows tell"


@pytest.mark.parametrize("order", ["-clv", "clv", "name", "-created", "next_purchase_due"])
@pytest.mark.parametrize("asked", ["q=k", "q=k&tier=A,B,C", "q=k&rhythm=usual", "q=张", "tag=VIP", "q=k&tag=VIP"])
def test_a_page_picked_out_of_the_order_is_the_one_looked_up(
    run: Run, asked: str, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pages() -> list[list[int]]:
        queries = [read(QueryDict(f"{asked}&sort={order}&size=25&page={page}")) for page in (1, 2, 3)]
        return [find(query, run, UNLIMITED).ids for query in queries]

    looked_up = pages()
    bounds(monkeypatch, 30, 60, 1)
    assert pages() == looked_up


def test_of_many_found_the_first_are_picked_without_a_look_at_the_rest(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds(monkeypatch, 30, 60, 1)
    with CaptureQueriesContext(connection) as asked:
        found = find(read(QueryDict("q=k&sort=-clv")), run, UNLIMITED)
    assert (len(found.ids), found.total, found.capped) == (25, 60, False)
    assert not [query["sql"] for query in asked if "json_each" in query["sql"] or "unnest" in query["sql"]]
    filtered = find(read(QueryDict("q=k&tier=A,B,C,D&sort=-clv")), run, UNLIMITED)
    assert (len(filtered.ids), filtered.capped) == (25, True), "how many of them the filter leaves is not counted"
    assert filtered.total >= 25


@pytest.mark.parametrize("order", [sign + code for code in ORDERS for sign in ("", "-")])
def test_both_ways_give_the_same_order_of_values_and_blanks_last(
    run: Run, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = read(QueryDict(f"sort={order}&size=100&tier=A,B,C"))
    looked_up = _values(find(query, run, UNLIMITED).ids, query.field, run)
    monkeypatch.setattr(finding, "FEW", 0)
    walked = _values(find(query, run, UNLIMITED).ids, query.field, run)
    assert walked == looked_up
    known = [value for value in walked if value is not None]
    assert known == sorted(known, reverse=order.startswith("-"))
    assert walked[: len(known)] == known, "blanks stand last"


def test_a_page_merged_of_cells_is_the_one_that_is_walked_to(
    run: Run, many: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "FEW", 0)
    merged = 0
    for filters in ("tier=A", "tier=B,C&stage=decline,stability", "risk=churn", "tier=Z", "tier=A,B,C,D"):
        for order in ("-clv", "clv", "-current_value", "current_value"):
            for page in (1, 2, 3):
                query = read(QueryDict(f"{filters}&sort={order}&size=25&page={page}"))
                ids = find(query, run, UNLIMITED).ids
                plan = planned(query, run, UNLIMITED)
                assert ids == finding._walked(plan, query.start, query.size), (filters, order, page)
                merged += bool(finding._merged(plan, query.start, query.size))
    assert merged >= 12, "this way was taken"
    monkeypatch.setattr(finding, "MERGED", 10)
    assert finding._merged(planned(read(QueryDict("tier=A,B,C,D")), run, UNLIMITED), 0, 25) == []


@pytest.mark.parametrize("order", ["-clv", "clv", "name", "next_purchase_due"])
def test_a_walk_that_is_given_up_ends_in_the_same_list(run: Run, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    query = read(QueryDict(f"q=张&tier=C,D&sort={order}&size=25"))
    monkeypatch.setattr(finding, "FEW", 0)
    walked = find(query, run, UNLIMITED)
    monkeypatch.setattr(finding, "_FIRST_STEP", 2)
    monkeypatch.setattr(finding, "WALKED", 4)
    given_up = find(query, run, UNLIMITED)
    assert given_up.ids == walked.ids
    assert given_up.ids
    assert walked.total == given_up.total == len(walked.ids), "a page that is not full is the last: all are counted"
    assert not walked.capped
    monkeypatch.setattr(finding, "MANY", 1)
    assert find(query, run, UNLIMITED).ids == walked.ids, "too many to fetch: walked to the end after all"


def _values(ids: list[int], field: str, run: Run) -> list[Any]:
    from shuke.crm.scores.models import SLOTS

    assert run.slot is not None
    if field in ("sort_name", "created_at", LAST_TOUCH):
        values = dict(Customer.objects.values_list("pk", field))
    else:
        values = dict(SLOTS[run.slot].objects.values_list("pk", field))
    return [values[pk] for pk in ids]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(size=st.sampled_from([25, 50]), order=st.sampled_from(["-clv", "clv", "next_purchase_due", "name", "tier"]))
def test_pages_side_by_side_are_the_whole_list(
    run: Run, size: int, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for few in (0, 2000):
        monkeypatch.setattr(finding, "FEW", few)
        pages = [
            find(read(QueryDict(f"sort={order}&size={size}&page={page}")), run, UNLIMITED).ids for page in range(1, 5)
        ]
        together = [pk for page in pages for pk in page]
        assert together == find(read(QueryDict(f"sort={order}&size=100")), run, UNLIMITED).ids
        assert len(set(together)) == 60


@pytest.mark.parametrize(
    "asked", ["", "sort=clv", "sort=next_purchase_due", "tier=A,B", "stage=decline&sort=tier_rank"]
)
def test_a_page_reached_from_the_end_is_the_one_reached_from_the_top(run: Run, asked: str) -> None:
    plan = planned(read(QueryDict(asked)), run, UNLIMITED)
    everybody = list(all_ids(plan.query, run, UNLIMITED))
    assert len(everybody) == plan.in_cells > 6
    for start in range(len(everybody) + 3):
        for size in (1, 4, 70):
            assert finding._from_the_end(plan, start, size) == everybody[start : start + size]


def test_customers_without_a_score_are_found_by_search_and_by_name(run: Run) -> None:
    keep(cards=[Card("later", name="后来者")])
    assert keys_of(find(read(QueryDict("q=后来者")), run, UNLIMITED).ids) == ["later"]
    assert "later" in keys_of(find(read(QueryDict("sort=name&size=100")), run, UNLIMITED).ids)
    assert "later" not in keys_of(find(read(QueryDict("size=100")), run, UNLIMITED).ids)


def test_before_the_first_run_the_list_holds_all_customers_by_name(db: None) -> None:
    keep(cards=[Card("b", name="张伟"), Card("a", name="王芳")])
    assert keys_of(find(read(QueryDict("")), None, UNLIMITED).ids) == ["a", "b"]
    assert find(read(QueryDict("tier=A")), None, UNLIMITED).ids == []


@pytest.mark.parametrize("few", [0, 2_000])
@pytest.mark.parametrize(
    "query", ["", "sort=name", "tier=A", "sort=created&stage=decline", "q=k", "size=100&sort=-churn_probability"]
)
def test_a_list_in_scope_shows_and_counts_only_what_is_in_scope(
    published: Callable[..., Run], many: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch, colleague: User,
    few: int, query: str,
) -> None:  # fmt: skip
    run = published(many)
    monkeypatch.setattr(finding, "FEW", few)
    mine = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[::7])
    Customer.objects.filter(pk__in=mine).update(owner=colleague)
    sight = Sight(Reach(frozenset({colleague.pk}), nobodys=False), tail_only=True)
    asked = read(QueryDict(query + "&size=100"))
    everything = list(all_ids(asked, run, UNLIMITED))
    expected = [pk for pk in everything if pk in mine]
    found = find(asked, run, sight)
    assert found.ids == list(all_ids(asked, run, sight)) == expected
    assert found.capped or found.total == len(expected)
