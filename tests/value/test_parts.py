"""Intervals of mixtures: one simulation, in which each draw is one member's."""

import numpy as np
import pytest

from shuke.value import (
    BGNBD,
    NBD,
    Afresh,
    BGNBDParams,
    GammaGamma,
    GammaGammaParams,
    MBGCNBDk,
    MBGCNBDkParams,
    NBDParams,
    ParetoNBD,
    ParetoNBDParams,
    Stacked,
    parts,
    read_histories,
    value_interval,
)

LEADING = {
    "at a purchase": BGNBD.from_params(BGNBDParams(r=0.243, alpha=4.414, a=0.793, b=2.426)),
    "in time": ParetoNBD.from_params(ParetoNBDParams(r=0.553, alpha=10.578, s=0.606, beta=11.669)),
    "regular": MBGCNBDk.from_params(MBGCNBDkParams(k=2, r=0.5, alpha=3.0, a=0.9, b=2.0)),
}
STAYING = NBD.from_params(NBDParams(r=0.4, alpha=14.0))
SPEND = GammaGamma.from_params(GammaGammaParams(p=6.25, q=3.74, gamma=15.4, mean_spend=35.1))
SEEN = {"x": [0, 2, 6, 6, 26], "t_x": [0, 30.0, 37.0, 12.0, 30.86], "T": [38.9, 38.9, 38.9, 38.9, 31.0]}
ASKED = {"horizon": 39.0, "rate": 0.002}


def _mixture(leading, weights=(0.6, 0.3, 0.1), beat=()):
    return Stacked.of((leading, STAYING, Afresh(leading), *beat), weights)


MIXTURES = {kind: _mixture(leading) for kind, leading in LEADING.items()} | {
    "in time, with a beat": _mixture(LEADING["in time"], (0.3, 0.2, 0.1, 0.4), [LEADING["regular"]]),
    "a beat alone": _mixture(LEADING["at a purchase"], (0.0, 0.0, 0.0, 1.0), [LEADING["regular"]]),
    "very regular": _mixture(
        LEADING["at a purchase"],
        (0.3, 0.0, 0.0, 0.7),
        [MBGCNBDk.from_params(MBGCNBDkParams(k=6, r=2.8, alpha=2.0, a=0.3, b=20.0))],
    ),
}


@pytest.mark.parametrize("kind", MIXTURES)
def test_ends_of_a_mixture_leave_as_much_outside_as_they_are_to(kind):
    model = MIXTURES[kind]
    found = value_interval(model, SPEND, SEEN, **ASKED, level=0.9, draws=1_500)
    chances = np.array([model.probability_of_purchases(SEEN, n, 39.0) for n in range(200)])
    below = np.vstack([np.zeros(len(found.count_low)), np.cumsum(chances, axis=0)])
    rows = np.arange(len(found.count_low))
    assert (below[found.count_low.astype(int), rows] <= 0.05 + 0.02).all()
    assert (below[found.count_high.astype(int) + 1, rows] >= 0.95 - 0.02).all()
    # and no wider than they need to be: one count less at the upper end would hold too little
    assert (below[np.maximum(found.count_high.astype(int) - 1, 0), rows] <= 0.95 + 0.02).all()


def test_with_all_weight_on_the_first_the_interval_is_its_own():
    alone = value_interval(LEADING["at a purchase"], SPEND, SEEN, **ASKED)
    mixed = value_interval(_mixture(LEADING["at a purchase"], (1, 0, 0)), SPEND, SEEN, **ASKED)
    for name in ("count_low", "count_high", "factor_low", "factor_high"):
        assert getattr(mixed, name).tolist() == getattr(alone, name).tolist()


def test_a_member_that_keeps_a_beat_is_parted_by_the_events_past_whose_chances_sum_to_that_of_being_there():
    regular = LEADING["regular"]
    model = _mixture(LEADING["in time"], (0.3, 0.2, 0.1, 0.4), [regular])
    made, seen = parts.parts_of(model, 39.0, 200, np.random.default_rng(0)), read_histories(SEEN)
    assert [part.past for part in made] == [None, None, None, 0, 1]
    mass = parts.masses(made, seen).T
    assert mass[3:].sum(axis=0) == pytest.approx(0.4 * regular.probability_alive(SEEN))
    assert mass[4] / mass[3] == pytest.approx(np.divide(*regular.phases(SEEN).T[::-1]))
    assert mass[:, 0].sum() <= 1


def test_a_doubt_reaches_the_silent_more_than_the_sure():
    alone = value_interval(LEADING["at a purchase"], SPEND, SEEN, **ASKED)
    mixed = value_interval(_mixture(LEADING["at a purchase"]), SPEND, SEEN, **ASKED)
    assert alone.count_high[3] == 0 < mixed.count_high[3]
    assert mixed.factor_high[3] > alone.factor_high[3] == 0


def test_an_answer_does_not_change_with_the_rows_around_it():
    model = _mixture(LEADING["in time"])
    every = value_interval(model, SPEND, SEEN, **ASKED)
    one = value_interval(model, SPEND, {name: column[2:3] for name, column in SEEN.items()}, **ASKED)
    assert one.factor_high[0] == pytest.approx(every.factor_high[2])
