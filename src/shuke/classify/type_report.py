"""How the types of a run hold: on other customers, a quarter before, and beside clusters that were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from shuke.classify._ranks import SAMPLE
from shuke.classify.agreement import Agreement, agreement_between, halves_of_clusters, halves_of_types
from shuke.classify.clusters import Clusters
from shuke.classify.facts import NOTHING, Facts
from shuke.classify.indicators import Indicators
from shuke.classify.types import NineTypes
from shuke.engines import Table, quoted
from shuke.kit.rules import require_columns

QUARTER_DAYS = 91
_UNDETERMINED = ("undetermined",)


@dataclass(frozen=True)
class FoundCluster:
    """One cluster: how many of the sample it holds, the type it is like (if any), what sets it apart (`sign.…`)."""

    code: str
    customers: int
    share: float
    type: str | None
    signs: tuple[str, ...]


@dataclass(frozen=True)
class TypeReport:
    """What is known of the types' worth, measured on a sample of customers."""

    customers: int
    """In the sample."""
    missing: tuple[str, ...]
    """Indicators with a weight that are known of nobody."""
    halves: Agreement
    """Types by ranks learned on either half of the customers."""
    halves_of_clusters: Agreement | None
    """The same of clusters (`adjusted_rand` tells); None where none were found."""
    before: date
    """The day that the labels of the quarter before are of."""
    quarters: Agreement
    """Types of now and of the quarter before, of who had bought by then; undetermined is a label like another."""
    quarters_decided: Agreement
    """The same, of who had a type at both days."""
    clusters: tuple[FoundCluster, ...]
    clear: bool
    """Whether the clusters are more than a division of a continuum (`Clusters`)."""
    crossed: Mapping[str, Mapping[str, int]]
    """By type, then by cluster: customers of the sample."""

    def as_data(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self) | {"before": self.before.isoformat()}


def type_report(
    known: Table,
    purchases: Table,
    facts: Facts = NOTHING,
    *,
    as_of: date,
    types: NineTypes | None = None,
    customers: int = SAMPLE,
) -> TypeReport:
    """Do types stay when they are learned from other customers, or a quarter later, and which clusters lie beside them?

    `known` holds customers with their indicators as of as_of (`with_facts`, or `Indicators` itself), `purchases` and
    `facts` what these came from. All is worked out on a sample of so many customers at most, those with the least MD5
    of their id, so its cost does not grow with the business; `types`, where given, are those that the run fitted.

    For the quarter before, indicators are measured anew 91 days earlier on the sample's purchases, and the types fitted
    on them, as a run of that day would have done; what is new or usual in a category is then judged by the sample.

    >>> import pyarrow as pa
    >>> from shuke.engines import DuckDBEngine
    >>> lines = [{"customer_id": f"c{n % 40}", "purchased_on": date(2024, 1 + n % 7, 1), "amount_minor": 100 + n,
    ...           "category": "abc"[n % 3], "discount_minor": n % 5} for n in range(400)]
    >>> with DuckDBEngine() as engine:
    ...     purchases = engine.from_arrow("purchases", pa.Table.from_pylist(lines))
    ...     known = Indicators().measure(purchases, as_of=date(2024, 12, 31)).table
    ...     report = type_report(known, purchases, as_of=date(2024, 12, 31))
    >>> report.customers, report.before.isoformat(), report.quarters.customers
    (40, '2024-10-01', 40)

    Source: 000_7281ac552204e346.txt; mission 3.3.
    """
    asked = NineTypes() if types is None else types
    require_columns(("customer_id", "lines"), known.columns, "type_report")
    sampled = _sampled(known, asked, customers)
    fitted = asked if hasattr(asked, "params_") else asked.fit(sampled)
    clusters = Clusters(types=fitted).fit(sampled)
    labelled = known.engine.keep("typed", "SELECT * FROM {t}", t=clusters.label(fitted.label(sampled)))
    before = as_of - timedelta(days=QUARTER_DAYS)
    then = _a_quarter_before(fitted, sampled, purchases, facts, before)
    found = clusters.params_.clusters
    crossed = _crossed(labelled)
    report = TypeReport(
        customers=known.engine.count(sampled),
        missing=fitted.params_.missing,
        halves=halves_of_types(fitted, sampled),
        halves_of_clusters=halves_of_clusters(clusters, sampled) if found else None,
        before=before,
        quarters=agreement_between(then, labelled, "type"),
        quarters_decided=agreement_between(then, labelled, "type", leave_out=_UNDETERMINED),
        clusters=tuple(
            FoundCluster(
                one.code, sum(row.get(one.code, 0) for row in crossed.values()), one.share, one.type, one.signs
            )
            for one in found
        ),
        clear=clusters.params_.clear,
        crossed=crossed,
    )
    for table in (then, labelled, sampled):
        known.engine.drop(table)
    return report


def _sampled(known: Table, types: NineTypes, customers: int) -> Table:
    """The customers with the least MD5 of their id, with the indicators that types look at."""
    there: Sequence[str] = [name for name in types.needs if name in known.columns]
    listed = ", ".join(quoted(name) for name in there)
    total = known.engine.count(known)
    # One in twenty more than wanted, since chance may fall short.
    share = 1.05 * customers / total if total > customers else 1.0
    few = "" if share >= 1 else f"AND substr(md5(customer_id), 1, 8) < '{int(share * 16**8):08x}'"
    sql = f"""
        SELECT {listed} FROM {{t}} WHERE lines IS NOT NULL {few}
        ORDER BY md5(customer_id), customer_id LIMIT {customers}
    """
    return known.engine.keep("sampled", sql, t=known)


def _a_quarter_before(types: NineTypes, sampled: Table, purchases: Table, facts: Facts, before: date) -> Table:
    """customer_id and type of the sample's customers who had bought by then."""
    engine = purchases.engine
    sql = "SELECT p.* FROM {p} AS p JOIN (SELECT customer_id AS who FROM {s}) AS s ON p.customer_id = s.who"
    lines = engine.keep("sampled_purchases", sql, p=purchases, s=sampled)
    indicators = Indicators(wanted=types.book.indicators)
    measured = indicators.measure(lines, as_of=before, products=facts.products, surveys=facts.surveys)
    engine.drop(lines)
    anew = NineTypes(book=types.book, indicators=types.indicators).fit(measured.table).label(measured.table)
    then = engine.keep("typed_before", "SELECT customer_id, type FROM {t}", t=anew)
    engine.drop(measured.table)
    return then


def _crossed(labelled: Table) -> dict[str, dict[str, int]]:
    sql = "SELECT type, type_cluster, CAST(count(*) AS BIGINT) AS n FROM {t} GROUP BY type, type_cluster ORDER BY 1, 2"
    crossed: dict[str, dict[str, int]] = {}
    for row in labelled.engine.fetch(sql, t=labelled).to_pylist():
        if row["type_cluster"] is not None:
            crossed.setdefault(row["type"], {})[row["type_cluster"]] = int(row["n"])
    return crossed
