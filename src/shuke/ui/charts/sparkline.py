"""A line small enough for a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shuke.ui.charts._drawing import near

WIDTH, HEIGHT = 84, 20


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The path of a line through the known values, and the place of the last, None without any."""

    d: str
    last: tuple[float, float] | None


def sparkline(values: Sequence[float | None]) -> Sparkline:
    """Lay values out in 84 × 20 units; gaps are passed over, and an even line runs in the middle.

    >>> sparkline([0, 10]).d
    'M3 17L81 3'
    >>> sparkline([]).last is None
    True
    """
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    if not known:
        return Sparkline("", None)
    low, high = min(value for _, value in known), max(value for _, value in known)
    step = (WIDTH - 6) / max(len(values) - 1, 1)
    places = [
        (
            near(3 + index * step),
            near(HEIGHT / 2 if high == low else HEIGHT - 3 - (value - low) / (high - low) * (HEIGHT - 6)),
        )
        for index, value in known
    ]
    return Sparkline("M" + "L".join(f"{x} {y}" for x, y in places), places[-1])
