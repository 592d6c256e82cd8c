"""Several models in one forecast."""

import dataclasses
import json

import numpy as np
import pytest
from scipy.special import logsumexp

from shuke.kit.errors import InputError
from shuke.value import (
    BGNBD,
    NBD,
    Afresh,
    BGNBDParams,
    MBGCNBDk,
    MBGCNBDkParams,
    NBDParams,
    Stacked,
    stacking_weights,
)

LEAVING = BGNBD.from_params(BGNBDParams(r=0.243, alpha=4.414, a=0.793, b=2.426))
STAYING = NBD.from_params(NBDParams(r=0.4, alpha=14.0))
PARTS = (LEAVING, STAYING, Afresh(LEAVING))
WEIGHTS = (0.7, 0.25, 0.05)
REGULAR = MBGCNBDk.from_params(MBGCNBDkParams(k=3, r=0.4, alpha=2.0, a=0.6, b=3.0))
MIXTURES = {"doubts": (PARTS, WEIGHTS), "a beat as well": ((*PARTS, REGULAR), (0.5, 0.2, 0.05, 0.25))}
SEEN = {"x": [0, 2, 10], "t_x": [0, 30.0, 12.0], "T": [38.9, 38.9, 39.0]}
QUESTIONS = {
    "probability_alive": (),
    "expected_purchases": (39.0,),
    "discounted_purchases": (39.0, 0.01),
    "residual_purchases": (0.01,),
    "expected_lifetime": (39.0,),
}


@pytest.mark.parametrize(("parts", "weights"), MIXTURES.values(), ids=MIXTURES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_means_are_the_members_means_by_their_weights(question, parts, weights):
    model = Stacked.of(parts, weights)
    answers = [getattr(part, question)(SEEN, *QUESTIONS[question]) for part in parts]
    assert getattr(model, question)(SEEN, *QUESTIONS[question]) == pytest.approx(np.array(weights) @ np.array(answers))


@pytest.mark.parametrize(("parts", "weights"), MIXTURES.values(), ids=MIXTURES)
def test_chances_mix_and_sum_to_one(parts, weights):
    model, counts = Stacked.of(parts, weights), np.array([0, 3, 1])
    logs = [part.log_probability_of_purchases(SEEN, counts, 39) for part in parts]
    mixed = logsumexp(np.array(logs), axis=0, b=np.array(weights)[:, None])
    assert model.log_probability_of_purchases(SEEN, counts, 39) == pytest.approx(mixed)
    assert sum(model.probability_of_purchases(SEEN, n, 39) for n in range(300)) == pytest.approx(np.ones(3))
    means = [part.expected_purchases_new(39) for part in parts]
    assert model.expected_purchases_new(39) == pytest.approx(np.dot(weights, means))


def test_with_all_weight_on_the_first_it_is_the_first():
    model = Stacked.of(PARTS, (1, 0, 0)).paced(SEEN, 39)
    assert model.params_.pace == 1
    assert model.expected_purchases(SEEN, 39).tolist() == LEAVING.expected_purchases(SEEN, 39).tolist()
    assert model.next_purchase_due(SEEN) == pytest.approx(LEAVING.next_purchase_due(SEEN))


def test_the_day_due_lies_between_the_members_days():
    due = Stacked.of(PARTS, WEIGHTS).next_purchase_due(SEEN)
    days = np.array([part.next_purchase_due(SEEN) for part in PARTS])
    assert (days.min(axis=0) <= due).all()
    assert (due <= days.max(axis=0)).all()


def test_a_pace_lets_time_run_and_the_total_meets_half_way():
    model = Stacked.of(PARTS, WEIGHTS).paced(SEEN, 39)
    leading, mixed = (float(one.expected_purchases(SEEN, 39).sum()) for one in (LEAVING, Stacked.of(PARTS, WEIGHTS)))
    assert model.params_.pace == pytest.approx(np.sqrt(leading / mixed))
    assert leading < model.expected_purchases(SEEN, 39).sum() < mixed
    plain = Stacked.of(PARTS, WEIGHTS)
    assert model.expected_purchases(SEEN, 39) == pytest.approx(plain.expected_purchases(SEEN, 39 * model.params_.pace))
    assert model.next_purchase_due(SEEN) == pytest.approx(plain.next_purchase_due(SEEN) / model.params_.pace)
    # what is counted off a day later is counted off the same, however fast the members count
    assert model.discounted_purchases(SEEN, 39, 1e-9) == pytest.approx(model.expected_purchases(SEEN, 39))


def test_a_fit_fits_the_members_and_keeps_the_weights():
    rng = np.random.default_rng(8)
    T = rng.integers(50, 200, 3_000).astype(float)
    x = rng.poisson(rng.gamma(0.8, 1 / 40, len(T)) * T).astype(float)
    seen = {"x": x, "t_x": np.where(x > 0, T * x / (x + 1), 0), "T": T}
    leaving = BGNBD()
    model = Stacked((leaving, NBD(), Afresh(leaving)), WEIGHTS, horizon=60.0).fit(seen)
    assert model.params_.weights == WEIGHTS
    assert model.params_.members[1] == NBD().fit(seen).params_
    assert model.params_.members[0] == model.params_.members[2] == BGNBD().fit(seen).params_
    assert model.params_.customers == 3_000
    json.dumps(dataclasses.asdict(model.params_))
    with_beat = Stacked((leaving, NBD(), Afresh(leaving), MBGCNBDk(2)), (0.6, 0.1, 0.1, 0.2)).fit(seen)
    assert with_beat.params_.members[:3] == model.params_.members
    assert with_beat.params_.members[3] == MBGCNBDk(2).fit(seen).params_


def test_who_starts_afresh_is_as_a_new_customer_whatever_came_before():
    new = {"x": [0], "t_x": [0], "T": [0]}
    for question, asked in QUESTIONS.items():
        answers = getattr(Afresh(LEAVING), question)(SEEN, *asked)
        assert answers == pytest.approx(np.repeat(getattr(LEAVING, question)(new, *asked), 3))
    logs = Afresh(LEAVING).log_probability_of_purchases(SEEN, [1, 0, 1], 39)
    assert logs[0] == logs[2] == pytest.approx(LEAVING.log_probability_of_purchases(new, [1], 39)[0])
    with pytest.raises(InputError, match="one per history"):
        Afresh(LEAVING).log_probability_of_purchases(SEEN, [1], 39)


def test_weights_are_those_by_which_the_mixture_foresees_best():
    rng = np.random.default_rng(5)
    customers, logs = rng.integers(1, 9, 500).astype(float), np.log(rng.random((500, 3)))
    weights = stacking_weights(logs, customers)
    assert weights.sum() == pytest.approx(1)

    def score(w):
        return customers @ logsumexp(logs, axis=1, b=w)

    for step in rng.dirichlet([1, 1, 1], 50):
        assert score(0.99 * weights + 0.01 * step) <= score(weights) + 1e-6


def test_a_model_that_is_never_better_gets_no_weight_and_equals_share():
    one = np.log([[0.6], [0.3]])
    assert stacking_weights(np.hstack([one, one - 1]), np.ones(2)) == pytest.approx([1, 0], abs=1e-5)
    assert stacking_weights(np.hstack([one, one]), np.ones(2)) == pytest.approx([0.5, 0.5])
    assert np.isfinite(stacking_weights(np.array([[-900.0, -1200.0]]), np.ones(1))).all()


@pytest.mark.parametrize("weights", [(0.5, 0.5), (0.5, 0.6, 0.1), (1.2, -0.2, 0.0)])
def test_weights_that_are_none_are_refused(weights):
    with pytest.raises(InputError, match="summing to 1"):
        Stacked.of(PARTS, weights)
