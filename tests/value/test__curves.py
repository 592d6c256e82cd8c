"""What is drawn between few times is what each would be told, and where it could not be, each is told."""

import numpy as np
import pytest

from shuke.value import _curves, _erlang
from shuke.value._alive import Alive


def customers(T, x):
    """Every T with every x, still there by MBG/CNBD-3."""
    T, x = (each.ravel().astype(float) for each in np.meshgrid(T, x))
    return Alive(0.7 + 3 * x, 6.0 + T, np.full(len(x), 0.9), 3.0 + x, np.zeros(len(x)))


@pytest.mark.parametrize("k", [2, 3, 8])
def test_a_curve_gives_the_answer_of_each_to_many_digits_at_a_part_of_the_work(k):
    asked, alive = [], customers(np.arange(0, 900, 3), [0, 2, 30])

    def answer(some):
        asked.append(len(some))
        return _erlang._purchases(some, 365.0, k, k - 1)

    drawn = _curves.along_alpha(alive, answer)
    assert drawn == pytest.approx(_erlang._purchases(alive, 365.0, k, k - 1), rel=1e-9)
    assert asked[0] == 3 * 32
    assert sum(asked) < len(alive) or k == 8


def test_what_is_not_smooth_and_whom_few_resemble_is_asked_one_by_one():
    alive = customers(np.arange(0, 300), [0, 1])
    jump = _curves.along_alpha(alive, lambda some: np.where(some.alpha > 100, 2.0, 1.0) * some.r)
    assert jump.tolist() == (np.where(alive.alpha > 100, 2.0, 1.0) * alive.r).tolist()
    few = customers([10, 20, 400], [0, 1, 2])
    assert _curves.along_alpha(few, lambda some: some.alpha).tolist() == few.alpha.tolist()


def test_nothing_ahead_is_nothing_of_everyone():
    assert not _curves.along_alpha(customers(np.arange(100), [1]), lambda some: np.zeros(len(some))).any()
