"""Worth: what customers have brought, what they are expected to bring, and how sure that is.

`summarise` turns purchases into one row a customer; `BGNBD` and its kin (`MBGNBD`: customers may leave at once,
`MBGCNBDk`: they buy to a beat), `ParetoNBD` (they may leave at any time), `GGompertzNBD` (and the likelier, the older)
and `NaiveRate` say how many purchases will come, `GammaGamma` how much is spent at each; `forecast` joins the two into
money.
"""

from shuke.value.bgnbd import BGNBD, BGNBDParams
from shuke.value.covariates import CovariateEffects
from shuke.value.forecast import Horizon, count_histories, forecast, holdout_histories, spend_histories
from shuke.value.gamma_gamma import GammaGamma, GammaGammaParams
from shuke.value.ggompertz_nbd import GGompertzNBD, GGompertzNBDParams
from shuke.value.histories import Histories, read_histories
from shuke.value.interval import ValueInterval, value_interval
from shuke.value.mbgcnbdk import MBGCNBDk, MBGCNBDkParams
from shuke.value.mbgnbd import MBGNBD, MBGNBDParams
from shuke.value.naive import NaiveRate, NaiveRateParams
from shuke.value.pareto_nbd import ParetoNBD, ParetoNBDParams
from shuke.value.summary import MarginRates, Period, Summary, ValueBasis, summarise, value_basis

__all__ = [
    "BGNBD",
    "MBGNBD",
    "BGNBDParams",
    "CovariateEffects",
    "GGompertzNBD",
    "GGompertzNBDParams",
    "GammaGamma",
    "GammaGammaParams",
    "Histories",
    "Horizon",
    "MBGCNBDk",
    "MBGCNBDkParams",
    "MBGNBDParams",
    "MarginRates",
    "NaiveRate",
    "NaiveRateParams",
    "ParetoNBD",
    "ParetoNBDParams",
    "Period",
    "Summary",
    "ValueBasis",
    "ValueInterval",
    "count_histories",
    "forecast",
    "holdout_histories",
    "read_histories",
    "spend_histories",
    "summarise",
    "value_basis",
    "value_interval",
]
