"""What Pareto/NBD and GGompertz/NBD share: everything but how long customers stay."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit

from shuke.kit.errors import InputError
from shuke.value._in_time_futures import active_time, log_chance_if_alive
from shuke.value._in_time_likelihood import Population, columns_of, learned, nothing_learned
from shuke.value._lifetimes import Lifetime, log_odds_gone
from shuke.value.fitting import Coordinates, checked
from shuke.value.histories import FloatArray, Histories, distinct_rows, read_histories, whole_counts

FEW_REPEAT_BUYERS = 30
_CHUNK = 1 << 13


class LeavingInTime(ABC):
    """Customers buy at random, each at a steady rate of their own, until they leave, unseen, at a time of their own.

    Unlike in BG/NBD they may leave at any time, so one-time buyers can have left too. Times and horizons are in one
    unit, any: the unit of ``t_x`` and ``T``. Where ``covariates`` are named, every table asked about has those columns.
    """

    params_: Any
    _life: ClassVar[type[Lifetime]]
    _params: ClassVar[type[Any]]
    _sought: ClassVar[Coordinates]
    _unknown: ClassVar[tuple[float, ...]]
    """The lifetime's parameters where nothing can be estimated, in units of all the time seen."""

    def __init__(self, *, covariates: Sequence[str] = (), few_repeat_buyers: int = FEW_REPEAT_BUYERS) -> None:
        self.covariates = covariates
        self.few_repeat_buyers = few_repeat_buyers

    @classmethod
    def from_params(cls, params: Any) -> Self:
        """A model with parameters known from elsewhere: published, or kept from an earlier run.

        >>> from shuke.value.pareto_nbd import ParetoNBD, ParetoNBDParams
        >>> model = ParetoNBD.from_params(ParetoNBDParams(r=0.5533, alpha=10.578, s=0.6062, beta=11.669))
        >>> round(model.expected_purchases_new(52), 3)
        1.474
        """
        model = cls(covariates=params.effects.names if params.effects else ())
        model.params_ = params
        return model

    def fit(self, histories: object) -> Self:
        """Learn how customers differ, by maximum likelihood over grouped histories (x, t_x, T[, customers]).

        Odd data is never refused; ``params_.notes`` says what was met and done:

        - ``no_repeat_purchases``: nobody came back. Not estimated: half a purchase over all time, and lives as long;
        - ``too_few_repeat_buyers``: fewer than ``few_repeat_buyers``; estimated, but better not relied on;
        - ``no_dropout_detected``: leaving explains the data no better than staying does; how long customers stay is
          then only a lower guess;
        - ``purchase_rates_alike``, ``dropout_alike``: customers differ in it by less than a tenth of its mean;
        - ``weakly_known``: the likelihood is flat in some direction; forecasts hold better than single parameters;
        - ``not_converged``: the slope is not flat at the end; refit or use `shuke.value.naive.NaiveRate`.

        Raises InputError for missing columns or impossible histories, nothing else.
        """
        grouped = read_histories(histories, covariates=tuple(self.covariates)).grouped()
        if grouped.customers @ grouped.x > 0:
            parameters, told = learned(grouped, self._life, self._sought, self.few_repeat_buyers)
        else:
            parameters, told = nothing_learned(grouped, self._life, self._unknown)
        self.params_ = self._params(*parameters, **told)
        return self

    def probability_alive(self, histories: object) -> FloatArray:
        """What is the chance that each customer is still active now? Shape (n,), in [0, 1].

        >>> from shuke.value.pareto_nbd import ParetoNBD, ParetoNBDParams
        >>> model = ParetoNBD.from_params(ParetoNBDParams(r=0.5533, alpha=10.578, s=0.6062, beta=11.669))
        >>> model.probability_alive({"x": [2, 0], "t_x": [30.43, 0], "T": [38.86, 38.86]}).round(2).tolist()
        [0.87, 0.3]
        """
        return np.asarray(expit(-self._log_odds_gone(self._read(histories))))

    def expected_lifetime(self, histories: object, horizon: float) -> FloatArray:
        """How much of the next ``horizon`` will each customer still be active? In time, shape (n,), 0 to ``horizon``.

        P(alive) times the restricted mean of the time left: the integral of S(T+s)/S(T) over s ≤ horizon.
        """
        checked(horizon, "horizon", least=0)
        read = self._read(histories)
        return self.probability_alive(read) * self._time(read, horizon, 0.0)

    def expected_purchases(self, histories: object, horizon: float) -> FloatArray:
        """How many purchases will each customer make within ``horizon`` units of time from now? Shape (n,).

        The mean rate (r+x)/(alpha+T), which given that one is alive knows nothing of dropout, times
        `expected_lifetime`.
        """
        return self.discounted_purchases(histories, horizon, 0.0)

    def discounted_purchases(self, histories: object, horizon: float, rate: float) -> FloatArray:
        """As `expected_purchases`, each purchase at time s from now counted exp(-rate * s). Shape (n,).

        ``rate`` is continuous, per unit of time: log(1.1)/365.25 for 10 % a year on days.
        """
        checked(horizon, "horizon", least=0)
        checked(rate, "rate", least=0)
        read = self._read(histories)
        return self.probability_alive(read) * self._pace(read) * self._time(read, horizon, rate)

    def residual_purchases(self, histories: object, rate: float) -> FloatArray:
        """As `discounted_purchases` without an end: discounted expected residual transactions (DERT). Shape (n,).

        Pareto/NBD: Fader, Hardie & Lee, "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis", Journal of
        Marketing Research 42 (2005), eq. 4, whose confluent hypergeometric function is here the integral of
        exp(-rate s) S(T+s)/S(T). With ``rate`` 0 it is finite only where the mean time left is: an InputError says so
        where it is not.

        >>> from shuke.value.pareto_nbd import ParetoNBD, ParetoNBDParams
        >>> model = ParetoNBD.from_params(ParetoNBDParams(r=0.5629966, alpha=12.559037, s=0.4081095, beta=10.5148048))
        >>> model.residual_purchases({"x": [7], "t_x": [35], "T": [77.86]}, rate=0.0027).round(4).tolist()
        [1.8642]
        """
        checked(rate, "rate", least=0)
        read = self._read(histories)
        time = self._time(read, np.inf, rate)
        if not np.isfinite(time).all():
            raise InputError(
                f"Unexpected rate=0: with s={self.params_.s:.6g} the expected purchases without an end are infinite "
                "(they are finite where s is above 1). Give a discount rate above 0, or ask discounted_purchases for a "
                "horizon"
            )
        return self.probability_alive(read) * self._pace(read) * time

    def expected_purchases_new(self, horizon: float, covariates: Mapping[str, float] | None = None) -> float:
        """How many purchases will a customer won today make after the first, within ``horizon``?

        With covariates, one of the mean of each, unless ``covariates`` gives other numbers by name.
        """
        checked(horizon, "horizon", least=0)
        zero, effects = np.zeros(1), self.params_.effects
        beside, names = (None, ()) if effects is None else (effects.row(covariates), effects.names)
        new = Histories(zero, zero, zero, np.ones(1), covariates=beside, covariate_names=names)
        return float(self.expected_purchases(new, horizon)[0])

    def probability_of_purchases(self, histories: object, n: int, horizon: float) -> FloatArray:
        """What is the chance that each customer buys exactly ``n`` times within ``horizon``? Shape (n,).

        n = 0 is the chance of no purchase at all: gone, leaving before it, or there and not buying.

        >>> from shuke.value.pareto_nbd import ParetoNBD, ParetoNBDParams
        >>> model = ParetoNBD.from_params(ParetoNBDParams(r=0.5533, alpha=10.578, s=0.6062, beta=11.669))
        >>> model.probability_of_purchases({"x": [2], "t_x": [30.43], "T": [38.86]}, 0, 39).round(3).tolist()
        [0.408]
        """
        read = self._read(histories)
        return np.exp(self.log_probability_of_purchases(read, np.full(len(read), n), horizon))

    def log_probability_of_purchases(self, histories: object, n: ArrayLike, horizon: float) -> FloatArray:
        """How well was each customer's own count ``n`` (shape (n,)) foreseen? The log of its chance, ≤ 0.

        Finite for any whole n ≥ 0 as long as the horizon is above 0.
        """
        checked(horizon, "horizon", above=0)
        read = self._read(histories)
        counts = whole_counts(n, len(read))
        first, group = distinct_rows(read.x, read.T, counts, *columns_of(read))
        people, T = self._people(read).rows(first), read.T[first]
        k, reach, life = people.r + read.x[first], people.alpha + T, people.life.after(T)
        if_alive = log_chance_if_alive(k, reach, life, counts[first], horizon)[group]
        odds = self._log_odds_gone(read)
        gone = np.where(counts == 0, log_expit(odds), -np.inf)
        return np.asarray(np.minimum(np.logaddexp(log_expit(-odds) + if_alive, gone), 0.0))

    def next_purchase_due(self, histories: object) -> FloatArray:
        """If still active, and for as long, by when will each customer have bought again, with a chance of one half?

        In units of time from now, shape (n,). The wait is exponential with a rate Gamma(r+x, alpha+T), so its median
        is (alpha + T)(2^(1/(r+x)) - 1).
        """
        read = self._read(histories)
        people = self._people(read)
        return np.asarray((people.alpha + read.T) * np.expm1(np.log(2) / (people.r + read.x)))

    def _read(self, histories: object) -> Histories:
        effects = self.params_.effects
        return read_histories(histories, covariates=effects.names if effects else ())

    def _people(self, h: Histories) -> Population:
        p = self.params_
        life = self._life(*(getattr(p, field.name) for field in fields(self._life)))
        people = Population(p.r, p.alpha, life)
        return people if h.covariates is None else people.with_effects(h.covariates, np.array(p.effects.coefficients))

    def _log_odds_gone(self, h: Histories) -> FloatArray:
        odds, people = np.empty(len(h)), self._people(h)
        for start in range(0, len(h), _CHUNK):
            part = slice(start, start + _CHUNK)
            own = people.rows(part)
            odds[part] = log_odds_gone(own.r + h.x[part], h.t_x[part], h.T[part], own.alpha, own.life)
        return odds

    def _pace(self, h: Histories) -> FloatArray:
        """The mean rate of those alive."""
        people = self._people(h)
        return np.asarray((people.r + h.x) / (people.alpha + h.T))

    def _time(self, h: Histories, horizon: float, rate: float) -> FloatArray:
        """How long those alive stay: once per distinct T, and covariates."""
        first, group = distinct_rows(h.T, *columns_of(h))
        left = self._people(h).rows(first).life.after(h.T[first])
        return active_time(left, len(first), horizon, rate)[group]
