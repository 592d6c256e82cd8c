"""How sure is a total? From how far earlier totals were off, since the customers' own chance is far too narrow there.

The luck of thousands of customers cancels out; what is left is what moves them all: seasons, prices, a new competitor,
a model that does not fit. None of it shows in any customer's interval, and all of it in the errors of past forecasts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

FEWEST_ORIGINS = 3
LEVEL = 0.90
_LEAST_ERROR = 1e-4  # of a log: an interval of no width says more than a few origins can know


@dataclass(frozen=True)
class TotalInterval:
    """Between which shares of the forecast the total will lie, with chance `level`; from `origins` errors."""

    low: float
    high: float
    level: float
    origins: int

    def around(self, forecast_minor: int) -> tuple[int, int]:
        """The interval around a forecast total in minor units; around a loss it lies the other way round.

        >>> TotalInterval(0.9, 1.1, 0.9, 5).around(1000)
        (900, 1100)
        """
        ends = sorted((forecast_minor * self.low, forecast_minor * self.high))
        return round(ends[0]), round(ends[1])


def total_interval(
    errors: Sequence[float],
    *,
    independent: float | None = None,
    stretch: float = 1.0,
    drift: float = 0.0,
    level: float = LEVEL,
) -> TotalInterval | None:
    """Between which shares of its forecast will a total lie, given how far earlier ones were off?

    `errors` are log(actual / forecast), one an origin; None for fewer than 3 of them. Errors are taken to scatter
    around no error (a forecast that was always low widens the interval upwards and downwards, and is not moved), and
    the next one is of their kind: t times their root mean square, t with as many degrees of freedom as there are
    `independent` errors. Origins whose stretches overlap err alike, so they count for less than their number; say for
    how many (default: all of them). `stretch`: how much farther the total looks than the tested ones did; errors are
    taken to grow with its root, as those of a wandering level do. `drift`: by how much, in logs, the forecast itself
    moved when it was learned anew; it widens the interval as an error of its own would.

    >>> found = total_interval([0.02, -0.05, 0.04])
    >>> round(found.low, 3), round(found.high, 3)
    (0.913, 1.095)
    """
    if len(errors) < FEWEST_ORIGINS:
        return None
    spread = max(math.sqrt(sum(error**2 for error in errors) / len(errors)), _LEAST_ERROR)
    freedom = max(1.0, min(float(len(errors)), independent or float(len(errors))))
    reach = math.hypot(float(stdtrit(freedom, (1 + level) / 2)) * spread * math.sqrt(max(stretch, 1.0)), drift)
    return TotalInterval(math.exp(-reach), math.exp(reach), level, len(errors))


def log_error(actual: float, forecast: float) -> float | None:
    """log(actual / forecast); None where either is not above 0."""
    return math.log(actual / forecast) if actual > 0 and forecast > 0 else None
