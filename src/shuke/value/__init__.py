"""Worth: what customers have brought, what they are expected to bring, and how sure that is.

`summarise` turns purchases into one row a customer; the models of `candidates.py` say how many purchases will come
(`BGNBD` and its kin, `MBGNBD`: customers may leave at once, `MBGCNBDk`: they buy to a beat; `ParetoNBD`,
`GGompertzNBD`: they leave at any time; `NaiveRate`), `GammaGamma` how much is spent at each, learned from repeat
purchases (`Spends`). `forecast` joins the two into money for tables, `lifetime_value` and `residual_value` for
histories. Where customers can buy at set occasions only, `BGBB` says how many they will take; where they have
contracts, `ShiftedBetaGeometric` how long they will stay. `cohorts` says who began together, who came back, and what it
depended on.
"""

from shuke.value.bgbb import BGBB, BGBBParams
from shuke.value.bgnbd import BGNBD, BGNBDParams
from shuke.value.by_age import AGES, ByAge, ByAgeParams, age_of
from shuke.value.calendar import Calendar, Clock, DeclaredPeriod, declared_in, in_words, read_calendar, seasonal_index
from shuke.value.candidates import (
    AUTO,
    BEAT,
    CANDIDATES,
    NAIVE,
    Candidate,
    candidate,
    model_codes,
    require_model,
    restored,
)
from shuke.value.cohorts import LATEST, STEPS, Cohort, Cohorts, Pooled, cohorts, pooled
from shuke.value.contracts import Contracts, cohort_contracts, read_contracts
from shuke.value.count_model import CountModel
from shuke.value.covariates import CovariateEffects
from shuke.value.first_basket import BasketGroup, FirstBaskets, Measured
from shuke.value.forecast import Horizon, count_histories, forecast
from shuke.value.gamma_gamma import GammaGamma, GammaGammaParams
from shuke.value.ggompertz_nbd import GGompertzNBD, GGompertzNBDParams
from shuke.value.histories import Histories, read_histories
from shuke.value.interval import ValueInterval, value_interval
from shuke.value.mbgcnbdk import MBGCNBDk, MBGCNBDkParams
from shuke.value.mbgnbd import MBGNBD, MBGNBDParams
from shuke.value.measured import measured, with_measure
from shuke.value.naive import NaiveRate, NaiveRateParams
from shuke.value.nbd import NBD, NBDParams
from shuke.value.opportunities import Opportunities, read_opportunities
from shuke.value.pareto_nbd import ParetoNBD, ParetoNBDParams
from shuke.value.payback import Payback, Sources, SourceValue, payback, paybacks
from shuke.value.sampled import Sampled, Seen, sampled
from shuke.value.shifted_beta_geometric import ShiftedBetaGeometric, ShiftedBetaGeometricParams
from shuke.value.spending import Spends, spend_histories, spends
from shuke.value.stacked import Afresh, Stacked, StackedParams, stacking_weights
from shuke.value.summary import MarginRates, Summary, ValueBasis, summarise, value_basis
from shuke.value.worth import lifetime_value, residual_value

__all__ = [
    "AGES",
    "AUTO",
    "BEAT",
    "BGBB",
    "BGNBD",
    "CANDIDATES",
    "LATEST",
    "MBGNBD",
    "NAIVE",
    "NBD",
    "STEPS",
    "Afresh",
    "BGBBParams",
    "BGNBDParams",
    "BasketGroup",
    "ByAge",
    "ByAgeParams",
    "Calendar",
    "Candidate",
    "Clock",
    "Cohort",
    "Cohorts",
    "Contracts",
    "CountModel",
    "CovariateEffects",
    "DeclaredPeriod",
    "FirstBaskets",
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
    "Measured",
    "NBDParams",
    "NaiveRate",
    "NaiveRateParams",
    "Opportunities",
    "ParetoNBD",
    "ParetoNBDParams",
    "Payback",
    "Pooled",
    "Sampled",
    "Seen",
    "ShiftedBetaGeometric",
    "ShiftedBetaGeometricParams",
    "SourceValue",
    "Sources",
    "Spends",
    "Stacked",
    "StackedParams",
    "Summary",
    "ValueBasis",
    "ValueInterval",
    "age_of",
    "candidate",
    "cohort_contracts",
    "cohorts",
    "count_histories",
    "declared_in",
    "forecast",
    "in_words",
    "lifetime_value",
    "measured",
    "model_codes",
    "payback",
    "paybacks",
    "pooled",
    "read_calendar",
    "read_contracts",
    "read_histories",
    "read_opportunities",
    "require_model",
    "residual_value",
    "restored",
    "sampled",
    "seasonal_index",
    "spend_histories",
    "spends",
    "stacking_weights",
    "summarise",
    "value_basis",
    "value_interval",
    "with_measure",
]
