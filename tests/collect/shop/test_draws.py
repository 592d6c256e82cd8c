"""Numbers that belong to what they are drawn for."""

from __future__ import annotations

import numpy as np
from scipy import stats

from shuke.collect.shop.draws import below, chosen, exponential, happens, normal, one_of, root, uniform

KEYS = below(root(3), np.arange(20_000), "customer")


def test_draws_are_as_uniform_and_as_normal_as_they_say() -> None:
    for purpose in ("a", "b"):
        assert stats.kstest(uniform(KEYS, purpose), "uniform").pvalue > 0.001
        assert stats.kstest(normal(KEYS, purpose), "norm").pvalue > 0.001
        assert stats.kstest(exponential(KEYS, purpose), "expon").pvalue > 0.001


def test_draws_for_two_purposes_and_of_neighbours_know_nothing_of_each_other() -> None:
    one, other = normal(KEYS, "one"), normal(KEYS, "other")
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.03
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.03
    lines = below(KEYS, np.arange(len(KEYS)))
    assert abs(np.corrcoef(normal(lines, "one"), one)[0, 1]) < 0.03


def test_no_two_things_share_a_key() -> None:
    lines = below(np.repeat(KEYS, 5), np.tile(np.arange(5), len(KEYS)), "line")
    assert len(np.unique(np.concatenate([KEYS, lines]))) == 6 * len(KEYS)


def test_choices_come_as_often_as_their_weights() -> None:
    weights = np.array([1.0, 0.0, 3.0])
    counted = np.bincount(chosen(KEYS, "choice", weights), minlength=3) / len(KEYS)
    assert counted[1] == 0
    assert abs(counted[2] - 0.75) < 0.02
    rows = np.tile(weights, (len(KEYS), 1))
    assert (chosen(KEYS, "choice", rows) == chosen(KEYS, "choice", weights)).all()
    assert set(one_of(KEYS, "one", 4)) == {0, 1, 2, 3}
    assert abs(happens(KEYS, "chance", 0.1).mean() - 0.1) < 0.01
