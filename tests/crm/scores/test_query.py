from __future__ import annotations

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from shuke.crm.scores.cells import Wanted
from shuke.crm.scores.columns import COLUMNS, ORDERS
from shuke.crm.scores.query import Query, read

codes = st.lists(st.sampled_from(["A", "B", "decline", "loyal"]), max_size=2, unique=True).map(tuple)
queries = st.builds(
    Query,
    words=st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=20).map(str.strip),
    wanted=st.builds(Wanted, tier=codes, stage=codes, segment=codes, tier_before=codes),
    tag=st.sampled_from(["", "VIP", "大客户 & co"]),
    order=st.sampled_from([sign + code for code in ORDERS for sign in ("", "-")]),
    page=st.integers(1, 500),
    size=st.sampled_from([25, 50, 100]),
    columns=st.lists(st.sampled_from(list(COLUMNS.values())), min_size=1, unique=True).map(tuple),
)


@given(queries)
def test_an_address_reads_back_as_the_query_that_wrote_it(query: Query) -> None:
    assert read(QueryDict(query.address(page=query.page)[1:])) == query


def test_what_an_address_asks_wrongly_is_left_out() -> None:
    asked = QueryDict("sort=;drop&size=7&page=-3&columns=nothing&risk=none&tier=&page=9999999999&q=%00a")
    assert read(asked) == Query(words="a")


def test_a_change_goes_back_to_the_first_page() -> None:
    assert Query(page=7, size=50).address(order="name") == "?sort=name&size=50"


def test_a_form_keeps_all_but_its_own_fields() -> None:
    query = Query(words="王", wanted=Wanted(tier=("A", "B")), size=50, page=3)
    assert query.kept("q") == [("tier", "A"), ("tier", "B"), ("size", 50)]
