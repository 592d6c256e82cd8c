"""Pictures of classifications that divide two or three ways: each cell with its customers, value and change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shuke.classify import TIMES, VALUES, Classification
from shuke.crm.scores.columns import name_of
from shuke.crm.words import here
from shuke.insight.charts import listed
from shuke.kit.text import compact_money, number, share
from shuke.ui import language
from shuke.ui.charts import Cell, Grids, HeatMap
from shuke.ui.figures import numbers

Told = Mapping[str, Any]
"""What a run says of one classification (`figures_of_classes.classes`)."""
_SCORES = (1, 2, 3, 4, 5)
_HIGH = 58
"""Pixels of a row whose cells name their segment in two lines on phones."""
_QUADRANTS = (("III", "IV"), ("I", "II"))
"""High now above low; low to come before high."""
_SATISFACTION = {
    "high": (("at_ease", "pillar"), ("exposed", "captive")),
    "low": (("pleasant", "friend"), ("passing", "bound")),
}
"""By margin: content above not; loose before loyal."""


def counts_before(told: Told) -> dict[str, int] | None:
    """By label how many customers had it in the run before; None where that run did not know it."""
    if not told["moves"]:
        return None
    before: dict[str, int] = {}
    for was, _, count in told["moves"]:
        if was is not None:
            before[was] = before.get(was, 0) + count
    return before


def signed(now: int, then: int) -> str:
    """A change of a count, with its sign."""
    sign = "+" if now > then else "−" if now < then else ""
    return sign + number(abs(now - then), language.active())


def types(one: Classification, classes: Told, currency: str) -> HeatMap:
    """What customers value down, where they look across; the undetermined below."""
    told = classes[one.code]
    place = {(cell.value, cell.time): cell.code for cell in one.read(told["definition"]).book.cells}
    cell = _cells(one, told, currency)
    return HeatMap(
        here("classes.type.name"),
        [here(f"type_time.{time}") for time in TIMES],
        [here(f"type_value.{value}") for value in VALUES],
        [[cell(place[value, time]) for time in TIMES] for value in VALUES],
        rest=[cell("undetermined")],
    )


def quadrants(one: Classification, classes: Told, currency: str) -> HeatMap:
    """Value now down, value to come across; the undetermined below."""
    cell = _cells(one, classes[one.code], currency)
    return HeatMap(
        here("classes.quadrant.name"),
        [here(f"classes.picture.future.{height}") for height in ("low", "high")],
        [here(f"classes.picture.current.{height}") for height in ("high", "low")],
        [[cell(code) for code in row] for row in _QUADRANTS],
        rest=[cell("undetermined")],
    )


def satisfaction(one: Classification, classes: Told, currency: str) -> Grids:
    """By margin two grids: content or not down, loyal or not across; who never answered below."""
    cell = _cells(one, classes[one.code], currency)
    columns = [here(f"classes.picture.loyal.{word}") for word in ("no", "yes")]
    rows = [here(f"classes.picture.content.{word}") for word in ("yes", "no")]
    maps = [
        HeatMap(
            here(f"classes.picture.margin.{margin}"), columns, rows, [[cell(code) for code in row] for row in codes]
        )
        for margin, codes in _SATISFACTION.items()
    ]
    return Grids(here("classes.satisfaction.name"), maps, rest=[cell("unknown")])


def rfm(one: Classification, classes: Told, currency: str) -> HeatMap:
    """Recency by frequency: each cell with its customers, to whom it leads, below it their segment."""
    tongue, write = language.active(), numbers()
    rows: Mapping[str, Sequence[str]] = classes[one.code]["definition"]["grid"]
    counts = {(r, f): customers for r, f, customers, _ in classes["rfm_grid"]}

    def cell(r: int, f: int) -> Cell:
        code, count = rows[str(r)][f - 1], counts.get((r, f))
        name = name_of(one.names, code, tongue)
        href = listed(rfm_r=str(r), rfm_f=str(f))
        return Cell(None, "—", name) if count is None else Cell(count, write(count), name, href)

    return HeatMap(
        here("classes.rfm.picture"),
        [here("classes.rfm.frequency", score=f) for f in _SCORES],
        [here("classes.rfm.recency", score=r) for r in reversed(_SCORES)],
        [[cell(r, f) for f in _SCORES] for r in reversed(_SCORES)],
        row_height=_HIGH,
    )


def profit(rows: Sequence[Mapping[str, int]], currency: str) -> HeatMap:
    """Frequency by amount: each cell's share of the margin of twelve months, the margin, and how many brought it, to
    whom it leads."""
    tongue, found = language.active(), {(row["rfm_f"], row["rfm_m"]): row for row in rows}
    whole = sum(row["current_value_minor"] for row in rows)

    def cell(f: int, m: int) -> Cell:
        row = found.get((f, m))
        if row is None:
            return Cell(None, "—")
        amount = row["current_value_minor"]
        part = share(amount / whole, tongue, 1) if whole > 0 else "—"
        customers = here("classes.profit.customers", count=number(row["customers"], tongue))
        href = listed(rfm_f=str(f), rfm_m=str(m))
        return Cell(amount, part, compact_money(amount, currency, tongue), href, more=[customers])

    return HeatMap(
        here("classes.profit.title"),
        [here("classes.profit.amount", score=m) for m in _SCORES],
        [here("classes.rfm.frequency", score=f) for f in reversed(_SCORES)],
        [[cell(f, m) for m in _SCORES] for f in reversed(_SCORES)],
    )


def _cells(one: Classification, told: Told, currency: str) -> Callable[[str], Cell]:
    """Makes the cell of a label: its name, customers, value and change, leading to its customers."""
    tongue, write, before = language.active(), numbers(), counts_before(told)
    found = {row["code"]: row for row in told["labels"]}

    def cell(code: str) -> Cell:
        row = found.get(code) or {"customers": 0, "current_value_minor": 0}
        more = [compact_money(row["current_value_minor"], currency, tongue)]
        if before is not None:
            change = signed(row["customers"], before.get(code, 0))
            more.append(change if change[0] in "+−" else here("insight.tile.same"))
        href = listed(**{one.listed_by: code})
        return Cell(row["customers"], write(row["customers"]), "", href, name_of(one.names, code, tongue), more)

    return cell
