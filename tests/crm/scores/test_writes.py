from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from shuke.crm.customers.models import Customer
from shuke.crm.people.models import User
from shuke.crm.scores import reads
from shuke.crm.scores.errors import RefusedRun
from shuke.crm.scores.models import COLUMNS, SLOTS, Run, StageChange
from shuke.crm.scores.writes import NewRun, publish, set_figures

Publish = Callable[..., Run]
MakeRow = Callable[..., tuple[Any, ...]]


def tiers(run: Run) -> dict[str, str]:
    assert run.slot is not None
    return dict(SLOTS[run.slot].objects.values_list("customer__key", "tier_in_force"))


def test_a_published_run_holds_every_score_and_makes_its_customers(published: Publish, row: MakeRow) -> None:
    run = published([row("a"), row("b", tier_in_force="A", clv_minor=None)])
    assert (run.state, run.customers) == ("current", 2)
    assert tiers(run) == {"a": "B", "b": "A"}
    assert Customer.objects.count() == 2
    assert run.slot is not None
    kept = SLOTS[run.slot].objects.get(customer__key="b")
    assert reads.as_row(kept, "b") == dict(zip(COLUMNS, row("b", tier_in_force="A", clv_minor=None), strict=True))


def test_three_runs_take_the_tables_in_turn(published: Publish, row: MakeRow) -> None:
    runs = [published([row("a", tier_in_force=tier)], run_id=tier) for tier in "ABCD"]
    states = [(run.run_id, run.state) for run in Run.objects.order_by("pk")]
    assert states == [("A", "old"), ("B", "old"), ("C", "previous"), ("D", "current")]
    assert tiers(Run.objects.get(run_id="C")) == {"a": "C"}
    assert tiers(runs[3]) == {"a": "D"}


def test_a_stage_that_is_another_than_in_the_run_before_is_kept_as_a_change(published: Publish, row: MakeRow) -> None:
    published([row("a", stage="formation"), row("b")])
    published([row("a", stage="stability"), row("b"), row("c", stage="exploration")], run_id="r2")
    changes = StageChange.objects.values_list("customer__key", "run__run_id", "before", "after")
    assert list(changes) == [("a", "r2", "formation", "stability")]


def test_a_run_published_again_is_given_back_as_it_is(published: Publish, row: MakeRow) -> None:
    first = published([row("a")])
    again = published([row("b")])
    assert again.pk == first.pk
    assert tiers(again) == {"a": "B"}


def test_a_publication_that_fails_leaves_the_last_good_scores(
    published: Publish, row: MakeRow, colleague: User
) -> None:
    good = published([row("a")])

    def broken() -> Iterator[tuple[Any, ...]]:
        yield row("a", tier_in_force="A")
        raise ConnectionError("the engine went away")

    with pytest.raises(ConnectionError):
        published(broken(), run_id="r2")
    assert reads.current_run(colleague) == good
    assert tiers(good) == {"a": "B"}
    assert list(reads.runs(colleague)) == [good]
    assert tiers(published([row("a", tier_in_force="C")], run_id="r2")) == {"a": "C"}


def test_a_publication_that_was_killed_is_not_seen_and_is_begun_anew(
    published: Publish, row: MakeRow, colleague: User
) -> None:
    good = published([row("a")])

    def killed() -> Iterator[tuple[Any, ...]]:
        yield row("a", tier_in_force="A")
        yield row("b", tier_in_force="A")
        raise SystemExit

    with pytest.raises(SystemExit):
        published(killed(), run_id="r2")
    Run.objects.create(
        run_id="r2", as_of=good.as_of, currency="CNY", horizon_days=1, period_days=1, ledger_version=1, slot=1
    )
    assert reads.current_run(colleague) == good
    assert list(reads.runs(colleague)) == [good]
    assert tiers(published([row("a", tier_in_force="C")], run_id="r2")) == {"a": "C"}


def test_a_publication_overtaken_by_another_gives_up(published: Publish, row: MakeRow) -> None:
    def slow() -> Iterator[tuple[Any, ...]]:
        yield row("a", tier_in_force="A")
        published([row("a", tier_in_force="D")], run_id="fast")

    with pytest.raises(RefusedRun, match="overtaken"):
        published(slow(), run_id="slow")
    assert [(run.run_id, run.state) for run in Run.objects.all()] == [("fast", "current")]


def test_a_row_of_another_width_is_refused(published: Publish, row: MakeRow) -> None:
    with pytest.raises(RefusedRun, match=rf"{len(COLUMNS) - 1} values, where {len(COLUMNS)} are due"):
        published([row("a")[:-1]])
    assert not Run.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_customer_twice_is_refused(published: Publish, row: MakeRow) -> None:
    with pytest.raises(RefusedRun, match="one row a customer"):
        published([row("a"), row("b"), row("a")])
    assert not Run.objects.exists()


def test_a_run_without_customers_can_be_published(published: Publish, colleague: User) -> None:
    published([])
    run = reads.current_run(colleague)
    assert run is not None
    assert (run.customers, run.cells) == (0, [])


def test_a_change_of_tier_is_kept_as_history(published: Publish, row: MakeRow, colleague: User) -> None:
    published([row("a", tier_in_force="C"), row("b")], run_id="r1")
    published([row("a", tier_in_force="B"), row("b"), row("new", tier_in_force="A")], run_id="r2")
    published([row("a", tier_in_force="A"), row("b")], run_id="r3")
    history = reads.tier_history(colleague, Customer.objects.get(key="a"))
    assert [(one.run.run_id, one.before, one.after) for one in history] == [("r3", "B", "A"), ("r2", "C", "B")]
    assert reads.tier_history(colleague, Customer.objects.get(key="b")) == []


def test_the_history_of_tiers_outlives_the_tables_of_scores(published: Publish, row: MakeRow, colleague: User) -> None:
    for number, tier in enumerate("CBCB", 1):
        published([row("a", tier_in_force=tier)], run_id=f"r{number}")
    oldest = Run.objects.get(run_id="r1")
    assert (oldest.state, oldest.slot, oldest.cells, oldest.counts) == (Run.State.OLD, None, [], {})
    history = reads.tier_history(colleague, Customer.objects.get(key="a"))
    assert [one.run.run_id for one in history] == ["r4", "r3", "r2"]


def test_a_label_of_the_run_before_keeps_the_name_it_had_then(published: Publish, row: MakeRow) -> None:
    gold, club = {"en": "Gold"}, {"en": "Club"}
    published([row("a", tier_in_force="club")], run_id="r1", names={"tier.A": gold, "tier.club": club})
    after = published([row("a")], run_id="r2", names={"tier.vip": {"en": "VIP"}})
    assert after.names == {"tier.club": club, "tier.vip": {"en": "VIP"}}, "A is called by the catalogue again"


def test_the_cells_count_every_customer_once(published: Publish, many: list[tuple[Any, ...]]) -> None:
    run = published(many)
    assert sum(cell[-1] for cell in run.cells) == 60
    assert run.counts["tier"] == {"A": 15, "B": 15, "C": 15, "D": 15}
    assert run.counts["risk"]["value"] == 9


def test_progress_is_told_in_rows(row: MakeRow, db: None) -> None:
    told: list[int] = []
    run = NewRun("r", date(2026, 6, 30), "CNY", 365, 90, 1)
    publish(run=run, rows=[row("a"), row("b")], told=told.append)
    assert told == [2]


def test_figures_can_be_replaced_for_a_run_that_is_there(published: Publish, row: MakeRow) -> None:
    published([row("a")])
    set_figures(run_id="r1", figures={"totals": 1})
    assert Run.objects.get().figures == {"totals": 1}
    with pytest.raises(RefusedRun, match="No run 'r9'"):
        set_figures(run_id="r9", figures={})
