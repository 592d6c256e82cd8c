"""Purchases as they stood on three days, and what happened in the stretch after each: what models are judged by."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

import shuke
from shuke.collect import Purchases

DEFAULT = ("cdnow", "cdnow-tenth", "complete-journey", "shop")
_CDNOW = {"cdnow": ("CDNOW_master.txt", (0, 1, 3)), "cdnow-tenth": ("CDNOW_sample.txt", (1, 2, 4))}
"""The file in the lifetimes wheel; its columns customer, day, amount."""
_DEMOS = {"complete-journey": "demo:complete-journey", "shop": "demo:shop"}


@dataclass(frozen=True, eq=False)
class Origin:
    """What was known of each customer on the day `as_of`, and what each bought in the `horizon_days` after it.

    `repeat_spend` is the mean over purchase days after the first (0 where there are none), as lifetimes would have it,
    in major units. Customers stand in the order of their ids.
    """

    as_of: date
    horizon_days: int
    customer: np.ndarray
    x: np.ndarray
    t_x: np.ndarray
    T: np.ndarray
    log_gaps: np.ndarray
    repeat_spend: np.ndarray
    bought: np.ndarray
    spent: np.ndarray

    @cached_property
    def histories(self) -> dict[str, np.ndarray]:
        return {"x": self.x, "t_x": self.t_x, "T": self.T, "log_gaps": self.log_gaps}


def purchases_of(name: str, **columns: str) -> Purchases:
    """A data set by its name in `DEFAULT`, or a file by its path. Valued by what was paid, so that all value alike."""
    if name in _CDNOW:
        found = shuke.read_purchases(_cdnow(*_CDNOW[name]), keep_duplicates=True, currency="USD")
    else:
        found = shuke.read_purchases(_DEMOS.get(name, name), **columns)
    paid = found.engine.keep("paid", "SELECT * REPLACE (CAST(NULL AS BIGINT) AS cost_minor) FROM {t}", t=found.table)
    return replace(found, table=paid)


def _cdnow(file: str, columns: tuple[int, int, int]) -> pa.Table:
    wheel = find_spec("lifetimes")
    if wheel is None or wheel.origin is None:
        sys.exit("CDNOW comes with lifetimes, which is not installed here. Cure: make accuracy installs it")
    path = Path(wheel.origin).parent / "datasets" / file
    read: Any = pd.read_csv(path, sep=r"\s+", header=None, skiprows=int("master" in file), dtype=str)
    names = ("customer", "time", "amount")
    return pa.table({name: read[column].to_list() for name, column in zip(names, columns, strict=True)})


def origins(purchases: Purchases) -> list[Origin]:
    """Three days, at 4, 5 and 6 eighths of the data's span, each with the quarter of the span that follows it.

    Shares, and the same for every data set, so that nobody can pick the days on which a model looks well.
    """
    days = purchases.engine.keep(
        "bought_days",
        "SELECT customer_id, purchased_on AS day, CAST(sum(amount_minor) AS BIGINT) AS spend FROM {t} GROUP BY 1, 2",
        t=purchases.table,
    )
    ends = purchases.engine.fetch("SELECT min(day) AS first, max(day) AS last FROM {t}", t=days).to_pylist()[0]
    horizon = ((ends["last"] - ends["first"]).days + 1) // 4
    back = (2 * horizon, horizon + horizon // 2, horizon)
    return [_origin(days, ends["last"] - timedelta(days=many), horizon) for many in back]


def _origin(days: Any, as_of: date, horizon: int) -> Origin:
    rows = days.engine.fetch(_SEEN, days=days, as_of=as_of, end=as_of + timedelta(days=horizon))
    column = {name: rows[name].to_numpy() for name in rows.column_names}
    return Origin(as_of=as_of, horizon_days=horizon, **column)


# A purchase is a day on which more was bought than brought back; what is spent is net of all returns.
_SEEN = """
    SELECT customer_id AS customer,
        CAST(purchases - 1 AS DOUBLE) AS x,
        CAST(date_diff('day', first_day, last_day) AS DOUBLE) AS t_x,
        CAST(date_diff('day', first_day, {as_of}) AS DOUBLE) AS T,
        coalesce(log_gaps, 0.0) AS log_gaps,
        CASE WHEN purchases > 1 THEN (paid - first_paid) / (purchases - 1) / 100.0 ELSE 0.0 END AS repeat_spend,
        bought, spent
    FROM (
        SELECT customer_id,
            count(*) FILTER (WHERE spend > 0 AND day <= {as_of}) AS purchases,
            min(day) FILTER (WHERE spend > 0 AND day <= {as_of}) AS first_day,
            max(day) FILTER (WHERE spend > 0 AND day <= {as_of}) AS last_day,
            sum(ln(gap)) FILTER (WHERE spend > 0 AND day <= {as_of}) AS log_gaps,
            sum(CASE WHEN spend > 0 AND day <= {as_of} THEN CAST(spend AS DOUBLE) END) AS paid,
            arg_min(CAST(spend AS DOUBLE), day) FILTER (WHERE spend > 0 AND day <= {as_of}) AS first_paid,
            CAST(count(*) FILTER (WHERE spend > 0 AND day > {as_of} AND day <= {end}) AS DOUBLE) AS bought,
            coalesce(sum(CASE WHEN day > {as_of} AND day <= {end} THEN CAST(spend AS DOUBLE) END), 0) / 100.0 AS spent
        FROM (
            SELECT *, date_diff('day', lag(CASE WHEN spend > 0 THEN day END IGNORE NULLS) OVER (
                PARTITION BY customer_id ORDER BY day), day) AS gap
            FROM {days}
        ) GROUP BY customer_id
    )
    WHERE purchases > 0 ORDER BY customer_id
"""
