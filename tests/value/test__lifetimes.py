"""The integral behind every answer, against references of many digits, closed forms and differences."""

from dataclasses import fields

import numpy as np
import pytest
from scipy.special import hyp2f1

from shuke.value import _lifetimes
from shuke.value._lifetimes import Silence, log_leaving, log_odds_gone, log_staying
from shuke.value.ggompertz_nbd import GGompertzLifetime
from shuke.value.pareto_nbd import ParetoLifetime

# x, r, t_x, T, alpha, s, beta and the log odds of having left: by the Gaussian hypergeometric function in 60 digits
REFERENCES = [
    (0, 0.55, 0, 39, 10.6, 0.6, 11.7, 0.8525174209547261),
    (2, 0.55, 30.43, 38.86, 10.6, 0.6, 11.7, -1.905319481805625),
    (26, 0.55, 30.857, 31, 10.6, 0.6, 11.7, -6.161177528980213),
    (450, 0.6, 20, 30, 10, 0.6, 12, 123.1056484269296),
    (2000, 0.8, 280, 300, 0.3, 1.0, 100, 130.0436133658369),
    (2000, 0.8, 1, 300, 0.3, 1.0, 100, 10878.61212765651),
    (2000, 2, 299.984375, 300, 30, 0.3, 0.01, -11.01886634121332),
    (1, 0.01, 5, 39, 1000, 0.6, 0.1, 0.8982537475059376),
    (0, 0.3, 0, 1096, 2000, 1.0000001, 0.02, 11.0425068553404),
    (7, 0.5, 2, 1096, 0.01, 3, 5000, 39.26017104229171),
    (60, 9, 0.01, 300, 250, 40, 0.03, 411.310846679076),
    (3, 1, 10, 10.001, 4, 1, 9, -9.852051401900849),
    (5, 1, 9, 10, 7, 0.001, 7, -9.523396484041735),
    (5, 1, 30, 400, 7, 2000, 1000000.0, 10.89581915153622),
    (1, 0.002, 2**-13, 2**-12, 10000.0, 0.01, 2**-10, -6.855010658244586),
    (120, 4, 900, 1096, 20, 2, 20, 20.19155685875091),
]


def wide_grid(size=4000, seed=5):
    """Rows of x, r, t_x, T, alpha, s, beta, most of them far beyond what a fit meets."""
    rng = np.random.default_rng(seed)

    def log_uniform(low, high):
        return 10 ** rng.uniform(low, high, size)

    x = rng.choice([0, 0, 1, 1, 2, 3, 5, 8, 15, 30, 60, 120, 300, 700, 2000], size).astype(float)
    T, alpha = log_uniform(-2, 3.2), log_uniform(-2, 3)
    share = np.choose(rng.integers(0, 3, size), [rng.random(size), 1 - log_uniform(-6, 0), log_uniform(-4, 0)])
    beta = alpha * np.where(rng.random(size) < 0.6, log_uniform(-4, 4), log_uniform(-0.5, 0.5))
    s = np.choose(rng.integers(0, 5, size), [log_uniform(-2, 1), log_uniform(-2, 1), 1.0, 1 + 1e-7, log_uniform(1, 3)])
    return x, log_uniform(-2.5, 1.3), np.where(x > 0, share * T, 0.0), T, alpha, s, beta


def log_tail(k, t, alpha, s, beta):
    """Log of the integral from t on, by 2F1(a, b; c; z) = (1-z)^(1-b) 2F1(1, c-b; c; z), a = r+s+x, c = a + 1, which is
    finite where the direct call is infinite."""
    far, other = np.maximum(alpha, beta), np.where(alpha >= beta, s + 1, k)
    z = np.abs(alpha - beta) / (far + t)
    series = np.log(hyp2f1(1, k + s + 1 - other, k + s + 1, z)) + (1 - other) * np.log1p(-z)
    return np.log(s / (k + s)) + s * np.log(beta) + series - (k + s) * np.log(far + t)


def by_hypergeometric_functions(k, t_x, T, alpha, s, beta):
    now = -k * np.log(alpha + T) + s * np.log(beta / (beta + T))
    first, second = log_tail(k, t_x, alpha, s, beta), log_tail(k, T, alpha, s, beta)
    return first + np.log(-np.expm1(second - first)) - now, first, second


class TestOdds:
    def test_hard_cases_have_ten_digits(self):
        *columns, expected = np.array(REFERENCES).T
        x, r, t_x, T, alpha, s, beta = columns
        found = log_odds_gone(r + x, t_x, T, alpha, ParetoLifetime(s, beta))
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-10)

    def test_a_wide_grid_agrees_with_the_hypergeometric_functions(self):
        x, r, t_x, T, alpha, s, beta = wide_grid()
        found = log_odds_gone(r + x, t_x, T, alpha, ParetoLifetime(s, beta))
        assert np.isfinite(found[t_x < T]).all()
        expected, first, second = by_hypergeometric_functions(r + x, t_x, T, alpha, s, beta)
        # where little is left of their difference, and now and then elsewhere, it is they who lose digits
        good = np.isfinite(expected) & (second < first - 0.5)
        assert good.sum() > 2000
        apart = np.abs(found - expected)[good]
        assert np.quantile(apart, 0.999) < 1e-9
        assert apart.max() < 1e-7

    def test_more_points_change_nothing(self, monkeypatch):
        x, r, t_x, T, alpha, s, beta = wide_grid(2000, seed=6)
        with_few = log_odds_gone(r + x, t_x, T, alpha, ParetoLifetime(s, beta))
        monkeypatch.setattr(_lifetimes, "_POINTS", (48, 48, 64, 64, 96, 96, 128, 192, 256))
        with_many = log_odds_gone(r + x, t_x, T, alpha, ParetoLifetime(s, beta))
        assert with_few == pytest.approx(with_many, abs=1e-9)

    @pytest.mark.parametrize("beta", [1e-5, 0.3, 1.0, 1.7, 1e8])
    @pytest.mark.parametrize("b", [1e-5, 0.02, 0.3])
    def test_those_of_gompertz_lifetimes_do_not_either(self, monkeypatch, b, beta):
        x, r, t_x, T, alpha, s, _ = wide_grid(200, seed=7)
        life = GGompertzLifetime(b, np.minimum(s, 50), beta)
        with_few = log_odds_gone(r + x, t_x, T, alpha, life)
        monkeypatch.setattr(_lifetimes, "_POINTS", (48, 48, 64, 64, 96, 96, 128, 256, 320))
        assert with_few == pytest.approx(log_odds_gone(r + x, t_x, T, alpha, life), abs=2e-9)

    def test_alike_scales_have_a_closed_form(self):
        """alpha = beta: s/(k+s) ((alpha+T)^(k+s)/(alpha+t_x)^(k+s) - 1)."""
        k, t_x, T = np.array([0.5, 3.5, 900.5]), np.array([0.0, 12, 30]), np.array([39.0, 39, 30.5])
        expected = np.log(0.6 / (k + 0.6) * np.expm1((k + 0.6) * np.log((11 + T) / (11 + t_x))))
        assert log_odds_gone(k, t_x, T, 11.0, ParetoLifetime(0.6, 11.0)) == pytest.approx(expected, abs=1e-12)

    def test_who_was_seen_today_has_not_left(self):
        assert (
            log_odds_gone(np.array([3.0]), np.array([9.0]), np.array([9.0]), 4.0, ParetoLifetime(0.6, 11.0)) == -np.inf
        )


LIVES = [
    ParetoLifetime(0.6, 11.0),
    ParetoLifetime(3.0, 0.4),
    GGompertzLifetime(0.03, 0.6, 0.2),
    GGompertzLifetime(0.2, 2.0, 90.0),
]


class TestLifetimes:
    @pytest.mark.parametrize("life", LIVES)
    def test_slopes_are_those_of_differences(self, life):
        t, step = np.array([0.0, 0.5, 20.0, 90.0]), 1e-6
        names = [field.name for field in fields(life)]
        for question in ("log_survival", "log_density"):
            _, slopes = getattr(life, question)(t)
            for name, slope in zip(names, slopes, strict=True):
                ends = [
                    getattr(type(life)(**{**vars(life), name: getattr(life, name) * np.exp(side * step)}), question)(t)[
                        0
                    ]
                    for side in (-1, 1)
                ]
                assert slope == pytest.approx((ends[1] - ends[0]) / (2 * step), abs=1e-7)

    @pytest.mark.parametrize("life", LIVES)
    def test_hazard_and_decay_are_derivatives_in_time(self, life):
        t, step = np.array([0.5, 20.0, 90.0]), 1e-5
        survival, density = ([q(t + side)[0] for side in (-step, step)] for q in (life.log_survival, life.log_density))
        assert life.hazard(t) == pytest.approx((survival[0] - survival[1]) / (2 * step), abs=1e-8)
        assert life.decay(t) == pytest.approx((density[0] - density[1]) / (2 * step), abs=1e-8)
        assert life.log_density(t)[0] == pytest.approx(np.log(life.hazard(t)) + life.log_survival(t)[0])

    @pytest.mark.parametrize("life", LIVES)
    def test_what_is_left_after_a_while_is_a_lifetime_of_the_same_kind(self, life):
        T, t = np.array([0.0, 3.0, 50.0]), np.array([1.0, 20.0, 70.0])
        left = life.after(T).log_survival(t)[0]
        assert left == pytest.approx(life.log_survival(T + t)[0] - life.log_survival(T)[0])

    def test_gompertz_without_growth_is_pareto(self):
        t = np.array([0.0, 3.0, 50.0, 1000.0])
        pareto, gompertz = ParetoLifetime(0.6, 11.0), GGompertzLifetime(1e-9, 0.6, 11e-9)
        assert gompertz.log_survival(t)[0] == pytest.approx(pareto.log_survival(t)[0], abs=1e-6)
        assert gompertz.log_density(t)[0] == pytest.approx(pareto.log_density(t)[0], abs=1e-6)

    def test_nothing_overflows_in_old_age(self):
        life, t = GGompertzLifetime(5.0, 0.6, 1e9), np.array([0.0, 1e3, 1e6])
        for question in ("log_survival", "log_density"):
            value, slopes = getattr(life, question)(t)
            assert np.isfinite([value, *slopes]).all()


class TestSplit:
    """Likelihoods tell the integral from t_x to T as one from t_x on, less one from T on."""

    @pytest.mark.parametrize("life", LIVES)
    def test_leaving_and_staying_are_one_plus_the_odds(self, life):
        k, t_x, T = np.array([0.5, 3.5, 40.5]), np.array([0.0, 12, 38]), np.array([39.0, 39, 39])
        there = -k * np.log(7.0 + T) + life.log_survival(T)[0]
        both = np.logaddexp(log_leaving(k, t_x, 60.0, 7.0, life)[0], log_staying(k, T, 60.0, 7.0, life)[0])
        assert both - there == pytest.approx(np.logaddexp(0, log_odds_gone(k, t_x, T, 7.0, life)), abs=1e-10)

    @pytest.mark.parametrize("life", LIVES)
    @pytest.mark.parametrize("question", [log_leaving, log_staying])
    def test_their_slopes_are_those_of_differences(self, life, question):
        k, t, step = np.array([0.5, 3.5, 40.5]), np.array([0.0, 12, 38]), 1e-6
        _, slopes = question(k, t, 60.0, 7.0, life)

        def change(ends):
            return (ends[1] - ends[0]) / (2 * step)

        sides = (-step, step)
        assert slopes[0] == pytest.approx(
            change([question(k + side, t, 60.0, 7.0, life)[0] for side in sides]), rel=1e-6
        )
        by_alpha = change([question(k, t, 60.0, 7.0 * np.exp(side), life)[0] for side in sides])
        assert slopes[1] == pytest.approx(by_alpha, rel=1e-6, abs=1e-6)
        for place, name in enumerate(field.name for field in fields(life)):
            moved = [type(life)(**{**vars(life), name: getattr(life, name) * np.exp(side)}) for side in sides]
            by_own = change([question(k, t, 60.0, 7.0, other)[0] for other in moved])
            assert slopes[2 + place] == pytest.approx(by_own, rel=1e-5, abs=1e-6)

    def test_where_time_ends_nobody_can_leave_any_more(self):
        log, _ = log_leaving(np.array([2.0]), np.array([9.0]), 9.0, 4.0, ParetoLifetime(0.6, 11.0))
        there, _ = log_staying(np.array([2.0]), np.array([9.0]), 9.0, 4.0, ParetoLifetime(0.6, 11.0))
        assert log == -np.inf
        assert there == pytest.approx(-2 * np.log(13) + 0.6 * np.log(11 / 20))

    def test_a_row_asked_alone_answers_as_in_a_crowd(self):
        x, r, t_x, T, alpha, s, beta = wide_grid(300, seed=8)
        together = log_odds_gone(r + x, t_x, T, alpha, ParetoLifetime(s, beta))
        of = Silence(r + x, t_x, T, alpha, ParetoLifetime(s, beta))
        for row in range(0, 300, 37):
            one = _lifetimes.rows_of(of, slice(row, row + 1))
            assert log_odds_gone(one.k, one.low, one.high, one.alpha, one.life)[0] == pytest.approx(together[row])
