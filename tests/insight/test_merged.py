"""Two cards merged count as one customer: at once where purchases are shown, and in the next run; parted, as two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.test import Client

from shuke.collect import read_payments
from shuke.crm.customers.models import Customer
from shuke.crm.jobs.models import Job
from shuke.crm.merging.notices import of_card
from shuke.crm.merging.writes import merge, part
from shuke.crm.people.models import User
from shuke.crm.scores.models import SLOTS, Run
from shuke.crm.timeline.entries import listing
from shuke.engines import DuckDBEngine
from shuke.insight.cycles import Parameters
from shuke.insight.facts import business_ledger, facts_of
from shuke.insight.models import Upload
from shuke.insight.slots import rows_of
from shuke.insight.writes import start_run
from shuke.tables import PAYMENTS

Visit = Callable[[User], Client]


def _scores(work: Callable[[], list[Job]], run_id: str) -> dict[str, tuple[int, int, date]]:
    """Orders, spend and first purchase of each customer in a new run."""
    start_run(parameters=Parameters(margin_rate=0.3, model="bg_nbd"), by=None, run_id=run_id)
    assert [job.state for job in work()] == ["done"]
    run = Run.objects.get(state="current")
    rows = SLOTS[run.slot].objects.select_related("customer")  # type: ignore[index]
    return {row.customer.key: (row.orders, row.spend_minor, row.first_purchase) for row in rows}


def test_the_next_run_counts_both_as_one_and_once_parted_as_two(
    scored: Upload, work: Callable[[], list[Job]], owner: User, as_user: Visit, duckdb_engine: DuckDBEngine
) -> None:
    owed = read_payments({"customer": ["c11"], "due": ["2024-03-01"], "amount": ["5"]}, engine=duckdb_engine)
    business_ledger().append(owed.table, content_digest="owed", sources=["owed.csv"], contract=PAYMENTS)
    one, two = (Customer.objects.get(key=key) for key in ("c10", "c11"))
    before, version = _scores(work, "run-before"), business_ledger().version()
    bought = [rows_of(customer) for customer in (one, two)]

    done = merge(survivor=one.pk, others=[two.pk], by=owner)
    assert sorted(map(str, rows_of(one))) == sorted(map(str, bought[0] + bought[1])), (
        "at once, in the list of purchases"
    )
    purchases = [entry for entry in listing(owner, one, size=100).entries if entry.source == "purchase"]
    assert len(purchases) == len({row["purchased_on"] for row in bought[0] + bought[1]}), "and on the timeline"
    assert as_user(owner).get("/customers/c11/purchases/").status_code == 200, "an old address"
    assert "until then" in _notice(owner, one)

    merged = _scores(work, "run-merged")
    (orders, spend, first), (more, extra, other) = before["c10"], before["c11"]
    assert merged == {key: row for key, row in before.items() if key not in ("c10", "c11")} | {
        "c10": (orders + more, spend + extra, min(first, other))
    }
    assert "The value counts both" in _notice(owner, one)
    assert business_ledger().version() == version, "the facts stay as they came"
    payments = facts_of(business_ledger(), duckdb_engine).payments
    assert payments is not None
    assert payments.to_arrow()["customer_id"].to_pylist() == ["c10"], "what c11 owed, c10 owes"
    assert not Customer.objects.filter(key="c11").exists()

    part(merge=done, by=owner)
    assert "still counts both" in _notice(owner, one)
    assert _scores(work, "run-parted") == before
    assert of_card(owner, Customer.objects.get(key="c10")) == []


def _notice(viewer: User, customer: Customer) -> Any:
    from django.utils.translation import override

    with override("en"):
        return " ".join(notice.text for notice in of_card(viewer, customer))
