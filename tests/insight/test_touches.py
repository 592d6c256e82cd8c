"""Minutes in the ledger are the minutes of the records, whatever was done in between and wherever it was killed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.crm.customers.models import Customer
from shuke.crm.customers.writes import ensure, forget
from shuke.crm.jobs.models import Job
from shuke.crm.people.models import User
from shuke.crm.timeline import bookings, writes
from shuke.crm.timeline.models import Batch, Booking, Touch
from shuke.crm.timeline.writes import Said
from shuke.engines import DuckDBEngine
from shuke.insight import touches
from shuke.insight.facts import business_ledger
from shuke.ledger import Ledger
from shuke.tables import TOUCHES

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 4, 30, 17, 30, tzinfo=UTC)


class Killed(BaseException):
    """The process ended here."""


@pytest.fixture
def customer(business: Path) -> Customer:
    return Customer.objects.get(pk=ensure(keys=["c1"])["c1"])


def put(customer: Customer, by: User, minutes: int, kind: str = "call") -> Touch:
    return writes.add(customer=customer, by=by, said=Said(kind=kind, at=MOMENT, text="谈", minutes=minutes))


def held(engine: DuckDBEngine) -> list[dict[str, Any]]:
    rows: pa.Table = engine.fetch(
        "SELECT * FROM {touches} ORDER BY touch_id, entry", touches=business_ledger().read(TOUCHES, engine)
    )
    return list(rows.to_pylist())


def balance(engine: DuckDBEngine) -> tuple[int, int]:
    rows = held(engine)
    return sum(row["touches"] for row in rows), sum(row["minutes"] for row in rows)


def of_records() -> tuple[int, int]:
    kept = Touch.objects.filter(deleted_at=None)
    return kept.count(), kept.aggregate(sum=Sum("minutes"))["sum"] or 0


def test_a_call_comes_to_the_ledger_with_what_it_cost(
    customer: Customer, colleague: User, duckdb_engine: DuckDBEngine, work: Callable[[], list[Job]]
) -> None:
    touch = put(customer, colleague, 12)
    Job.objects.update(run_after=timezone.now())
    assert [(job.kind, job.state, job.result) for job in work()] == [("timeline.export", "done", {"rows": 1})]
    row = held(duckdb_engine)[0]
    assert row.pop("import_id").startswith("touches-")
    assert row == {
        "touch_id": str(touch.pk),
        "entry": 1,
        "customer_id": "c1",
        "touched_on": datetime(2026, 5, 1).date(),
        "touched_at": datetime(2026, 5, 1, 1, 30),
        "kind": "call",
        "direction": None,
        "outcome": None,
        "handled_by": "colleague",
        "touches": 1,
        "minutes": 12,
    }


def test_a_second_export_adds_nothing(customer: Customer, colleague: User, duckdb_engine: DuckDBEngine) -> None:
    put(customer, colleague, 12)
    assert [touches.export(), touches.export()] == [1, 0]
    assert balance(duckdb_engine) == (1, 12)


def test_an_edit_and_a_deletion_are_told_by_reversing_entries(
    customer: Customer, colleague: User, duckdb_engine: DuckDBEngine
) -> None:
    touch = put(customer, colleague, 12)
    touches.export()
    writes.change(touch=touch, by=colleague, said=Said(kind="visit", at=MOMENT, text="谈", minutes=40))
    touches.export()
    assert [(row["kind"], row["minutes"]) for row in held(duckdb_engine)] == [
        ("call", 12), ("call", -12), ("visit", 40)
    ]  # fmt: skip
    writes.delete(touch=touch, by=colleague)
    touches.export()
    assert balance(duckdb_engine) == (0, 0)


@dataclass
class Step:
    """Where an export can be killed: the module, the name, and whether before or after it has done its work."""

    place: Any
    name: str
    after: bool

    def kill(self, patch: pytest.MonkeyPatch) -> None:
        real = getattr(self.place, self.name)

        def killed(*args: Any, **named: Any) -> None:
            if self.after:
                real(*args, **named)
            raise Killed

        patch.setattr(self.place, self.name, killed)


STEPS = [
    Step(bookings, "seal", False),
    Step(bookings, "seal", True),
    Step(Ledger, "append", False),
    Step(Ledger, "append", True),
    Step(bookings, "land", False),
    Step(bookings, "land", True),
]


def killed_export(step: Step) -> None:
    with pytest.MonkeyPatch.context() as patch:
        step.kill(patch)
        try:
            touches.export()
        except Killed:
            return


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.name}-{'after' if step.after else 'before'}")
def test_an_export_killed_anywhere_is_finished_by_the_next(
    step: Step, customer: Customer, colleague: User, duckdb_engine: DuckDBEngine
) -> None:
    put(customer, colleague, 12)
    killed_export(step)
    put(customer, colleague, 5)
    touches.export()
    assert balance(duckdb_engine) == (2, 17)
    assert not Batch.objects.filter(landed_at=None).exists()
    assert not Booking.objects.filter(batch=None).exists()


def test_a_sealed_batch_keeps_its_bookings_when_more_are_made_before_it_leaves(
    customer: Customer, colleague: User, duckdb_engine: DuckDBEngine
) -> None:
    touch = put(customer, colleague, 12)
    killed_export(STEPS[3])
    writes.change(touch=touch, by=colleague, said=Said(kind="call", at=MOMENT, text="谈", minutes=3))
    touches.export()
    assert balance(duckdb_engine) == (1, 3)


def test_an_erased_customer_does_not_come_back_with_a_late_export(
    customer: Customer, colleague: User, duckdb_engine: DuckDBEngine
) -> None:
    put(customer, colleague, 12)
    touches.export()
    put(customer, colleague, 5)
    killed_export(STEPS[1])
    business_ledger().erase("c1")
    forget(keys=["c1"])
    touches.export()
    assert held(duckdb_engine) == []


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 90)),
        st.tuples(st.just("change"), st.integers(0, 5), st.integers(0, 90)),
        st.tuples(st.sampled_from(["delete", "restore"]), st.integers(0, 5)),
        st.tuples(st.just("export")),
        st.tuples(st.just("kill"), st.integers(0, len(STEPS) - 1)),
    ),
    max_size=12,
)


def do(act: tuple[Any, ...], customer: Customer, by: User) -> None:
    name, *told = act
    if name == "add":
        put(customer, by, told[0])
    elif name == "export":
        touches.export()
    elif name == "kill":
        killed_export(STEPS[told[0]])
    else:
        _do_to(name, told, by)


def _do_to(name: str, told: list[int], by: User) -> None:
    touch = Touch.objects.order_by("pk")[told[0] : told[0] + 1].first()
    if touch is None or (name == "change" and touch.deleted_at is not None):
        return
    if name == "change":
        said = Said(kind="visit", at=MOMENT + timedelta(hours=told[1]), text="改", minutes=told[1])
        writes.change(touch=touch, by=by, said=said)
    else:
        getattr(writes, name)(touch=touch, by=by)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_whatever_happens_the_ledger_ends_with_the_minutes_of_the_records(
    acts: list[tuple[Any, ...]], customer: Customer, colleague: User, duckdb_engine: DuckDBEngine
) -> None:
    for act in acts:
        do(act, customer, colleague)
    touches.export()
    assert balance(duckdb_engine) == of_records()
