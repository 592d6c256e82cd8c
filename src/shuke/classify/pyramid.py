"""The customer pyramid: a few customers carry the business, and each is told where it stands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Self

from shuke.classify._cuts import ABCD, Cuts
from shuke.classify._pyramid_shape import BASES, SHAPE, body_of, read_pyramid
from shuke.classify.definition import Body, Label
from shuke.engines import Table, literal, quoted
from shuke.kit.dates import months_before
from shuke.kit.errors import InputError
from shuke.kit.rules import require_columns

_HALF = Fraction(1, 2)
_RANKED_BY_DEFAULT = "current_value_minor"
_LABELS = (
    "tier_computed",
    "tier_why_code",
    "tier_rank",
    "tier_base",
    "tier_measure_minor",
    "tier_next_minor",
)


@dataclass(frozen=True)
class Boundary:
    """Where a tier ends: how many customers stand in it and above, and the least value among them.

    `customers` is None for thresholds, which promise no number; `measure_minor` is None where nobody qualifies.
    """

    tier: str
    customers: int | None
    measure_minor: int | None


@dataclass(frozen=True)
class PyramidParams:
    """What `Pyramid.fit` learns: the base (`bought_after` as YYYY-MM-DD), and where each tier but the lowest ends."""

    base: int
    positive: int
    all_equal: bool
    bought_after: str | None
    boundaries: tuple[Boundary, ...]


class Pyramid:
    """Which tier is each customer in: A, the top 1 %, B, the next 4 %, C, the next 15 %, or D, the rest?

    Customers of the base are ranked by a measure, the greatest first, and the ranking is cut.

    - Base: `buyers` bought in the last `base_months` months; the rest get the lowest tier. `all` ranks everybody.
    - Ties are broken by customer_id. An unknown measure counts as 0.
    - Rounding: tiers down to k hold share × base customers, halves up. Once the base has as many customers as there
      are tiers, none of these is empty (at least k customers stand in the first k tiers).
    - A measure of 0 or less never stands above the lowest tier, even where that leaves a tier short.
    - Where all of the base have one measure, a ranking would be arbitrary: all get the lowest tier, and it says so.
    - Cuts by value take customers from the top until their share of the positive value is reached, the one who
      crosses it included. Cuts by threshold take who has at least the tier's value.

    The measure is any column of money (`tables.MEASURES`): margin or spend of the last 12 months or of all time, or
    what is expected; `margin_6_months_minor`, `spend_24_months_minor` and their like are of any number of months, which
    a run sums up from the purchases (`value.measured`).

    `label` gives the table with six columns more: tier_computed, tier_why_code (`tier_why.<code>`), tier_rank (null
    outside the base), tier_base, tier_measure_minor and tier_next_minor (the value at which the tier above starts, null
    for the best). Fit and label the same table.

    Errors: InputError for a setting or a column that is not there.

    >>> import pyarrow as pa
    >>> from shuke.classify import cuts_named
    >>> from shuke.engines import DuckDBEngine
    >>> with DuckDBEngine() as engine:
    ...     rows = pa.table({"customer_id": ["u", "v", "w"], "current_value_minor": [500, 900, -20]})
    ...     customers = engine.from_arrow("customers", rows)
    ...     pyramid = Pyramid(cuts=cuts_named("80-20"), base="all").fit(customers)
    ...     engine.fetch("SELECT customer_id, tier_computed, tier_why_code FROM {t} ORDER BY ALL",
    ...                  t=pyramid.label(customers)).to_pylist()[0]
    {'customer_id': 'u', 'tier_computed': 'vital', 'tier_why_code': 'top'}

    Source: the ABCD pyramid of 001_8cd5f37d15500912.txt (客户金字塔); mission 3.1.
    """

    def __init__(
        self,
        *,
        cuts: Cuts = ABCD,
        measure: str = _RANKED_BY_DEFAULT,
        base: str = "buyers",
        base_months: int = 12,
        review_months: Sequence[int] = (1, 7),
        hourly_cost_minor: int | None = None,
    ) -> None:
        """`hourly_cost_minor`: what an hour of staff costs, for the effort against the return (`effort`)."""
        self.cuts = cuts
        self.measure = measure
        self.base = base
        self.base_months = base_months
        self.review_months = review_months
        self.hourly_cost_minor = hourly_cost_minor

    SHAPE = SHAPE

    @classmethod
    def from_definition(cls, body: Mapping[str, Any]) -> Self:
        """The pyramid that a definition describes. Raises DefinitionError, which lists all that is wrong."""
        return cls(**read_pyramid(body))

    def definition(self) -> Body:
        """The pyramid as plain data, ready for JSON."""
        return body_of(self.cuts, self.measure, self.base, self.base_months, self.review_months, self.hourly_cost_minor)

    @property
    def labels(self) -> tuple[Label, ...]:
        """The tiers, best first."""
        return tuple(Label(tier.code, tier.colour, tier.names) for tier in self.cuts.tiers)

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return ("customer_id", self.measure, *(("last_purchase", "recency_days") if self.base == "buyers" else ()))

    def fit(self, table: Table) -> Self:
        """Learn the size of the base and where each tier ends, from a handful of figures."""
        self._check(table)
        after = self._bought_after(table)
        totals = table.engine.fetch(_TOTALS.format(ranked=self._ranked(after)), table=table).to_pylist()[0]
        base, positive = int(totals["base"]), int(totals["positive"])
        all_equal = base > 0 and totals["lowest"] == totals["highest"] and self.cuts.by != "threshold"
        boundaries = self._unreached() if all_equal or not positive else self._ranked_boundaries(table, after, totals)
        if self.cuts.by == "threshold":
            boundaries = tuple(Boundary(tier.code, None, tier.from_minor) for tier in self.cuts.tiers[:-1])
        bought_after = after.isoformat() if after else None
        self.params_ = PyramidParams(base, positive, all_equal, bought_after, boundaries)
        return self

    def label(self, table: Table) -> Table:
        """The same rows with the tier, its reason and its figures appended."""
        self._check(table)
        params = self._fitted()
        after = date.fromisoformat(params.bought_after) if params.bought_after else None
        columns = ", ".join(quoted(name) for name in table.columns if name not in _LABELS)
        sql = _LABEL.format(
            columns=columns,
            measure=self._measure_sql(),
            in_base=self._in_base_sql(after),
            tier=self._tier_sql(params),
            next=self._next_sql(params),
            why=self._why_sql(params),
            base=params.base,
            ranked=self._ranked(after),
        )
        return table.engine.view("pyramid", sql, table=table)

    def in_force(
        self,
        table: Table,
        *,
        previous: Table | None = None,
        previous_as_of: date | None = None,
        as_of: date | None = None,
    ) -> Table:
        """Which tier does each customer enjoy: promoted at once, demoted only at a review.

        Appends tier_in_force to a table that `label` has labelled. `previous` has customer_id and tier_in_force as of
        `previous_as_of`; a demotion takes effect when the first day of one of `review_months` lies after that day and
        not after `as_of`. Until then the better tier is kept, and tier_why_code says `kept`. New customers, and those
        whose former tier these cuts do not know, get the computed tier; so does everybody without `previous`.
        """
        require_columns(("customer_id", "tier_computed", "tier_why_code", "tier_rank"), table.columns, "in_force")
        columns = [name for name in table.columns if name not in ("tier_in_force", "tier_why_code")]
        if previous is None or self._review_due(previous_as_of, as_of):
            listed = ", ".join(quoted(name) for name in [*columns, "tier_why_code"])
            return table.engine.view("in_force", f"SELECT {listed}, tier_computed AS tier_in_force FROM {{t}}", t=table)
        require_columns(("customer_id", "tier_in_force"), previous.columns, "The previous scores of in_force")
        listed = ", ".join(f"t.{quoted(name)}" for name in columns)
        sql = _IN_FORCE.format(
            columns=listed, before=self._height_sql("p.tier_in_force"), now=self._height_sql("t.tier_computed")
        )
        return table.engine.view("in_force", sql, table=table, previous=previous)

    def _fitted(self) -> PyramidParams:
        if not hasattr(self, "params_"):
            raise InputError("This Pyramid has not been fitted: call fit(table) first.")
        return self.params_

    def _check(self, table: Table) -> None:
        if self.base not in BASES:
            raise InputError(f"Unknown base {self.base!r}: choose one of {', '.join(BASES)}.")
        require_columns(self.needs, table.columns, "Pyramid")

    def _bought_after(self, table: Table) -> date | None:
        """The last day before the base's months, counted back from as_of, which every row tells."""
        if self.base == "all":
            return None
        sql = "SELECT min(last_purchase) AS day, max(recency_days) AS days FROM {table}"
        found = table.engine.fetch(sql, table=table).to_pylist()[0]
        if found["day"] is None:
            return None
        return months_before(found["day"] + timedelta(days=int(found["days"])), self.base_months)

    def _measure_sql(self) -> str:
        return f"coalesce({quoted(self.measure)}, 0)"

    def _in_base_sql(self, after: date | None) -> str:
        return f"last_purchase > {literal(after)}" if after else "TRUE"

    def _ranked(self, after: date | None) -> str:
        return f"SELECT customer_id, {self._measure_sql()} AS m FROM {{table}} WHERE {self._in_base_sql(after)}"

    def _unreached(self) -> tuple[Boundary, ...]:
        return tuple(Boundary(code, 0, None) for code in self.cuts.codes[:-1])

    def _ranked_boundaries(self, table: Table, after: date | None, totals: dict[str, int]) -> tuple[Boundary, ...]:
        if self.cuts.by == "value":
            ends = self._ends_by_value(table, after, int(totals["total"]))
        else:
            ends = self._ends_by_customers(int(totals["base"]), int(totals["positive"]))
        sql = _AT_PLACES.format(ranked=self._ranked(after))
        found = table.engine.fetch(sql, table=table, places=sorted(set(ends) - {0}) or [0]).to_pylist()
        least = {row["place"]: row["m"] for row in found}
        return tuple(Boundary(code, end, least.get(end)) for code, end in zip(self.cuts.codes, ends, strict=False))

    def _ends_by_customers(self, base: int, positive: int) -> list[int]:
        enough = base >= len(self.cuts.tiers)
        shares = self.cuts.cumulative_shares()
        rounded = [math.floor(share * base + _HALF) for share in shares]
        return [min(max(end, place if enough else 0), positive) for place, end in enumerate(rounded, start=1)]

    def _ends_by_value(self, table: Table, after: date | None, total: int) -> list[int]:
        goals = [math.ceil(share * total) for share in self.cuts.cumulative_shares()]
        counts = ", ".join(
            f"count(*) FILTER (WHERE m > 0 AND before < {goal}) AS {quoted(str(place))}"
            for place, goal in enumerate(goals)
        )
        sql = _BY_VALUE.format(counts=counts, ranked=self._ranked(after))
        found = table.engine.fetch(sql, table=table).to_pylist()[0]
        return [int(found[str(place)]) for place in range(len(goals))]

    def _tier_sql(self, params: PyramidParams) -> str:
        whens = [
            f"WHEN {_reaches(boundary)} THEN {literal(boundary.tier)}"
            for boundary in params.boundaries
            if boundary.measure_minor is not None
        ]
        lowest = literal(self.cuts.codes[-1])
        return f"CASE WHEN NOT in_base THEN {lowest} {' '.join(whens)} ELSE {lowest} END"

    def _next_sql(self, params: PyramidParams) -> str:
        steps = zip(self.cuts.codes[1:], params.boundaries, strict=True)
        whens = " ".join(f"WHEN {literal(code)} THEN {literal(above.measure_minor)}" for code, above in steps)
        return f"CAST(CASE tier_computed {whens} END AS BIGINT)"

    def _why_sql(self, params: PyramidParams) -> str:
        other = "" if self.measure == _RANKED_BY_DEFAULT else "_other"
        equal = "WHEN TRUE THEN 'all_equal'" if params.all_equal else ""
        top = literal(self.cuts.codes[0])
        return (
            f"CASE WHEN NOT in_base THEN 'out_of_base' WHEN tier_measure_minor <= 0 THEN 'not_positive{other}' {equal} "
            f"WHEN tier_computed = {top} THEN 'top{other}' WHEN tier_next_minor IS NULL THEN 'too_few' "
            f"ELSE 'ranked{other}' END"
        )

    def _height_sql(self, column: str) -> str:
        """The tier's place from the bottom; null for a tier these cuts do not know."""
        codes = list(reversed(self.cuts.codes))
        return f"CASE {column} {' '.join(f'WHEN {literal(code)} THEN {at}' for at, code in enumerate(codes))} END"

    def _review_due(self, after: date | None, until: date | None) -> bool:
        if after is None or until is None:
            raise InputError("in_force with previous scores needs previous_as_of and as_of, the days of both scores.")
        if after > until:
            raise InputError(f"previous_as_of {after} lies after as_of {until}: give the earlier scores as previous.")
        return review_due(after, until, self.review_months)


def review_due(after: date, until: date, review_months: Sequence[int]) -> bool:
    """Does the first day of a review month lie after one day and not after another?

    >>> review_due(date(2017, 6, 30), date(2017, 7, 1), (1, 7))
    True
    >>> review_due(date(2017, 7, 1), date(2017, 12, 31), (1, 7))
    False
    """
    if not review_months or any(month not in range(1, 13) for month in review_months):
        raise InputError(f"Review months {list(review_months)}: give numbers of months from 1 to 12, such as (1, 7).")
    days = (date(year, month, 1) for year in range(after.year, until.year + 1) for month in review_months)
    return any(after < day <= until for day in days)


def _reaches(boundary: Boundary) -> str:
    if boundary.customers is None:
        return f"tier_measure_minor >= {literal(boundary.measure_minor)}"
    return f"tier_rank <= {boundary.customers}"


_TOTALS = """
SELECT count(*) AS base, count(*) FILTER (WHERE m > 0) AS positive, min(m) AS lowest, max(m) AS highest,
  CAST(coalesce(sum(CASE WHEN m > 0 THEN m ELSE 0 END), 0) AS BIGINT) AS total
FROM ({ranked}) AS ranked
"""

_AT_PLACES = """
SELECT place, m
FROM (SELECT m, row_number() OVER (ORDER BY m DESC, customer_id) AS place FROM ({ranked}) AS ranked)
WHERE place IN {{places}}
"""

_BY_VALUE = """
SELECT {counts}
FROM (
  SELECT m, CAST(sum(CASE WHEN m > 0 THEN m ELSE 0 END)
    OVER (ORDER BY m DESC, customer_id ROWS UNBOUNDED PRECEDING) AS BIGINT) - m AS before
  FROM ({ranked}) AS ranked
)
"""

# The ranking is sorted by itself and joined: to drag all the columns through a sort takes five times as long.
_LABEL = """
SELECT {columns}, tier_computed, {why} AS tier_why_code, tier_rank, CAST({base} AS BIGINT) AS tier_base,
  tier_measure_minor, tier_next_minor
FROM (
  SELECT *, {next} AS tier_next_minor
  FROM (
    SELECT *, {tier} AS tier_computed
    FROM (
      SELECT {columns}, {measure} AS tier_measure_minor, {in_base} AS in_base, ranking.place AS tier_rank
      FROM {{table}} AS t LEFT JOIN (
        SELECT customer_id AS ranked_id,
          CAST(row_number() OVER (ORDER BY m DESC, customer_id) AS BIGINT) AS place
        FROM ({ranked}) AS ranked
      ) AS ranking ON t.customer_id = ranking.ranked_id
    ) AS measured
  ) AS tiered
) AS placed
"""

_IN_FORCE = """
SELECT {columns},
  CASE WHEN {before} > {now} THEN
    CASE WHEN t.tier_rank IS NULL THEN 'kept_out_of_base' ELSE 'kept' END ELSE t.tier_why_code END AS tier_why_code,
  CASE WHEN {before} > {now} THEN p.tier_in_force ELSE t.tier_computed END AS tier_in_force
FROM {{table}} AS t LEFT JOIN {{previous}} AS p ON t.customer_id = p.customer_id
"""
