"""From values to places: round ticks, and a straight scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shuke.ui.charts._drawing import Write

_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale from values low … high to places start … end, with ticks on round values."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """Where a value stands."""
        if self.high == self.low:
            return self.start
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def scale(
    values: Iterable[float], start: float, end: float, write: Write, *, zero: bool = True, many: int = 5
) -> Scale:
    """A scale that holds all values between round ticks.

    zero: it starts at zero, as bars and areas must. many: about how many ticks. Ticks that would be written alike
    (0.5 and 1 in whole numbers) are taken further apart.

    >>> scale([3, 17], 0, 100, str).ticks
    (0, 5, 10, 15, 20)
    """
    known = [value for value in values if math.isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=0.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        low, high = (low, low + 1) if zero and low == 0 else (low - abs(low) / 2, low + (abs(low) / 2 or 1))
    for step in _steps((high - low) / many):
        ticks = _ticks(low, high, step)
        texts = [write(tick) for tick in ticks]
        if len(set(texts)) == len(texts):
            break
    return Scale(ticks[0], ticks[-1], start, end, ticks)


def _steps(least: float) -> Iterator[float]:
    """Round steps from the least up: 1, 2 and 5 times powers of ten."""
    power = math.floor(math.log10(least))
    while True:
        for factor in _STEPS[:-1]:
            step = factor * 10.0**power
            if step >= least * (1 - 1e-9):
                yield step
        power += 1


def _ticks(low: float, high: float, step: float) -> tuple[float, ...]:
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    digits = max(0, -math.floor(math.log10(step)))
    return tuple(_round(index * step, digits) for index in range(first, last + 1))


def _round(value: float, digits: int) -> float:
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded
