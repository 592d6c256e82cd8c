"""The charts of cohorts: who came back when, what a customer has brought by when, and after what first day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

from shuke.crm.words import here
from shuke.insight.charts import listed
from shuke.kit.text import number, share
from shuke.ui import language
from shuke.ui.charts import Bar, Bars, Cell, HeatMap, Lines, Series
from shuke.ui.figures import short_amounts
from shuke.value import BasketGroup, Cohort, Cohorts, FirstBaskets, pooled

_LINES = 5
_MARK = "*"
"""After the name of a cohort that begins with the data."""


def label(start: str, by: str) -> str:
    """A cohort's name: 2024-03, or 2024 Q1.

    >>> label("2024-07-01", "month"), label("2024-07-01", "quarter")
    ('2024-07', '2024 Q3')
    """
    return start[:7] if by == "month" else f"{start[:4]} Q{(int(start[5:7]) + 2) // 3}"


def ends(start: str, by: str) -> date:
    """The last day of a cohort's period.

    >>> ends("2023-10-01", "quarter")
    datetime.date(2023, 12, 31)
    """
    first = date.fromisoformat(start)
    month = first.year * 12 + first.month - 1 + (1 if by == "month" else 3)
    return date(month // 12, month % 12 + 1, 1) - timedelta(days=1)


def retention(found: Cohorts, by: str) -> HeatMap:
    """Each cohort's share that bought in the first period after the one it began in, in the second, and so on."""
    known, is_open, tongue = found.by(by), found.is_open(by), language.active()
    ages = range(1, max((cohort.ages for cohort in known), default=0))
    together = pooled(_begun(known), is_open=is_open)
    everyone = [Cell(rate, share(rate, tongue)) for rate in together.retention[1:]]
    size = sum(cohort.customers for cohort in _begun(known))
    rows = [f"{here('cohorts.all')} · {number(size, tongue)}"] if everyone else []
    cells: list[Sequence[Cell]] = [everyone] if everyone else []
    for cohort in known:
        name = label(cohort.start, by) + (_MARK if cohort.left_truncated else "")
        rows.append(f"{name} · {number(cohort.customers, tongue)}")
        cells.append([_cell(cohort, age, by, is_open=is_open) for age in ages if age < cohort.ages])
    return HeatMap(
        here("cohorts.retention"),
        [f"+{number(age, tongue)}" for age in ages],
        rows if len(ages) else [],
        cells,
        corner=here(f"cohorts.began_{by}"),
        row_height=32,
    )


def _cell(cohort: Cohort, age: int, by: str, *, is_open: bool) -> Cell:
    """A cell leads to its cohort; the last period, where not over, is marked so."""
    rate = cohort.retention(age)
    unfinished = "…" if is_open and age == cohort.ages - 1 else ""
    return Cell(rate, share(rate, language.active()) + unfinished, "", began_in(cohort.start, by))


def began_in(start: str, by: str) -> str:
    """The list of customers whose first purchase fell into a cohort's period."""
    return listed(first=f"{start}..{ends(start, by)}")


def value(found: Cohorts, by: str, currency: str) -> Lines:
    """What a customer has brought by when: a line for each year of cohorts, or quarter where there are few."""
    known, is_open, tongue = _begun(found.by(by)), found.is_open(by), language.active()
    groups = _grouped(known)
    made = [(name, pooled(some, is_open=is_open).value_each_minor) for name, some in groups]
    made = [(name, values) for name, values in made if values]
    longest = max((len(values) for _, values in made), default=0)
    series = [
        Series(name, [*values, *(None for _ in range(longest - len(values)))], tone=f"tone-{place + 1}")
        for place, (name, values) in enumerate(made)
    ]
    return Lines(
        here("cohorts.value"),
        [number(age, tongue) for age in range(longest)],
        series,
        write=short_amounts(currency),
        axis_title=here(f"cohorts.axis_{by}"),
        height=260,
    )


def by_size(found: FirstBaskets, currency: str) -> Bars:
    """What the time after the first day brought, by what that day came to."""
    tongue = language.active()
    differs = {"more": here("cohorts.differs_more"), "less": here("cohorts.differs_less")}
    bars = [
        Bar(band(group, currency), group.value_minor.value if group.value_minor else None, "", "tone-1",
            differs.get(group.differs, ""))
        for group in found.by_size
    ]  # fmt: skip
    days = number(found.long_days, tongue)
    heads = [here("cohorts.size"), here("cohorts.value_head", days=days)]
    return Bars(here("cohorts.after_size", days=days), bars, write=short_amounts(currency), heads=heads, height=260)


def band(group: BasketGroup, currency: str) -> str:
    """A band of what first days came to, as pages call it."""
    low, high = (None if end is None else short_amounts(currency)(end) for end in (group.low_minor, group.high_minor))
    if low and high:
        return f"{low} – {high}"
    return here("cohorts.below", amount=high) if high else here("cohorts.from", amount=low or "")


def _begun(known: Sequence[Cohort]) -> list[Cohort]:
    """Cohorts that are what they say; all, where each of them may have begun before the data."""
    return [cohort for cohort in known if not cohort.left_truncated] or list(known)


def _grouped(known: Sequence[Cohort]) -> list[tuple[str, list[Cohort]]]:
    """By quarter where that makes few lines, else by year; the latest few."""
    for name in (lambda cohort: label(cohort.start, "quarter"), lambda cohort: cohort.start[:4]):
        groups = [(key, list(some)) for key, some in groupby(known, key=name)]
        if len(groups) <= _LINES:
            break
    return groups[-_LINES:]
