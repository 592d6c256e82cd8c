"""The quadrants: what a customer is worth now × what is to come, and the lever for each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from typing import Any, Self

from shuke.engines import Table, literal, quoted
from shuke.kit.dates import months_before
from shuke.kit.errors import InputError
from shuke.kit.rules import require_columns
from shuke.kit.text import LANGUAGES

MEDIAN = "median"
HEIGHTS = ("low", "high")
UNDETERMINED = "undetermined"
_LABELS = ("quadrant", "quadrant_why_code")
_PLACES = {(current, future) for current in HEIGHTS for future in HEIGHTS}


@dataclass(frozen=True)
class Quadrant:
    """One quadrant: its code (name in `quadrant.<code>`, or `names`), its place, its colour token."""

    code: str
    current: str
    future: str
    colour: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class QuadrantBook:
    """The four quadrants, what is compared, and where it is cut."""

    quadrants: tuple[Quadrant, ...]
    current: str = "current_value_minor"
    future: str = "clv_minor"
    current_cut: str | int = MEDIAN
    future_cut: str | int = MEDIAN
    base_months: int = 12

    def at(self, current: str, future: str) -> str:
        """The code of the quadrant at a place."""
        return next(one.code for one in self.quadrants if (one.current, one.future) == (current, future))

    def as_data(self) -> dict[str, Any]:
        """Plain dicts and lists, shaped as quadrants.toml."""
        settings = {name: getattr(self, name) for name in _SETTINGS}
        quadrants = [
            {"code": one.code, "current": one.current, "future": one.future, "colour": one.colour}
            | ({"names": dict(one.names)} if one.names else {})
            for one in self.quadrants
        ]
        return {"settings": settings, "quadrants": quadrants}


_SETTINGS = ("current", "future", "current_cut", "future_cut", "base_months")


def quadrant_book(data: Mapping[str, Any], source: str = "The quadrants") -> QuadrantBook:
    """The quadrants from nested dicts shaped as quadrants.toml; one error lists all that is wrong."""
    settings, entries = data.get("settings", {}), data.get("quadrants", ())
    wrong = [f"unknown part {name}" for name in sorted(set(data) - {"settings", "quadrants"})]
    wrong += _faults_of_settings(settings) + _faults_of_quadrants(entries)
    if wrong:
        raise InputError(f"{source} cannot be used: {'; '.join(wrong)}. Compare them with quadrants.toml.")
    return QuadrantBook(tuple(Quadrant(**entry) for entry in entries), **settings)


def _faults_of_settings(settings: Any) -> list[str]:
    if not isinstance(settings, Mapping):
        return ["settings is no table"]
    faults = [f"unknown setting {name}" for name in sorted(set(settings) - set(_SETTINGS))]
    for name in ("current_cut", "future_cut"):
        cut = settings.get(name, MEDIAN)
        if cut != MEDIAN and (not isinstance(cut, int) or isinstance(cut, bool)):
            faults.append(f"{name} {cut!r} is neither 'median' nor a whole number of minor units")
    months = settings.get("base_months", 12)
    if not isinstance(months, int) or isinstance(months, bool) or not 1 <= months <= 120:
        faults.append(f"base_months {months!r} is no whole number from 1 to 120")
    for name in ("current", "future"):
        if not isinstance(settings.get(name, "x"), str) or not settings.get(name, "x"):
            faults.append(f"{name} is no name of a column")
    return faults


def _faults_of_quadrants(entries: Any) -> list[str]:
    if not isinstance(entries, Sequence) or len(entries) != 4 or not all(isinstance(one, Mapping) for one in entries):
        return ["give exactly four quadrants"]
    faults = []
    for entry in entries:
        who = f"quadrant {entry.get('code')!r}"
        faults += [f"{who}: unknown {name}" for name in sorted(set(entry) - set(Quadrant.__dataclass_fields__))]
        for name in ("code", "colour"):
            if not isinstance(entry.get(name), str) or not entry[name] or entry[name] == UNDETERMINED:
                faults.append(f"{who}: {name} is missing")
        if set(entry.get("names", LANGUAGES)) != set(LANGUAGES):
            faults.append(f"{who}: names must be in {', '.join(LANGUAGES)}")
    if {(entry.get("current"), entry.get("future")) for entry in entries} != _PLACES:
        faults.append("current and future must be low or high, each of the four pairs once")
    if len({entry.get("code") for entry in entries}) < 4:
        faults.append("each needs a code of its own")
    return faults


SHIPPED = quadrant_book(
    tomllib.loads(files(__package__).joinpath("quadrants.toml").read_text("utf-8")), "quadrants.toml"
)
"""The quadrants that ship."""


@dataclass(frozen=True)
class QuadrantParams:
    """What `Quadrants.fit` learns: who is the base, and where the two values are cut (minor units; high is above)."""

    buyers: int
    base: int
    """The buyers; all customers where nobody bought in the base's months."""
    current_cut_minor: float
    future_cut_minor: float | None
    """None where nobody's future is known."""
    all_equal: bool
    """Whether the base are all alike in both values, so that a cut would tell nothing."""


class Quadrants:
    """Is a customer's value high now, high to come, both or neither?

    I low in both, II low now and high to come, III high now and low to come, IV high in both (gold). High is above the
    cut: a median of the base, or an amount declared.

    - Base: customers who bought in the last `base_months` months; where nobody did, all. Everybody is placed, by the
      base's cuts; a median of the future is that of those whose future is known.
    - Future unknown (no model could be estimated): undetermined, `future_unknown`.
    - All of the base equal in both values, with both cuts at the median: undetermined, `all_equal`. Equal in one only:
      the cut is what all have, and nobody of them is above it.
    - A median of two different middle figures is the mean of them.

    `label` appends quadrant and quadrant_why_code (`quadrant_why.<code>`); `quadrant_lever.<code>` says what to do.

    Errors: InputError for a definition or a column that is not there.

    >>> import pyarrow as pa
    >>> from datetime import date
    >>> from shuke.engines import DuckDBEngine
    >>> rows = {"customer_id": list("uvwx"), "recency_days": [1] * 4, "last_purchase": [date(2024, 1, 1)] * 4,
    ...         "current_value_minor": [1, 2, 8, 9], "clv_minor": [5, 60, 7, 80]}
    >>> with DuckDBEngine() as engine:
    ...     customers = engine.from_arrow("customers", pa.table(rows))
    ...     placed = Quadrants().fit(customers).label(customers)
    ...     engine.fetch("SELECT quadrant FROM {t} ORDER BY customer_id", t=placed)["quadrant"].to_pylist()
    ['I', 'II', 'III', 'IV']

    Source: 003_2ebf09ecde321865.txt (which fixes IV only); mission 3.4.
    """

    def __init__(self, *, book: QuadrantBook = SHIPPED) -> None:
        self.book = book

    @classmethod
    def from_definition(cls, data: Mapping[str, Any]) -> Self:
        """From plain dicts shaped as quadrants.toml; one error lists all that is wrong."""
        return cls(book=quadrant_book(data))

    def definition(self) -> dict[str, Any]:
        """The definition as plain dicts, ready for JSON."""
        return self.book.as_data()

    def fit(self, table: Table) -> Self:
        """Learn the two cuts."""
        require_columns(self._needs(), table.columns, "Quadrants")
        found = self._figures(table, self._bought_after(table))
        buyers = int(found["base"])
        if not buyers:
            found = self._figures(table, None)
        future = found["future_median"] if self.book.future_cut == MEDIAN else float(self.book.future_cut)
        current = (found["current_median"] or 0.0) if self.book.current_cut == MEDIAN else float(self.book.current_cut)
        both = self.book.current_cut == self.book.future_cut == MEDIAN
        alike = found["current_low"] == found["current_high"] and found["future_low"] == found["future_high"]
        self.params_ = QuadrantParams(buyers, int(found["base"]), float(current), future, all_equal=both and alike)
        return self

    def label(self, table: Table) -> Table:
        """The same rows with the quadrant and its reason appended."""
        if not hasattr(self, "params_"):
            raise InputError("These Quadrants have not been fitted: call fit(table) first.")
        require_columns(self._needs(), table.columns, "Quadrants")
        columns = ", ".join(quoted(name) for name in table.columns if name not in _LABELS)
        whens = " ".join(
            f"WHEN {_is(current)} q_current AND {_is(future)} q_future THEN {{}}"
            for current in HEIGHTS
            for future in HEIGHTS
        )
        codes = [literal(self.book.at(current, future)) for current in HEIGHTS for future in HEIGHTS]
        whys = [literal(f"{current}_{future}") for current in HEIGHTS for future in HEIGHTS]
        unknown = f"WHEN q_future IS NULL THEN {{}} {'WHEN TRUE THEN {}' if self.params_.all_equal else ''}"
        sql = f"""
            SELECT {columns},
              CASE {unknown.format(*[literal(UNDETERMINED)] * 2)} {whens.format(*codes)} END AS quadrant,
              CASE {unknown.format("'future_unknown'", "'all_equal'")} {whens.format(*whys)} END AS quadrant_why_code
            FROM (
              SELECT *, coalesce({quoted(self.book.current)}, 0) > {{current_cut}} AS q_current,
                {quoted(self.book.future)} > {{future_cut}} AS q_future
              FROM {{table}}
            ) AS cut
        """
        params = self.params_
        return table.engine.view(
            "quadrants", sql, table=table, current_cut=params.current_cut_minor, future_cut=params.future_cut_minor
        )

    def _needs(self) -> list[str]:
        return ["customer_id", "recency_days", "last_purchase", self.book.current, self.book.future]

    def _bought_after(self, table: Table) -> date:
        """The last day before the base's months, counted back from as_of, which every row tells."""
        sql = "SELECT min(last_purchase) AS day, max(recency_days) AS days FROM {table}"
        found = table.engine.fetch(sql, table=table).to_pylist()[0]
        if found["day"] is None:
            return date(1970, 1, 1)
        return months_before(found["day"] + timedelta(days=int(found["days"])), self.book.base_months)

    def _figures(self, table: Table, after: date | None) -> dict[str, Any]:
        sql = _FIGURES.format(
            current=f"coalesce({quoted(self.book.current)}, 0)",
            future=quoted(self.book.future),
            base="WHERE last_purchase > {after}" if after else "",
        )
        found: dict[str, Any] = table.engine.fetch(sql, table=table, after=after).to_pylist()[0]
        return found


def _is(height: str) -> str:
    return "" if height == "high" else "NOT"


_FIGURES = """
SELECT count(*) AS base,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY {current}) AS current_median,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY {future}) AS future_median,
  min({current}) AS current_low, max({current}) AS current_high,
  min({future}) AS future_low, max({future}) AS future_high
FROM {{table}} {base}
"""
