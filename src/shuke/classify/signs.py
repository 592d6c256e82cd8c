"""Signs: what answers, payments, referrals and the customer's own past say of each customer, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from shuke.classify._days import Past, look_back
from shuke.classify.facts import NOTHING, Facts
from shuke.engines import Table, Value
from shuke.tables import SIGNS

_QUESTIONS = {
    "csat_score": "csat",
    "nps_score": "nps",
    "intent_score": "repurchase_intent",
    "alternatives_score": "alternatives",
    "nearness_score": "nearness",
    "hindrance_score": "hindrance",
    "promotion_rank": "importance_promotion",
    "price_rank": "importance_price",
}
_TYPES = {"string": "VARCHAR", "int64": "BIGINT", "double": "DOUBLE"}


@dataclass(frozen=True)
class SignSettings:
    """How long facts count, and from when on a payment is late."""

    survey_days: int = 1095
    payment_days: int = 1095
    grace_days: int = 3
    """Money on its way: paid so many days after the day it fell due is not late."""
    period_days: int = 90
    """The last period, held against the customer's own past."""
    least_gaps: int = 3
    """Gaps and purchase days before the period that make a past of one's own."""


def signs(
    purchases: Table,
    facts: Facts = NOTHING,
    *,
    as_of: date,
    settings: SignSettings | None = None,
    own_past: Table | None = None,
) -> Table:
    """What is known of each customer beside the summary (tables.SIGNS), up to as_of; null where nothing is.

    A payment is late when it came more than `grace_days` after it fell due, or has not come by then.

    `own_past`: what `Indicators.measure_with_past` gave of the same purchases, so that lines are not looked at again;
    it is dropped.

    The bands of R, F and M are each customer's own, as deviations of a standard normal where nothing changed:

    - alarm_r_z: the silence w against n own gaps of mean g. Were gaps Gamma with shape k, w / g would be F with 2k and
      2kn degrees of freedom; brought to a normal deviation by Paulson (1942). 1/k is the squared coefficient of
      variation of the gaps before the period, so that the change itself does not widen the band, with 1 counted in
      as three gaps, since few gaps say little of their shape.
    - alarm_f_z: purchase days x of the period of L days against n in the T days before:
      2 (√(x + 3/8) − √((n + 3/8) L / T)) / √((1 + L / T) max(1, 1/k)) (Huffman 1984, with the gaps' dispersion).
    - alarm_m_z: the mean log amount of the period's purchase days against those before, Student's t with their
      spread, brought to a normal deviation by Wallace (1959).

    >>> import pyarrow as pa
    >>> from shuke.engines import DuckDBEngine
    >>> lines = {"customer_id": ["u"], "purchased_on": [date(2024, 1, 1)], "amount_minor": [500]}
    >>> with DuckDBEngine() as engine:
    ...     known = signs(engine.from_arrow("purchases", pa.table(lines)), as_of=date(2024, 2, 1)).to_arrow()
    >>> known["recent_purchases"].to_pylist(), known["csat_score"].to_pylist()
    ([1], [None])
    """
    told = settings or SignSettings()
    engine = purchases.engine
    own = look_back(purchases, past_asked(as_of, told)) if own_past is None else own_past
    parts: dict[str, Table] = {"band": _bands(own, told)}
    if facts.surveys is not None:
        parts["said"] = _answers(facts.surveys, as_of, told)
    if facts.payments is not None:
        parts["paid"] = _payments(facts.payments, as_of, told)
    if facts.referrals is not None:
        parts["told"] = _referrals(facts.referrals, as_of)
    here = {name: label for label, part in parts.items() for name in part.columns if name != "customer_id"}
    columns = ", ".join(
        f"{here[one.name]}.{one.name}" if one.name in here else f"CAST(NULL AS {_TYPES[str(one.type)]}) AS {one.name}"
        for one in SIGNS.columns[1:]
    )
    joins = " ".join(
        f"LEFT JOIN {{{label}}} AS {label} ON band.customer_id = {label}.customer_id"
        for label in parts
        if label != "band"
    )
    table = engine.keep("signs", f"SELECT band.customer_id, {columns} FROM {{band}} AS band {joins}", **parts)
    for part in (*parts.values(), own):
        engine.drop(part)
    return table


def _answers(surveys: Table, as_of: date, told: SignSettings) -> Table:
    means = ", ".join(
        f"avg(CASE WHEN question = '{question}' THEN score END) AS {name}" for name, question in _QUESTIONS.items()
    )
    sql = f"""SELECT customer_id, count(DISTINCT asked_on) AS answers, {means} FROM {{t}}
        WHERE asked_on <= {{as_of}} AND asked_on > {{since}} AND score IS NOT NULL GROUP BY customer_id"""
    return surveys.engine.keep("said", sql, t=surveys, as_of=as_of, since=as_of - timedelta(days=told.survey_days))


def _payments(payments: Table, as_of: date, told: SignSettings) -> Table:
    inputs: dict[str, Value] = {"as_of": as_of, "since": as_of - timedelta(days=told.payment_days)}
    return payments.engine.keep("paid", _PAYMENTS, t=payments, grace=told.grace_days, **inputs)


def _referrals(referrals: Table, as_of: date) -> Table:
    sql = "SELECT customer_id, count(*) AS referrals FROM {t} WHERE referred_on <= {as_of} GROUP BY customer_id"
    return referrals.engine.keep("told", sql, t=referrals, as_of=as_of)


def past_asked(as_of: date, told: SignSettings) -> Past:
    """The days that bands are made of."""
    return Past(as_of - timedelta(days=told.period_days), as_of)


def _bands(own: Table, told: SignSettings) -> Table:
    return own.engine.view("band", _BANDS, t=own, least=told.least_gaps, period=told.period_days)


# What was paid after as_of is not known yet.
_PAYMENTS = """
SELECT customer_id, count(*) AS due_payments,
  CAST(sum(CASE WHEN late_by > {grace} THEN 1 ELSE 0 END) AS BIGINT) AS late_payments,
  avg(CASE WHEN late_by > {grace} THEN 1e0 ELSE 0e0 END) AS late_share,
  avg(CASE WHEN late_by > {grace} THEN CAST(late_by AS DOUBLE) END) AS mean_late_days,
  CAST(sum(CASE WHEN unpaid AND late_by > {grace} THEN amount_minor ELSE 0 END) AS BIGINT) AS overdue_minor
FROM (
  SELECT customer_id, amount_minor, paid_on IS NULL OR paid_on > {as_of} AS unpaid,
    date_diff('day', due_on, CASE WHEN paid_on IS NULL OR paid_on > {as_of} THEN {as_of} ELSE paid_on END) AS late_by
  FROM {t} WHERE due_on <= {as_of} AND due_on > {since}
) AS due
GROUP BY customer_id
"""

_BANDS = """
SELECT customer_id, recent_purchases, usual_purchases, recent_spend_minor, usual_spend_minor,
  CASE WHEN gaps >= {least} THEN
    ((1 - 1 / (9 * shape * gaps)) * pow(silence / gap_mean, 1e0 / 3) - (1 - 1 / (9 * shape)))
    / sqrt(pow(silence / gap_mean, 2e0 / 3) / (9 * shape * gaps) + 1 / (9 * shape)) END AS alarm_r_z,
  CASE WHEN before_days > {least} AND before_length >= {period} THEN
    2 * (sqrt(recent_purchases + 0.375) - sqrt((before_days - 0.625) * {period} / before_length))
    / sqrt((1 + {period} / before_length) * greatest(1.0, 1 / shape)) END AS alarm_f_z,
  CASE WHEN before_days > {least} AND recent_purchases > 0 THEN
    sign(student) * (8 * (before_days - 1) + 1.0) / (8 * (before_days - 1) + 3)
    * sqrt((before_days - 1) * ln(1 + student * student / (before_days - 1))) END AS alarm_m_z
FROM (
  SELECT *, (before_days - 1.0) * {period} / nullif(before_length, 0) AS usual_purchases,
    CAST(round(exp(recent_log)) AS BIGINT) AS recent_spend_minor,
    CAST(round(exp(before_log)) AS BIGINT) AS usual_spend_minor,
    (recent_log - before_log) / (greatest(before_spread, 0.05) * sqrt(1.0 / nullif(recent_purchases, 0)
      + 1.0 / nullif(before_days, 0))) AS student,
    coalesce((before_gaps + 2.0) / ((before_gaps - 1) * before_gap_spread * before_gap_spread
      / (before_gap_mean * before_gap_mean) + 3), 1.0) AS shape
  FROM {t}
) AS shaped
"""
