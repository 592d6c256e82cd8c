"""Versions of classifications: saved by who may, in force at the next run, previewed, kept with the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from shuke.classify import REGISTRY, DefinitionError, Pyramid
from shuke.crm.people.models import User
from shuke.crm.people.trail import AuditEntry
from shuke.crm.scores.models import Run
from shuke.insight.definitions import body_in_force, in_force, save, usual_parameters, versions
from shuke.insight.errors import NotNow
from shuke.insight.models import Upload
from shuke.insight.previewing import previewed
from shuke.insight.writes import start_run

pytestmark = pytest.mark.django_db
GOLD = {"labels": [{"code": "gold", "share": 0.1, "names": {"en": "Gold"}}, {"code": "rest", "share": 0.9}]}


def test_versions_are_added_and_the_newest_is_in_force(manager: User) -> None:
    assert body_in_force("pyramid") == (Pyramid().definition(), 0)
    first = save(code="pyramid", body=GOLD, by=manager, comment=" as cards ")
    assert first is not None
    assert (first.version, first.comment, first.saved_by) == (1, "as cards", manager)
    assert save(code="pyramid", body=GOLD, by=manager) is None, "nothing is different"
    save(code="pyramid", body=Pyramid().definition(), by=manager, based_on=1)
    assert [one.version for one in versions("pyramid")] == [2, 1]
    assert in_force().versions == {"pyramid": 2}
    acts = AuditEntry.objects.filter(act="definition_saved", record="pyramid")
    assert [entry.by_id for entry in acts] == [manager.pk] * 2


def test_who_may_not_a_wrong_definition_and_a_colleague_who_was_quicker_save_nothing(
    manager: User, colleague: User
) -> None:
    with pytest.raises(PermissionDenied):
        save(code="pyramid", body=GOLD, by=colleague)
    with pytest.raises(DefinitionError):
        save(code="pyramid", body={"labels": []}, by=manager)
    save(code="pyramid", body=GOLD, by=manager, based_on=0)
    with pytest.raises(NotNow):
        save(code="pyramid", body=Pyramid().definition(), by=manager, based_on=0)
    assert versions("pyramid").count() == 1


def test_a_run_is_told_what_was_in_force_when_it_was_asked_for(
    scored: Upload, work: Callable[[], Any], manager: User
) -> None:
    before = Run.objects.get(state="current")
    assert before.figures["classes"]["pyramid"]["labels"][0]["code"] == "A"
    previewing = previewed(before, "pyramid", GOLD)
    assert previewing is not None
    save(code="pyramid", body=GOLD, by=manager)
    start_run(parameters=usual_parameters(before), by=None, run_id="run-gold")
    save(code="pyramid", body=Pyramid().definition(), by=manager)
    assert [job.state for job in work()] == ["done"]
    run = Run.objects.get(state="current")
    assert run.parameters["versions"] == {"pyramid": 1}
    assert run.names["tier.gold"]["en"] == "Gold"
    told = run.figures["classes"]["pyramid"]
    assert {one["code"]: one["customers"] for one in told["labels"]} == dict(previewing.after)
    assert {was for was, _, _ in told["moves"]} == {"A", "B", "C", "D"}
    assert run.figures["effort"] == []
    assert set(run.figures["classes"]) == {*REGISTRY, "rfm_grid", "rfm_cuts", "rfm_profit"}


def test_scores_that_are_not_kept_cannot_be_previewed(business: Any, manager: User) -> None:
    run = Run(run_id="gone", parameters={}, horizon_days=365)
    assert previewed(run, "pyramid", GOLD) is None
