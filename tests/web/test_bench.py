"""The benchmark of the pages: its users must find what they ask for, or it measures refusals."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from shuke.crm.customers.writes import keep
from shuke.crm.people.models import AuditEntry
from shuke.crm.people.trail import guards, unguards

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def audit_emptied(transactional_db: None) -> Iterator[None]:
    """After a test that commits all tables are emptied, which the audit refuses."""
    yield
    with connection.cursor() as cursor:
        for sql in (*unguards(connection.vendor), f"DELETE FROM {AuditEntry._meta.db_table}"):
            cursor.execute(sql)
        for sql in guards(connection.vendor):
            cursor.execute(sql)


@pytest.mark.usefixtures("audit_emptied")
@pytest.mark.django_db(transaction=True)
def test_the_users_of_the_benchmark_find_every_page(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import bench_web_data as data
    import bench_web_load as load

    keep(cards=data._cards(20))
    data._tag(20)
    monkeypatch.setattr(data, "USERS", 1)
    data._users()
    visitor = load.Visitor(0, live_server.thread.port, 20)
    for clicks in islice(visitor._clicks(), 16):
        for kind, path, part in clicks:
            visitor._get(kind, path, part)
    visitor.close()
    rows = load.rows(visitor.times)
    assert len(rows) == len(visitor.times) >= 15, "every kind of click has its line in the table"
    for _, _, (server, _, _, busy, seen, _, _) in rows:
        assert 0 < busy <= server + 1 <= seen + 1


def test_a_quantile_is_the_least_that_so_many_are_not_above(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import bench_web_load as load

    values = [float(value) for value in range(100, 0, -1)]
    assert [load.quantile(values, share) for share in (0.5, 0.95, 0.99)] == [50.0, 95.0, 99.0]
    assert load.quantile([7.0], 0.95) == 7.0
