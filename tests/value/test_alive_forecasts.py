"""P(alive) over what the parameters may be: close to drawing them, whatever the model."""

from dataclasses import replace

import numpy as np
import pytest

from shuke.value import alive
from shuke.value.alive import mean_alive
from shuke.value.bgnbd import BGNBD, BGNBDParams
from shuke.value.covariates import CovariateEffects
from shuke.value.drawing import covariance_of, params_at, point_of
from shuke.value.futures import kind_of
from shuke.value.ggompertz_nbd import GGompertzNBD, GGompertzNBDParams
from shuke.value.histories import read_histories
from shuke.value.mbgcnbdk import MBGCNBDk, MBGCNBDkParams
from shuke.value.mbgnbd import MBGNBD, MBGNBDParams
from shuke.value.naive import NaiveRate
from shuke.value.pareto_nbd import ParetoNBD, ParetoNBDParams

SEEN = {
    "x": np.array([0, 0, 0, 1, 1, 3, 3, 8, 8, 200]),
    "t_x": np.array([0, 0, 0, 2, 35, 30, 38, 20, 38, 38]),
    "T": np.array([0, 5, 39, 39, 39, 39, 45, 39, 39, 39]),
    "old": np.tile([0.0, 1.0], 5),
}


def spread(size, scale=1.0):
    return tuple(tuple(row) for row in (scale * (0.02 * np.eye(size) + 0.01)).tolist())


PARETO = ParetoNBDParams(r=0.8, alpha=6.0, s=0.6, beta=15.0, covariance=spread(4))
EFFECTS = CovariateEffects(("old",), ("alpha", "beta"), ((0.7,), (-0.5,)), (0.5,), covariance=spread(6))
MODELS = {
    "BG/NBD": BGNBD.from_params(BGNBDParams(r=0.6, alpha=5.0, a=0.8, b=3.0, covariance=spread(4))),
    "MBG/NBD": MBGNBD.from_params(MBGNBDParams(r=0.6, alpha=5.0, a=0.8, b=3.0, covariance=spread(4))),
    "MBG/CNBD-3": MBGCNBDk.from_params(MBGCNBDkParams(k=3, r=0.6, alpha=2.0, a=0.8, b=3.0, covariance=spread(4))),
    "Pareto/NBD": ParetoNBD.from_params(PARETO),
    "GGompertz/NBD": GGompertzNBD.from_params(
        GGompertzNBDParams(r=0.8, alpha=6.0, b=0.03, s=0.5, beta=0.6, covariance=spread(5))
    ),
    "with covariates": ParetoNBD.from_params(replace(PARETO, effects=EFFECTS)),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_mean_over_the_parameters_is_close_to_drawing_them(name):
    model = MODELS[name]
    names, params = kind_of(model).parameters, model.params_
    points = np.random.default_rng(5).multivariate_normal(point_of(params, names), covariance_of(params), 400)
    drawn = [type(model).from_params(params_at(params, names, point)).probability_alive(SEEN) for point in points]
    seen = read_histories(SEEN, covariates=("old",) if name == "with covariates" else ())
    assert mean_alive(model, seen) == pytest.approx(np.mean(drawn, axis=0), abs=0.02)


@pytest.mark.parametrize("name", ["BG/NBD", "MBG/NBD", "MBG/CNBD-3"])
def test_the_closed_form_and_differences_say_the_same(name):
    model, seen = MODELS[name], read_histories({key: SEEN[key] for key in ("x", "t_x", "T")})
    odds, variance = alive._by_differences(model, seen, covariance_of(model.params_))
    known, slopes = alive._ODDS[type(model)](model.params_, seen)
    assert odds == pytest.approx(known)
    assert variance[known > -30] == pytest.approx(
        np.einsum("in,ij,jn->n", slopes, covariance_of(model.params_), slopes)[known > -30], rel=0.01
    )


def test_what_is_known_well_enough_is_taken_as_estimated():
    model = ParetoNBD.from_params(replace(PARETO, covariance=spread(4, 1e-6)))
    assert mean_alive(model, read_histories(SEEN)) == pytest.approx(model.probability_alive(SEEN), abs=1e-9)


@pytest.mark.parametrize("model", [NaiveRate().fit(SEEN), BGNBD.from_params(BGNBDParams(0.6, 5.0, 0.8, 3.0))])
def test_where_no_spread_is_known_it_is_the_estimate(model):
    assert np.array_equal(mean_alive(model, read_histories(SEEN)), model.probability_alive(SEEN))
