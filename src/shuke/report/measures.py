"""What customers are ranked by, in words."""

from __future__ import annotations

from shuke.kit.text import say
from shuke.tables import period_of


def measure_name(measure: str, language: str) -> str:
    """The name of a measure (`tables.MEASURES`, or money of a number of months) in the language.

    >>> measure_name("clv_minor", "en"), measure_name("margin_6_months_minor", "en")
    ('customer lifetime value', 'margin of the last 6 months')
    """
    period = period_of(measure)
    if period is None:
        return say(f"measure.{measure}", language)
    return say(f"measure.{period[0]}_months", language, months=period[1])
