"""Worth: what customers have brought, what they are expected to bring, and how sure that is.

`summarise` turns purchases into one row a customer; `BGNBD` and `NaiveRate` say how many purchases will come,
`GammaGamma` how much is spent at each; `forecast` joins the two into money. Where customers can buy at set occasions
only, `BGBB` says how many they will take; where they have contracts, `ShiftedBetaGeometric` how long they will stay.
`cohorts` says who began together, who came back, and what it depended on.
"""

from shuke.value.bgbb import BGBB, BGBBParams
from shuke.value.bgnbd import BGNBD, BGNBDParams
from shuke.value.cohorts import STEPS, Cohort, Cohorts, Pooled, cohorts, pooled
from shuke.value.contracts import Contracts, cohort_contracts, read_contracts
from shuke.value.first_basket import BasketGroup, FirstBaskets, Measured
from shuke.value.forecast import Horizon, count_histories, forecast, holdout_histories, spend_histories
from shuke.value.gamma_gamma import GammaGamma, GammaGammaParams
from shuke.value.histories import Histories, read_histories
from shuke.value.interval import ValueInterval, value_interval
from shuke.value.naive import NaiveRate, NaiveRateParams
from shuke.value.opportunities import Opportunities, read_opportunities
from shuke.value.payback import Payback, Sources, SourceValue, payback, paybacks
from shuke.value.shifted_beta_geometric import ShiftedBetaGeometric, ShiftedBetaGeometricParams
from shuke.value.summary import MarginRates, Period, Summary, ValueBasis, summarise, value_basis

__all__ = [
    "BGBB",
    "BGNBD",
    "STEPS",
    "BGBBParams",
    "BGNBDParams",
    "BasketGroup",
    "Cohort",
    "Cohorts",
    "Contracts",
    "FirstBaskets",
    "GammaGamma",
    "GammaGammaParams",
    "Histories",
    "Horizon",
    "MarginRates",
    "Measured",
    "NaiveRate",
    "NaiveRateParams",
    "Opportunities",
    "Payback",
    "Period",
    "Pooled",
    "ShiftedBetaGeometric",
    "ShiftedBetaGeometricParams",
    "SourceValue",
    "Sources",
    "Summary",
    "ValueBasis",
    "ValueInterval",
    "cohort_contracts",
    "cohorts",
    "count_histories",
    "forecast",
    "holdout_histories",
    "payback",
    "paybacks",
    "pooled",
    "read_contracts",
    "read_histories",
    "read_opportunities",
    "spend_histories",
    "summarise",
    "value_basis",
    "value_interval",
]
