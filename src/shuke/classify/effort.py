"""Effort against return: where staff time goes, and where the money comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shuke.engines import Table, quoted
from shuke.kit.dates import months_before
from shuke.kit.errors import InputError
from shuke.kit.rules import require_columns
from shuke.tables import TOUCHES

_NEEDS = ("customer_id", "spend_minor", "current_value_minor", "clv_minor")
_HOUR_MINUTES = 60


@dataclass(frozen=True)
class TierEffort:
    """One tier: its customers, what they brought and will bring, and the minutes spent on them.

    `spend_minor` is of all time, `margin_minor` of the last 12 months. `worth_minutes` are the minutes it would get
    if all time were spent in proportion to margin; `astray_minutes` how many more it got (negative: fewer), and
    `astray_minor` what that time costs, where an hour's cost is known.
    """

    tier: str
    customers: int
    spend_minor: int
    margin_minor: int
    clv_minor: int | None
    touches: int
    minutes: int
    worth_minutes: float | None
    astray_minutes: float | None
    astray_minor: int | None


def effort(
    scores: Table,
    touches: Table,
    *,
    order: Sequence[str],
    as_of: date,
    months: int = 12,
    hourly_cost_minor: int | None = None,
    column: str = "tier_in_force",
) -> tuple[TierEffort, ...]:
    """Is staff time spent on those who bring the money?

    By label of `column`, in `order`: customers, margin of the last 12 months, CLV and the minutes of contacts in the
    last `months` up to as_of (`tables.TOUCHES`; customers without a score are left out). Where no minute was booked, or
    no margin is positive, nothing is astray: these figures are None. A tier's loss counts as no margin.

    Raises InputError where a column is missing or the tables live in two engines.

    >>> import pyarrow as pa
    >>> from datetime import datetime
    >>> from shuke.engines import DuckDBEngine
    >>> touch = {"touch_id": "t", "entry": 1, "customer_id": "v", "touched_on": date(2024, 5, 1), "touches": 1,
    ...          "touched_at": datetime(2024, 5, 1, 9), "kind": "call", "minutes": 60}
    >>> with DuckDBEngine() as engine:
    ...     scores = engine.from_arrow("scores", pa.table({
    ...         "customer_id": ["u", "v"], "tier_in_force": ["A", "D"], "current_value_minor": [900, 100],
    ...         "spend_minor": [3000, 500], "clv_minor": [900, 100]}))
    ...     touches = engine.from_arrow("touches", pa.Table.from_pylist([touch], schema=TOUCHES.schema))
    ...     found = effort(scores, touches, order=["A", "D"], as_of=date(2024, 6, 30), hourly_cost_minor=5000)
    >>> [(one.tier, one.minutes, one.worth_minutes, one.astray_minor) for one in found]
    [('A', 0, 54.0, -4500), ('D', 60, 6.0, 4500)]

    Source: 001_8cd5f37d15500912.txt (投入与回报); mission 3.2.
    """
    _require(scores, touches, column)
    rows = scores.engine.fetch(
        _EFFORT.format(column=quoted(column)), scores=scores, touches=touches, after=months_before(as_of, months),
        as_of=as_of,
    ).to_pylist()  # fmt: skip
    found = {row["tier"]: row for row in rows}
    codes = [*(code for code in order if code in found), *sorted(code for code in found if code not in order)]
    minutes, margin = (sum(max(row[name], 0) for row in rows) for name in ("minutes", "margin_minor"))
    return tuple(_tier(found[code], minutes, margin, hourly_cost_minor) for code in codes)


def _tier(row: dict[str, Any], minutes: int, margin: int, hourly_cost_minor: int | None) -> TierEffort:
    worth = minutes * max(row["margin_minor"], 0) / margin if minutes > 0 and margin > 0 else None
    astray = None if worth is None else row["minutes"] - worth
    cost = None if astray is None or hourly_cost_minor is None else round(astray * hourly_cost_minor / _HOUR_MINUTES)
    return TierEffort(**row, worth_minutes=worth, astray_minutes=astray, astray_minor=cost)


def _require(scores: Table, touches: Table, column: str) -> None:
    require_columns((*_NEEDS, column), scores.columns, "effort")
    TOUCHES.require(touches.schema)
    if scores.engine is not touches.engine:
        raise InputError(f"{scores.name} and {touches.name} live in two engines: read both with one.")


_EFFORT = """
SELECT {column} AS tier, count(*) AS customers, CAST(sum(spend_minor) AS BIGINT) AS spend_minor,
  CAST(sum(current_value_minor) AS BIGINT) AS margin_minor, CAST(sum(clv_minor) AS BIGINT) AS clv_minor,
  CAST(coalesce(sum(touches), 0) AS BIGINT) AS touches, CAST(coalesce(sum(minutes), 0) AS BIGINT) AS minutes
FROM {{scores}} AS s LEFT JOIN (
  SELECT customer_id AS touched_id, sum(touches) AS touches, sum(minutes) AS minutes
  FROM {{touches}} WHERE touched_on > {{after}} AND touched_on <= {{as_of}} GROUP BY customer_id
) AS spent ON s.customer_id = spent.touched_id
GROUP BY {column}
"""
