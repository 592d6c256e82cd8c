"""Frequency and amount together: what profit did each class of customers bring?"""

from __future__ import annotations

from dataclasses import dataclass

from shuke.engines import Table
from shuke.kit.rules import require_columns

_NEEDS = ("rfm_f", "rfm_m", "purchases", "spend_minor", "margin_minor", "current_value_minor")


@dataclass(frozen=True)
class ProfitCell:
    """Customers of one frequency score and one amount score, and what they brought."""

    rfm_f: int
    rfm_m: int
    customers: int
    purchases: int
    spend_minor: int
    margin_minor: int
    current_value_minor: int

    @property
    def margin_per_purchase_minor(self) -> int:
        """Margin of a purchase day, rounded; 0 where there is none."""
        return round(self.margin_minor / self.purchases) if self.purchases else 0


def profit_made(scores: Table) -> list[ProfitCell]:
    """What profit did each frequency × amount class make, over all time and in the last 12 months?

    Cells without customers are left out; the sums of the rest are those of all customers. Profit is the margin, as
    value_basis says.

    >>> import pyarrow as pa
    >>> from shuke.engines import DuckDBEngine
    >>> rows = {"rfm_f": [5, 5], "rfm_m": [4, 4], "purchases": [9, 1], "spend_minor": [900, 100],
    ...         "margin_minor": [300, 10], "current_value_minor": [50, 10]}
    >>> with DuckDBEngine() as engine:
    ...     [cell] = profit_made(engine.from_arrow("scores", pa.table(rows)))
    >>> cell.customers, cell.margin_minor, cell.margin_per_purchase_minor
    (2, 310, 31)

    Source: 001_8cd5f37d15500912.txt (F 与 M 结合可计算客户创造的利润); mission 2.5.
    """
    require_columns(_NEEDS, scores.columns, "profit_made")
    return [ProfitCell(**row) for row in scores.engine.fetch(_CELLS, scores=scores).to_pylist()]


_CELLS = """
SELECT rfm_f, rfm_m, count(*) AS customers, CAST(sum(purchases) AS BIGINT) AS purchases,
  CAST(sum(spend_minor) AS BIGINT) AS spend_minor, CAST(sum(margin_minor) AS BIGINT) AS margin_minor,
  CAST(sum(current_value_minor) AS BIGINT) AS current_value_minor
FROM {scores} GROUP BY rfm_f, rfm_m ORDER BY rfm_f DESC, rfm_m DESC
"""
