"""The likelihood of what customers spend, by the Gamma-Gamma model: Fader & Hardie (2013), cited as [GG]."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.special import betaln, psi

from shuke.value._distinct import distinct_values
from shuke.value.histories import FloatArray

_CHUNK = 1 << 13  # rows at a time: stays in the processor's cache, and below the size where BLAS starts threads


class SpendLikelihood:
    """The mean negative log-likelihood, [GG] eq. 1a, of mean spends over x purchases, by log (p, q, gamma).

    Gamma functions are computed once per distinct x; of each customer only log(gamma + spent) and its inverse.
    """

    def __init__(self, x: FloatArray, spend: FloatArray, customers: FloatArray) -> None:
        self.total = float(customers.sum())
        self.columns = (x, spend, customers)
        self.x, self.x_of = distinct_values(x)
        self.w_x = np.bincount(self.x_of, customers)
        self.w, self.wx = customers, customers * x
        self.spent = x * spend
        log_spend = np.log(spend)
        self.sum_log, self.sum_x_log = float((customers * log_spend).sum()), float((self.wx * log_spend).sum())

    def thinned(self, rows: int) -> SpendLikelihood | None:
        """The same of every k-th row, about so many; None where there are few anyway."""
        step = len(self.w) // rows
        return SpendLikelihood(*(column[step // 2 :: step] for column in self.columns)) if step > 1 else None

    @cached_property
    def usual_purchases(self) -> float:
        """The geometric mean of customers' purchases."""
        return float(np.exp(self.w_x @ np.log(self.x) / self.total))

    def __call__(self, logs: FloatArray) -> tuple[float, FloatArray]:
        p, q, gamma = np.exp(logs)
        px, wx = p * self.x, self.w_x * self.x
        log, log_x, inverse, inverse_x = self._sums(gamma)
        value = -(self.w_x @ betaln(px, q)) + p * (wx @ np.log(self.x)) + self.total * q * np.log(gamma)
        value += p * self.sum_x_log - self.sum_log - p * log_x - q * log
        by_p = wx @ (psi(px + q) - psi(px) + np.log(self.x)) + self.sum_x_log - log_x
        by_q = self.w_x @ (psi(px + q) - psi(q)) + self.total * np.log(gamma) - log
        by_gamma = self.total * q / gamma - p * inverse_x - q * inverse
        return -float(value) / self.total, -np.array([by_p * p, by_q * q, by_gamma * gamma]) / self.total

    def _sums(self, gamma: float) -> FloatArray:
        """Sums of log(gamma + spent) and of its inverse, by customers and by purchases."""
        sums = np.zeros(4)
        for start in range(0, len(self.w), _CHUNK):
            part = slice(start, start + _CHUNK)
            reach = gamma + self.spent[part]
            log = np.log(reach)
            inverse = np.divide(1.0, reach, out=reach)
            w, wx = self.w[part], self.wx[part]
            sums += (w @ log, wx @ log, w @ inverse, wx @ inverse)
        return sums


class TiltedLikelihood:
    """The same where gamma rises with the number of purchases, gamma (x / usual)^delta: by (log p, q, gamma; delta)."""

    def __init__(self, plain: SpendLikelihood, usual_purchases: float) -> None:
        self.plain, self.z = plain, np.log(plain.x / usual_purchases)

    def __call__(self, point: FloatArray) -> tuple[float, FloatArray]:
        plain, (p, q, gamma), delta = self.plain, np.exp(point[:3]), point[3]
        x, w, log_gamma = plain.x, plain.w_x, point[2] + delta * self.z
        px, wx = p * x, w * x
        log, part = self._sums(gamma * np.exp(delta * self.z))
        # each customer's log density, [GG] eq. 1a with its own gamma, summed per distinct x
        value = w @ (-betaln(px, q) + px * np.log(x) + q * log_gamma) - (px + q) @ log
        value += p * plain.sum_x_log - plain.sum_log
        by_p = wx @ (psi(px + q) - psi(px) + np.log(x)) + plain.sum_x_log - x @ log
        by_q = w @ (psi(px + q) - psi(q) + log_gamma) - log.sum()
        by_log_gamma = q * w - (px + q) * part
        slopes = np.array([by_p * p, by_q * q, by_log_gamma.sum(), by_log_gamma @ self.z])
        return -float(value) / plain.total, -slopes / plain.total

    def _sums(self, gamma: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Per distinct x: customers' log(gamma + spent), and gamma as part of gamma + spent, summed."""
        plain, size = self.plain, len(gamma)
        logs, parts = np.zeros(size), np.zeros(size)
        for start in range(0, len(plain.w), _CHUNK):
            rows = slice(start, start + _CHUNK)
            place, w = plain.x_of[rows], plain.w[rows]
            own = gamma[place]
            reach = own + plain.spent[rows]
            logs += np.bincount(place, w * np.log(reach), size)
            parts += np.bincount(place, w * own / reach, size)
        return logs, parts
