"""The page of cohorts: figures kept with the run, marks that lead to their customers, and costs by source."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from shuke.crm.people.models import User
from shuke.crm.scores.models import Run
from shuke.insight.cohort_charts import began_in
from shuke.insight.facts import business_ledger
from shuke.insight.forms import CostsForm
from shuke.insight.models import AcquisitionCost
from shuke.insight.publish import Origin, publish
from shuke.value import Cohorts

pytestmark = pytest.mark.django_db
Visit = Callable[[User], Client]


def shop(*, with_costs: bool = True) -> str:
    """Two years of new customers, a few a week: by advertisement they spend more and come back, from the street not."""
    lines = ["客户编号,购买日期,金额,类目,渠道,成本"]
    for number in range(120):
        day = date(2023, 1, 2) + timedelta(days=6 * number)
        by_ads = number % 3 == 0
        what = f"{'茶具' if by_ads else '茶叶'},{'广告' if by_ads else '路过'}"
        for visit in range(4 if by_ads else 1 + number % 2):
            amount = 300 if by_ads else 40 + number % 7
            lines.append(
                f"c{number:03d},{day + timedelta(days=40 * visit)},{amount},{what},{amount // 2 if with_costs else ''}"
            )
    return "\n".join([*lines, ""])


def scored_shop(folder: Path, **settings: Any) -> Iterator[Any]:
    from shuke.collect import read_purchases
    from shuke.cycle import Settings
    from shuke.cycle import run as score
    from shuke.engines import open_engine

    (folder / "shop.csv").write_text(shop(**settings), "utf-8")
    with open_engine() as engine:
        yield score(read_purchases(folder / "shop.csv", engine=engine), as_of="2024-12-15", settings=Settings())


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The shop, scored once for all tests here."""
    yield from scored_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def run(db: None, business: Path, done: Any) -> Run:
    """Its run, published."""
    return publish(done=done, origin=Origin("run-shop", {}, 1), ledger=business_ledger())


def test_the_page_is_whole_and_light_in_each_language(run: Run, owner: User, as_user: Visit) -> None:
    client = as_user(owner)
    for language, by in product(("zh-hans", "zh-hant", "en"), ("month", "quarter", "century")):
        User.objects.update(language=language)
        answer = client.get(f"/cohorts/?by={by}")
        assert answer.status_code == 200
        assert len(gzip.compress(answer.content)) < 50 * 1024
        assert b" style=" not in answer.content
        assert b"insight." not in answer.content


def test_each_cohort_leads_to_as_many_customers_as_it_holds(run: Run, owner: User, as_user: Visit) -> None:
    client, found = as_user(owner), Cohorts.from_json(run.figures["cohorts"])
    page = client.get("/cohorts/?by=quarter").content.decode()
    hrefs = set(re.findall(r'href="(/customers/\?first=[^"]+)"', page))
    for cohort in found.quarters[1:3]:
        href = began_in(cohort.start, "quarter")
        assert href in hrefs
        listed = client.get(href).content.decode()
        assert f"{cohort.customers} customers" in listed
        assert "First purchase:" in listed


def new_customers(client: Client, run: Run, as_of: str, *began: tuple[str, int]) -> tuple[str, str, float | None]:
    """The tile of new customers, had they come as told: months and how many."""
    kept = Cohorts.from_json(run.figures["cohorts"])
    year, month = int(as_of[:4]), int(as_of[5:7])
    months = []
    for start, customers in began:
        ages = 12 * (year - int(start[:4])) + month - int(start[5:]) + 1
        known = replace(kept.months[-1], start=f"{start}-01", customers=customers, left_truncated=start == "2023-01")
        months.append(replace(known, bought=(customers,) * ages, value_minor=(0,) * ages))
    is_open = date.fromisoformat(as_of).day < 30
    run.figures["cohorts"] = replace(kept, as_of=as_of, months=tuple(months), open_month=is_open).as_json()
    run.save()
    tile = client.get("/cohorts/", headers={"Accept-Language": "en"}).context["tiles"][0]
    return tile["label"], tile["value"], tile["delta"]


def test_new_customers_are_those_of_the_last_whole_month_against_the_month_before_it(
    run: Run, owner: User, as_user: Visit
) -> None:
    client, september, october = as_user(owner), ("2024-09", 7), ("2024-10", 9)
    told = new_customers(client, run, "2024-11-15", september, october, ("2024-11", 3))
    assert told == ("New customers in 2024-10", "9", 2)
    assert new_customers(client, run, "2024-11-15", september, october) == ("New customers in 2024-10", "9", 2)
    assert new_customers(client, run, "2024-10-31", september, october) == ("New customers in 2024-10", "9", 2)
    assert new_customers(client, run, "2024-11-30", september, october) == ("New customers in 2024-11", "0", -9)
    assert new_customers(client, run, "2024-10-31", ("2024-08", 7), october) == ("New customers in 2024-10", "9", 9)
    assert new_customers(client, run, "2023-02-28", ("2023-01", 90)) == ("New customers in 2023-01", "90", None)
    assert new_customers(client, run, "2023-03-01", ("2023-01", 90), ("2023-02", 4))[2] is None


def test_the_figures_say_who_pays_and_who_comes_back(run: Run, owner: User, as_user: Visit) -> None:
    shown = as_user(owner).get("/cohorts/").context
    by_name = {row["name"]: row for row in shown["baskets"]["by_category"]}
    tools, tea = by_name["茶具"], by_name["茶叶"]
    assert (tools["differs"], tea["differs"]) == ("more", "less")
    assert [row["name"] for row in shown["sources"]["rows"]] == ["路过", "广告", "All new customers"]
    assert "channel" in shown["sources"]["told_by"]
    assert shown["triangle"]["left_out"] == ""
    assert not shown["sources"]["costs_known"]


def test_costs_make_a_ratio_and_a_month_of_payback(run: Run, manager: User, as_user: Visit) -> None:
    client = as_user(manager)
    street_field, ads_field, all_field = client.get("/cohorts/").context["form"].fields
    told = {street_field: "900", ads_field: "200", all_field: ""}
    answer = client.post("/cohorts/costs/", told, follow=True)
    assert "The acquisition costs are saved" in answer.content.decode()
    street, ads, everyone = answer.context["sources"]["rows"]
    assert (street["payback"], street["ratio_tone"]) == ("not yet, in 20 months", "bad")
    assert (ads["payback"], ads["ratio_tone"], ads["cost"]) == ("in month 2", "good", "CN¥200.00")
    assert (everyone["payback"], everyone["cost"]) == ("—", "")
    client.post("/cohorts/costs/", {street_field: "", ads_field: "150", all_field: "0.5"})
    assert dict(AcquisitionCost.objects.values_list("source", "cost_minor")) == {"广告": 15_000, "": 50}
    assert AcquisitionCost.objects.get(source="广告").set_by == manager


def test_a_field_stays_with_its_source_wherever_a_later_run_puts_it() -> None:
    first, later = (CostsForm([(one, one) for one in order], "CNY", {}) for order in (("街", "广告"), ("广告", "街")))
    assert {form.fields[name].label: name for form in (first,) for name in form.fields} == {
        later.fields[name].label: name for name in later.fields
    }


def test_a_cost_that_is_none_is_refused_beside_its_field(run: Run, manager: User, as_user: Visit) -> None:
    client = as_user(manager)
    street, ads, _ = client.get("/cohorts/").context["form"].fields
    answer = client.post("/cohorts/costs/", {street: "-1", ads: "viel"})
    assert answer.status_code == 400
    assert answer.content.decode().count('class="errors"') == 2
    assert 'href="/cohorts/?by=quarter"' in answer.content.decode(), "the page stands at another address"
    assert not AcquisitionCost.objects.exists()


def test_staff_see_the_page_and_set_no_costs(run: Run, colleague: User, as_user: Visit) -> None:
    client = as_user(colleague)
    page = client.get("/cohorts/").content.decode()
    assert "Ask a manager to fill them in" in page
    assert "/cohorts/costs/" not in page
    assert client.post("/cohorts/costs/", {"cost_0": "1"}).status_code == 403


def test_who_sees_customers_of_their_own_sees_no_figures_of_all(run: Run, stranger: User, as_user: Visit) -> None:
    page = as_user(stranger).get("/cohorts/").content.decode()
    assert "figures of the whole business" in page
    assert "茶具" not in page


def test_an_empty_business_and_a_run_of_an_earlier_version_are_told_what_to_do(
    run: Run, owner: User, colleague: User, as_user: Visit
) -> None:
    del run.figures["cohorts"]
    run.save()
    assert "made by an earlier version" in as_user(owner).get("/cohorts/").content.decode()
    assert "Ask a manager to score again" in as_user(colleague).get("/cohorts/").content.decode()
    assert as_user(owner).post("/cohorts/costs/", {"cost_0": "1"}).status_code == 302
    Run.objects.all().delete()
    page = as_user(owner).get("/cohorts/").content.decode()
    assert 'class="empty"' in page
    assert 'href="/data/"' in page


def test_a_run_that_values_revenue_tells_no_payback(
    db: None, business: Path, tmp_path: Path, owner: User, as_user: Visit
) -> None:
    for done in scored_shop(tmp_path, with_costs=False):
        publish(done=done, origin=Origin("run-revenue", {}, 1), ledger=business_ledger())
    page = as_user(owner).get("/cohorts/").content.decode()
    assert "values revenue, not margin" in page
    assert "LTV : CAC" not in re.sub(r'<details class="why".*?</details>', "", page, flags=re.DOTALL)
