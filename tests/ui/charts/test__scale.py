"""Round ticks."""

from __future__ import annotations

import pytest

from shuke.ui.charts import plain
from shuke.ui.charts._scale import scale


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0, 97], (0, 20, 40, 60, 80, 100)),
        ([1_234_567], (0, 500_000, 1_000_000, 1_500_000)),
        ([-30, 70], (-40, -20, 0, 20, 40, 60, 80)),
        ([0.003, 0.011], (0, 0.005, 0.01, 0.015)),
    ],
)
def test_ticks_are_one_two_or_five_times_a_power_of_ten(values: list[float], ticks: tuple[float, ...]) -> None:
    assert scale(values, 0, 100, plain if max(values) > 1 else str).ticks == ticks


def test_ticks_that_would_be_written_alike_move_apart() -> None:
    assert scale([0, 2], 0, 100, lambda value: f"{value:.0f}").ticks == (0, 1, 2)


def test_a_value_stands_in_proportion_between_the_ends() -> None:
    axis = scale([0, 100], 200, 0, str)
    assert (axis.at(0), axis.at(25), axis.at(100)) == (200, 150, 0)


@pytest.mark.parametrize("values", [[], [0], [0, 0], [5], [-5], [float("nan")], [float("inf"), 3]])
def test_a_scale_has_room_even_for_one_value_or_none(values: list[float]) -> None:
    axis = scale(values, 0, 100, str)
    assert axis.low < axis.high


def test_a_scale_need_not_start_at_zero() -> None:
    assert scale([102, 108], 0, 100, str, zero=False).ticks == (102, 104, 106, 108)
