"""What Pareto/NBD and GGompertz/NBD share: everything but how long customers stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np

from shuke.kit.errors import InputError
from shuke.value._distinct import distinct_rows
from shuke.value._in_time_fit import fit_in_time, nobody_came_back
from shuke.value._in_time_futures import active_time, log_chance_if_alive
from shuke.value._leaving_unseen import LeavingUnseen
from shuke.value._lifetimes import Lifetime, Number, log_odds_gone, rows_of
from shuke.value.fitting import Coordinates, checked
from shuke.value.histories import FloatArray, Histories, read_histories

_CHUNK = 1 << 13


class LeavingInTime(LeavingUnseen[Any]):
    """Customers buy at random, each at a steady rate of their own, until they leave, unseen, at a time of their own.

    Unlike in BG/NBD they may leave at any time, so one-time buyers can have left too. Times and horizons are in one
    unit, any: the unit of ``t_x`` and ``T``. Where ``covariates`` are named, every table asked about has those columns.
    """

    _life: ClassVar[type[Lifetime]]
    _params: ClassVar[type[Any]]
    _sought: ClassVar[Coordinates]
    _unknown: ClassVar[tuple[float, ...]]
    """The lifetime's parameters where nothing can be estimated, in units of all the time seen."""

    def fit(self, histories: object) -> Self:
        """Learn how customers differ, by maximum likelihood over grouped histories (x, t_x, T[, customers]).

        Odd data is never refused; ``params_.notes`` says what was met and done:

        - ``no_repeat_purchases``: nobody came back. Not estimated: half a purchase over all time, and lives as long;
        - ``too_few_repeat_buyers``: fewer than ``few_repeat_buyers``; estimated, but better not relied on;
        - ``no_dropout_detected``: leaving explains the data no better than staying does; how long customers stay is
          then only a lower guess;
        - ``purchase_rates_alike``, ``dropout_alike``: customers differ in it by less than a tenth of its mean;
        - ``covariate_alike``: a covariate is the same for all customers, and has no effect;
        - ``weakly_known``: the likelihood is flat in some direction; forecasts hold better than single parameters;
        - ``not_converged``: the slope is not flat at the end; refit or use `shuke.value.naive.NaiveRate`.

        Raises InputError for missing columns, impossible histories, or covariates that hardly vary far from 0.
        """
        grouped = read_histories(histories, covariates=self.covariates).grouped()
        if grouped.customers @ grouped.x > 0:
            parameters, told = fit_in_time(grouped, self._life, self._sought, self.few_repeat_buyers)
        else:
            parameters, told = nobody_came_back(grouped, self._life, self._unknown)
        self.params_ = self._params(*parameters, **told)
        return self

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

    def next_purchase_due(self, histories: object) -> FloatArray:
        """If still active, and for as long, by when will each customer have bought again, with a chance of one half?

        In units of time from now, shape (n,). The wait is exponential with a rate Gamma(r+x, alpha+T), so its median
        is (alpha + T)(2^(1/(r+x)) - 1).
        """
        read = self._read(histories)
        people = self._people(read)
        return np.asarray((people.alpha + read.T) * np.expm1(np.log(2) / (people.r + read.x)))

    def _people(self, h: Histories) -> _People:
        """Whom each customer was drawn from; with covariates, by their own scales of time."""
        p, names = self.params_, [field.name for field in fields(self._life)]
        alpha, own = p.alpha, {name: getattr(p, name) for name in names}
        if p.effects is not None:
            alpha = alpha * np.exp(-p.effects.sums("alpha", h.covariates))
            own[names[-1]] = own[names[-1]] * np.exp(-p.effects.sums(names[-1], h.covariates))
        return _People(p.r, alpha, self._life(**own))

    def _log_odds_gone(self, h: Histories) -> FloatArray:
        odds, people = np.empty(len(h)), self._people(h)
        for start in range(0, len(h), _CHUNK):
            part = slice(start, start + _CHUNK)
            own = people.rows(part)
            odds[part] = log_odds_gone(own.r + h.x[part], h.t_x[part], h.T[part], own.alpha, own.life)
        return odds

    def _log_chance_if_alive(self, h: Histories, counts: FloatArray, horizon: float) -> FloatArray:
        first, group = distinct_rows(h.x, h.T, counts, *_columns(h))
        people, T = self._people(h).rows(first), h.T[first]
        k, reach, life = people.r + h.x[first], people.alpha + T, people.life.after(T)
        return log_chance_if_alive(k, reach, life, counts[first], horizon)[group]

    def _pace(self, h: Histories) -> FloatArray:
        """The mean rate of those alive."""
        people = self._people(h)
        return np.asarray((people.r + h.x) / (people.alpha + h.T))

    def _time(self, h: Histories, horizon: float, rate: float) -> FloatArray:
        """How long those alive stay: once per distinct T, and covariates."""
        first, group = distinct_rows(h.T, *_columns(h))
        left = self._people(h).rows(first).life.after(h.T[first])
        return active_time(left, len(first), horizon, rate)[group]


@dataclass(frozen=True, eq=False)
class _People:
    """Rates Gamma(r, alpha) and lifetimes: the same for all, or one a row."""

    r: float
    alpha: Number
    life: Lifetime

    def rows(self, index: Any) -> _People:
        return rows_of(self, index)


def _columns(h: Histories) -> Sequence[FloatArray]:
    return () if h.covariates is None else tuple(h.covariates.T)
