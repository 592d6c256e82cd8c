"""The pages of the door, as the cast sees them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shuke.crm.customers.models import Customer, Export
from shuke.crm.people.models import AuditEntry, User
from shuke.insight.models import RunRequest, Upload

pytestmark = pytest.mark.django_db
Visit = Callable[[User], Client]
COMPARE = "/runs/compare/?run=run-june&run=run-year"
PAGES = ("/", "/data/", "/runs/", "/runs/run-year/", "/models/", "/runs/run-june/models/", COMPARE)
SLOTS = ("purchases/", "purchases/chart/", "forecast/")


@pytest.mark.parametrize("path", ["/", "/data/", "/runs/"])
def test_an_empty_business_is_told_what_to_do_next(business: Any, owner: User, as_user: Visit, path: str) -> None:
    answer = as_user(owner).get(path)
    assert answer.status_code == 200
    assert b'class="empty"' in answer.content


def test_every_page_is_whole_and_light_in_each_language(scored: Upload, owner: User, as_user: Visit) -> None:
    client = as_user(owner)
    paths = [*PAGES, f"/data/{scored.pk}/", *(f"/customers/c11/{slot}" for slot in SLOTS)]
    for language, path in product(("zh-hans", "zh-hant", "en"), paths):
        User.objects.update(language=language)
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert len(gzip.compress(answer.content)) < 50 * 1024
        assert b" style=" not in answer.content
        assert b"insight." not in answer.content
        assert b"models." not in answer.content


def test_the_figures_of_the_overview_lead_to_lists_of_as_many_customers(
    scored: Upload, owner: User, as_user: Visit
) -> None:
    client = as_user(owner)
    figures = client.get("/").context["run"].figures
    for tier in figures["tiers"]:
        found = client.get("/customers/", {"tier": tier["code"]})
        assert f"{tier['customers']} customers" in found.content.decode() or tier["customers"] < 2
    for was, became, count in figures["migration"]:
        if count > 1:
            found = client.get("/customers/", {"tier": became, "tier_before": was or "new"})
            assert f"{count} customers" in found.content.decode()


def test_the_overview_and_each_run_lead_to_their_models(scored: Upload, owner: User, as_user: Visit) -> None:
    client = as_user(owner)
    assert b'href="/models/">All about the models' in client.get("/").content
    assert b'href="/runs/run-june/models/"' in client.get("/runs/run-june/").content


def test_staff_see_the_overview_but_not_the_door(scored: Upload, colleague: User, as_user: Visit) -> None:
    client = as_user(colleague)
    assert client.get("/").status_code == 200
    for path in ("/data/", f"/data/{scored.pk}/", "/runs/", "/runs/run-year/", COMPARE):
        assert client.get(path).status_code == 403, path
    assert client.get("/customers/c11/purchases/").status_code == 200
    assert client.post(f"/data/imports/{scored.import_id}/undo/").status_code == 403
    assert client.post("/runs/run-year/scores/", {"format": "csv"}).status_code == 403


def test_a_file_is_brought_checked_and_imported_by_hand(
    business: Any, manager: User, as_user: Visit, work: Callable[[], Any]
) -> None:
    client = as_user(manager)
    lines = b"who,when,how much\na,2024-01-02,5\nb,2024-01-03,6\na,2024-02-03,7\n"
    answer = client.post("/data/", {"file": SimpleUploadedFile("x.csv", lines)}, follow=True)
    upload = Upload.objects.get()
    assert answer.redirect_chain[-1][0] == f"/data/{upload.pk}/"
    chosen = {"customer": "who", "time": "when", "amount": "how much"}
    assert client.post(f"/data/{upload.pk}/columns/", chosen).status_code == 302
    assert client.post(f"/data/{upload.pk}/import/", chosen | {"score_after": "1"}).status_code == 302
    assert b"/progress/" in client.get(f"/data/{upload.pk}/").content
    assert [job.state for job in work()] == ["done", "done"]
    upload.refresh_from_db()
    assert (upload.state, upload.quality["rows_kept"]) == ("imported", 3)
    assert upload.uploaded_by == manager
    assert client.get("/").context["run"].customers == 2


def test_what_is_refused_says_why_beside_the_field(business: Any, manager: User, as_user: Visit) -> None:
    answer = as_user(manager).post("/data/", {"file": SimpleUploadedFile("x.csv", b"%PDF-1.7")})
    assert answer.status_code == 400
    assert "This is not a table" in answer.content.decode()
    assert Upload.objects.count() == 0


def test_one_column_cannot_be_two_things(upload: Upload, manager: User, as_user: Visit) -> None:
    chosen = {"customer": "客户编号", "time": "购买日期", "amount": "金额", "quantity": "金额"}
    answer = as_user(manager).post(f"/data/{upload.pk}/import/", chosen)
    assert answer.status_code == 400
    assert "taken for" in answer.content.decode()
    upload.refresh_from_db()
    assert upload.state == "ready"


def test_who_wants_no_scores_yet_says_so_once(
    upload: Upload, manager: User, as_user: Visit, work: Callable[[], Any]
) -> None:
    client, path = as_user(manager), f"/data/{upload.pk}/"
    chosen = {"customer": "客户编号", "time": "购买日期", "amount": "金额"}

    def is_ticked(answer: Any) -> bool:
        [box] = re.findall(r'<input type="checkbox" name="score_after"[^>]*>', answer.content.decode())
        return "checked" in box

    assert is_ticked(client.get(path))
    client.post(f"{path}columns/", chosen)
    assert not is_ticked(client.get(path))
    assert not is_ticked(client.post(f"{path}import/", chosen | {"quantity": "金额"}))
    client.post(f"{path}kind/", {"kind": "purchases"})
    assert not is_ticked(client.get(path))
    client.post(f"{path}columns/", chosen | {"score_after": "on"})
    assert is_ticked(client.get(path))
    client.post(f"{path}import/", chosen)
    assert [job.kind for job in work()] == ["insight.import"]


def test_the_rows_set_aside_can_be_downloaded(scored: Upload, manager: User, as_user: Visit) -> None:
    answer = as_user(manager).get(f"/data/{scored.pk}/rejects/")
    assert "attachment" in answer["Content-Disposition"]
    assert "昨天" in b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_an_import_is_undone_once(scored: Upload, manager: User, as_user: Visit) -> None:
    client, path = as_user(manager), f"/data/imports/{scored.import_id}/undo/"
    assert "Undone" in client.post(path, follow=True).content.decode()
    assert "undone before" in client.post(path, follow=True).content.decode()


def test_a_file_not_imported_may_be_thrown_away_an_imported_one_not(
    scored: Upload, manager: User, as_user: Visit, django_capture_on_commit_callbacks: Any
) -> None:
    client = as_user(manager)
    client.post(f"/data/{scored.pk}/discard/")
    assert scored.path.exists()
    client.post("/data/", {"file": SimpleUploadedFile("x.csv", b"customer,date,amount\na,2024-01-02,5\n")})
    other = Upload.objects.first()
    assert other is not None
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/data/{other.pk}/discard/")
    assert not other.place.exists()
    assert Upload.objects.count() == 1


def test_a_run_is_started_with_what_was_filled_in(scored: Upload, manager: User, as_user: Visit) -> None:
    told = {"as_of": "2024-09-30", "horizon_days": "180", "period_days": "60", "discount_rate": "8",
            "margin_rate": "25", "tiers": "80-20", "tier_by": "clv_minor", "model": "mbg_nbd",
            "calendar": "12=1.3，2025-01-22/2025-02-04=1.6"}  # fmt: skip
    client = as_user(manager)
    assert client.post("/runs/", told | {"earlier": "on"}).status_code == 302
    asked = RunRequest.objects.latest("pk")
    assert asked.parameters == {"as_of": "2024-09-30", "horizon_days": 180, "period_days": 60, "discount_rate": 0.08,
                                "margin_rate": 0.25, "tiers": "80-20", "tier_by": "clv_minor", "model": "mbg_nbd",
                                "calendar": {"12": 1.3, "2025-01-22/2025-02-04": 1.6},
                                "definitions": {}, "versions": {}}  # fmt: skip
    assert b"/progress/" in client.get("/runs/").content
    for wrong in ({"horizon_days": "1"}, {"model": "bgnbd"}, {"calendar": "Christmas=2"}, {"calendar": "12=0"}):
        assert client.post("/runs/", told | wrong).status_code == 400


def test_scores_of_an_earlier_day_replace_later_ones_only_for_who_says_so(
    scored: Upload, manager: User, as_user: Visit
) -> None:
    client, told = as_user(manager), {"horizon_days": "365", "period_days": "90", "discount_rate": "10",
                                      "tiers": "abcd", "tier_by": "clv_minor"}  # fmt: skip
    assert 'name="earlier"' not in client.get("/runs/").content.decode()
    before = RunRequest.objects.count()
    answer = client.post("/runs/", told | {"as_of": "2024-09-30"})
    assert answer.status_code == 400
    assert 'name="earlier"' in answer.content.decode()
    assert 'name="earlier"' not in client.post("/runs/", told | {"horizon_days": "1"}).content.decode()
    assert RunRequest.objects.count() == before
    assert client.post("/runs/", told | {"as_of": "2024-09-30", "earlier": "on"}).status_code == 302
    assert RunRequest.objects.count() == before + 1


def test_the_scores_of_a_run_are_downloaded_and_the_log_says_so(scored: Upload, manager: User, as_user: Visit) -> None:
    client = as_user(manager)
    for suffix, start in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("parquet", b"PAR1")):
        answer = client.post("/runs/run-june/scores/", {"format": suffix})
        assert b"".join(answer.streaming_content).startswith(start)  # type: ignore[attr-defined]
    logged = Export.objects.values_list("exported_by", "query", "rows")
    assert list(logged) == [(manager.pk, "run=run-june", 40)] * 3


def test_a_comparison_wants_two_runs_that_there_are(scored: Upload, owner: User, as_user: Visit) -> None:
    client = as_user(owner)
    assert client.get("/runs/compare/?run=run-june&run=run-june").status_code == 302
    assert client.get("/runs/compare/?run=run-june&run=run-never").status_code == 404


def test_the_forecast_of_a_customer_ends_at_the_score(scored: Upload, owner: User, as_user: Visit) -> None:
    client = as_user(owner)
    chart = client.get("/customers/c11/forecast/").context["chart"]
    run = client.get("/").context["run"]
    from shuke.crm.customers.models import Customer
    from shuke.crm.scores.models import SLOTS

    score = SLOTS[run.slot].objects.get(pk=Customer.objects.get(key="c11").pk)
    assert chart.series[0].values[-1] == pytest.approx(score.expected_purchases, abs=1e-6)
    # and a run of before there were several models is drawn as it was
    model = run.figures["model"]
    run.figures["model"] = {"chosen": "bg_nbd", "chosen_why": model["chosen_why"], "bg_nbd": model["parameters"]}
    del run.figures["models"], run.figures["totals"]["clv_low_minor"]
    run.save()
    assert client.get("/customers/c11/forecast/").context["chart"].series[0].values == chart.series[0].values
    assert client.get("/").status_code == 200


def test_a_customer_nobody_knows_has_no_slots(scored: Upload, owner: User, as_user: Visit) -> None:
    assert {as_user(owner).get(f"/customers/nobody/{slot}").status_code for slot in SLOTS} == {404}


def test_who_sees_only_their_own_gets_figures_of_those_and_none_of_the_business(
    scored: Upload, stranger: User, as_user: Visit
) -> None:
    keys = list(Customer.objects.order_by("key").values_list("key", flat=True)[:3])
    Customer.objects.filter(key__in=keys).update(owner=stranger)
    page = as_user(stranger).get("/").content.decode()
    assert "These figures are of the customers you are responsible for" in page
    assert re.search(r">\s*3\s*<", page)
    assert 'class="chart"' not in page
    linked = set(re.findall(r'href="/customers/([^/?"]+)/"', page))
    assert linked <= set(keys)
    for path in ("/runs/", "/data/"):
        assert as_user(stranger).get(path).status_code == 403
    listed = as_user(stranger).get("/customers/").content.decode()
    assert set(re.findall(r'href="/customers/([^/?"]+)/"', listed)) == set(keys)


def test_every_act_at_the_door_is_noted(scored: Upload, manager: User, as_user: Visit) -> None:
    as_user(manager).post(f"/data/imports/{scored.import_id}/undo/")
    told = {"as_of": "2024-09-30", "horizon_days": "180", "period_days": "60", "discount_rate": "8",
            "margin_rate": "25", "tiers": "80-20", "tier_by": "clv_minor"}  # fmt: skip
    as_user(manager).post("/runs/", told)
    acts = set(AuditEntry.objects.values_list("act", flat=True))
    assert {"file_brought", "import_started", "import_undone", "run_started"} <= acts
    undone = AuditEntry.objects.get(act="import_undone")
    assert (undone.by, undone.record) == (manager, scored.import_id)
