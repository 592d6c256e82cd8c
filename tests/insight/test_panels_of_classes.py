"""What single classifications show beside the common page."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from django.http import QueryDict
from django.test import Client

from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.scores.forgetting import forget
from shuke.crm.scores.models import Run
from shuke.crm.scores.query import read
from shuke.crm.scores.reads import listed
from shuke.insight.grids_of_classes import profit
from shuke.insight.models import Upload
from shuke.insight.panels_of_classes import panels

pytestmark = pytest.mark.django_db
Visit = Callable[[User], Client]


@pytest.fixture
def run(scored: Upload) -> Run:
    """The run in force, where two customers have left their band."""
    found = Run.objects.get(state="current")
    found.figures["alarms"] = [
        {"customer_id": key, "rfm_alarm": label, "rfm_alarm_why_code": label, "recency_days": 90,
         "typical_gap_days": 10.0, "recent_purchases": 1, "usual_purchases": 9.0, "recent_spend_minor": 500,
         "usual_spend_minor": 900, "current_value_minor": 7_000}
        for key, label in (("c11", "silent"), ("c12", "smaller"), ("nobody", "silent"))
    ]  # fmt: skip
    found.save()
    return found


def test_who_left_their_band_is_told_with_the_reason_and_leads_to_the_card(run: Run, manager: User) -> None:
    told = panels(manager, run, "rfm")["alarms"]
    assert [row["href"] for row in told["rows"]] == ["/customers/c11/", "/customers/c12/"]
    assert "90" in told["rows"][0]["why"]
    assert "{" not in told["rows"][0]["why"]
    labels = run.figures["classes"]["rfm_alarm"]["labels"]
    left = sum(row["customers"] for row in labels if row["code"] not in ("none", "unknown"))
    assert sum(int(part["count"].replace(",", "")) for part in told["parts"]) == left


def test_alarms_and_profit_stand_on_the_page_of_rfm(run: Run, manager: User, as_user: Visit) -> None:
    text = as_user(manager).get("/classes/rfm/", headers={"Accept-Language": "en"}).content.decode()
    for words in ("Who has left their own usual band", "Profit by frequency and amount", 'href="/customers/c11/"'):
        assert words in text
    assert sum(cell["customers"] for cell in run.figures["classes"]["rfm_profit"]) == run.customers
    assert 'href="/customers/?rfm_f=4%2C5&amp;rfm_m=4%2C5"' in text, "those who bring most, by name"


def test_the_list_holds_as_many_as_the_cell_that_led_to_it(run: Run, manager: User) -> None:
    cells = run.figures["classes"]["rfm_profit"]
    leads = {cell.href: row for line in profit(cells, "CNY").cells for cell in line for row in cells
             if cell.href == f"/customers/?rfm_f={row['rfm_f']}&rfm_m={row['rfm_m']}"}  # fmt: skip
    assert len(leads) == len(cells) > 1
    for href, row in leads.items():
        found = listed(manager, read(QueryDict(href.partition("?")[2])), run)[1]
        assert (found.total, found.capped) == (row["customers"], False)


def test_who_was_erased_is_no_alarm_any_more(run: Run, manager: User) -> None:
    forget(list(Customer.objects.filter(key="c11").values_list("pk", flat=True)))
    run.refresh_from_db()
    assert [row["customer_id"] for row in run.figures["alarms"]] == ["c12", "nobody"]


def test_real_and_false_loyalty_are_all_customers_together(run: Run, manager: User) -> None:
    truths = panels(manager, run, "loyalty")["truths"]
    assert sum(int(one["count"].replace(",", "")) for one in truths) == run.customers
    assert [one["href"].count("%2C") + one["href"].count(",") for one in truths] == [0, 0, 4, 0]


def test_the_cut_offs_of_today_are_those_by_which_scores_were_given(run: Run) -> None:
    cuts = run.figures["classes"]["rfm_cuts"]
    assert cuts
    assert all(low < high for cut in cuts.values() for low, high in pairwise(cut))


AGREED = {"customers": 40, "share": 0.9, "kappa": 0.85, "adjusted_rand": 0.7}
REPORT = {
    "customers": 40,
    "missing": ["says_past"],
    "halves": AGREED,
    "halves_of_clusters": AGREED | {"adjusted_rand": 0.3},
    "before": "2024-09-30",
    "quarters": AGREED | {"kappa": 0.5},
    "quarters_decided": AGREED | {"kappa": None, "share": None},
    "clusters": [
        {"code": "c1", "customers": 25, "share": 0.625, "type": "trendy", "signs": ["new_share.high", "variety.low"]},
        {"code": "c2", "customers": 15, "share": 0.375, "type": None, "signs": ["variety.high"]},
    ],
    "clear": False,
    "crossed": {"trendy": {"c1": 25, "c2": 15}},
}


def test_how_far_types_agree_is_told_with_what_that_means_and_the_clusters_beside_them(
    run: Run, manager: User, as_user: Visit
) -> None:
    run.figures["types_report"] = REPORT
    run.save()
    told = panels(manager, run, "type")["types"]
    with_words = [(row["beyond"], row["read"]) for row in told["rows"]]
    assert [beyond for beyond, _ in with_words] == ["0.85", "0.50", "—", "0.30"]
    assert len({read for _, read in with_words}) == 4
    text = as_user(manager).get("/classes/type/", headers={"Accept-Language": "en"}).content.decode()
    for words in ("Very steady", "Unsteady", "Cannot be told", 'href="/customers/?type=trendy"', "buys new products",
                  "they divide a continuum", "Says: the past"):  # fmt: skip
        assert words in text


def test_without_a_report_the_page_of_types_says_nothing_of_it(run: Run, manager: User) -> None:
    run.figures.pop("types_report", None)
    assert panels(manager, run, "type") == {}
