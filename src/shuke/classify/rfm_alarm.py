"""Alarms on RFM: who has left their own usual band?"""

from __future__ import annotations

from statistics import NormalDist

from shuke.classify._ruled import Ruled, book
from shuke.classify.definition import Setting, Shape
from shuke.engines import Value

_BOOK = book("rfm_alarm.toml")


class RfmAlarm(Ruled):
    """Has a customer's recency, frequency or amount left what is usual for that very customer?

    Each of the three is looked at on its own (`signs`: alarm_r_z, alarm_f_z, alarm_m_z), as a deviation of a standard
    normal where nothing changed. `false_alarm_share` is the share of unchanged customers that each may call: recency on
    one side (silence), frequency and amount on two. Where gaps are more even than chance, fewer are called. The first
    in the order silent, rarer, smaller, more often, larger is told; silence beyond `news_days` is no news.

    >>> import pyarrow as pa
    >>> from shuke.engines import DuckDBEngine
    >>> rows = {"recency_days": [60, 5], "alarm_r_z": [4.0, -1.0], "alarm_f_z": [-3.0, 0.2], "alarm_m_z": [None, 3.1]}
    >>> with DuckDBEngine() as engine:
    ...     customers = engine.from_arrow("customers", pa.table(rows))
    ...     sorted(RfmAlarm().fit(customers).label(customers).to_arrow()["rfm_alarm"].to_pylist())
    ['larger', 'silent']

    Source: 001_8cd5f37d15500912.txt (根据 R、F、M 的变化推测客户消费的异动状况); mission 2.5.
    """

    SHAPE = Shape(
        "rfm_alarm",
        (Setting("false_alarm_share", "share", 0.01), Setting("news_days", "whole", 365, 1, 10_000)),
        codes=_BOOK.codes,
    )
    BOOK = _BOOK
    COLUMN = "rfm_alarm"
    NEEDS = ("recency_days", "alarm_r_z", "alarm_f_z", "alarm_m_z")

    def _inputs(self) -> dict[str, Value]:
        share = min(max(float(self.settings["false_alarm_share"]), 1e-6), 0.5)
        normal = NormalDist()
        cuts = {"cut_one_side": normal.inv_cdf(1 - share), "cut_two_sides": normal.inv_cdf(1 - share / 2)}
        return {**self.settings, **cuts}
