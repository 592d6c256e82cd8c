"""What customers may be ranked by: columns of the scores, and money of any number of months."""

from __future__ import annotations

import re

MEASURES = (
    "current_value_minor",
    "margin_minor",
    "historic_value_minor",
    "current_spend_minor",
    "spend_minor",
    "clv_minor",
    "value_total_minor",
)
"""Of the last 12 months, of all time, or expected; a run has them at hand."""
FORECASTS = ("clv_minor", "value_total_minor")
"""Those that rest on a forecast."""
MOST_MONTHS = 120
_OF_PERIOD = re.compile(r"(margin|spend)_([1-9][0-9]{0,2})_months_minor")


def period_of(measure: str) -> tuple[str, int] | None:
    """What is summed up and over how many months, where the measure's name says so.

    >>> period_of("margin_6_months_minor"), period_of("spend_24_months_minor"), period_of("clv_minor")
    (('margin', 6), ('spend', 24), None)
    """
    found = _OF_PERIOD.fullmatch(measure)
    if found is None or int(found[2]) > MOST_MONTHS:
        return None
    return found[1], int(found[2])


def period_measure(of: str, months: int) -> str:
    """The name of a measure over a period; for 12 months that of the column which is there anyway.

    >>> period_measure("margin", 6), period_measure("spend", 12)
    ('margin_6_months_minor', 'current_spend_minor')
    """
    if months == 12:
        return {"margin": "current_value_minor", "spend": "current_spend_minor"}[of]
    return f"{of}_{months}_months_minor"


def is_measure(name: str) -> bool:
    """Whether customers may be ranked by it."""
    return name in MEASURES or period_of(name) is not None
