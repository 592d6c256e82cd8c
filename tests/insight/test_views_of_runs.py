"""The pages of runs: labels by the names of the run that is looked at, comparisons, and the form for the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from shuke.classify import REGISTRY
from shuke.crm.people.models import User
from shuke.crm.scores.models import Run
from shuke.insight.definitions import save, usual_parameters
from shuke.insight.models import RunRequest, Upload
from shuke.insight.writes import start_run
from shuke.kit.text import use_names

pytestmark = pytest.mark.django_db
Visit = Callable[[User], Client]


def score_with_gold(work: Callable[[], Any]) -> None:
    """A run whose highest tier has a code of the business's own; then one with the tiers that ship, now in force."""
    shipped = REGISTRY["pyramid"].default
    gold = shipped["labels"][0] | {"code": "gold", "names": {"en": "Gold card"}}
    for run_id, labels in (("run-gold", [gold, *shipped["labels"][1:]]), ("run-after", shipped["labels"])):
        save(code="pyramid", body=shipped | {"labels": labels}, by=None)
        start_run(parameters=usual_parameters(Run.objects.get(state="current")), by=None, run_id=run_id)
        assert [job.state for job in work()] == ["done"]


def asked(client: Client, path: str) -> str:
    """The page as a thread shows it that has shown none before."""
    use_names({})
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_labels_are_called_as_the_run_that_is_looked_at_calls_them(
    scored: Upload, work: Callable[[], Any], manager: User, as_user: Visit
) -> None:
    score_with_gold(work)
    client = as_user(manager)
    assert "Gold card" in asked(client, "/runs/run-gold/")
    assert "Gold card" not in asked(client, "/runs/run-after/")
    compared = asked(client, "/runs/compare/?run=run-gold&run=run-after")
    assert "Gold card" in compared
    assert ">gold<" not in compared
    use_names({})
    file = client.post("/runs/run-gold/scores/", {"format": "csv"})
    assert "Gold card" in b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "Gold card" not in asked(client, "/runs/run-after/"), "names of one request do not stay for the next"


def test_a_form_sent_twice_asks_for_one_run_and_filled_in_otherwise_for_another(
    scored: Upload, manager: User, as_user: Visit
) -> None:
    client, before = as_user(manager), RunRequest.objects.count()
    form = client.get("/runs/").context["form"]
    told = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    jobs = set()
    for _ in range(2):
        answer = client.post("/runs/", told, headers={"Accept-Language": "en"}, follow=True)
        jobs.add(RunRequest.objects.latest("pk").job_id)
    assert "asked for already" in answer.content.decode()
    assert (RunRequest.objects.count(), len(jobs)) == (before + 1, 1)
    client.post("/runs/", told | {"horizon_days": "180"})
    assert RunRequest.objects.count() == before + 2
    client.post("/runs/", told | {"drawn": client.get("/runs/").context["form"]["drawn"].value()})
    client.post("/runs/", told | {"drawn": "run-june"})
    assert RunRequest.objects.count() == before + 4


def test_no_button_opens_a_form_that_stands_on_the_page_already(scored: Upload, manager: User, as_user: Visit) -> None:
    client = as_user(manager)
    assert 'data-dialog="start"' in client.get("/runs/").content.decode()
    refused = client.post("/runs/", {"horizon_days": "1"}).content.decode()
    assert refused.count('name="horizon_days"') == 1
    assert 'data-dialog="start"' not in refused
