"""The figures of the page "Models": which model counts purchases, why, and how far it can be trusted."""

from __future__ import annotations

from typing import Any

from shuke.cycle import Run


def models(done: Run) -> dict[str, Any]:
    """`figures["models"]`, ready for JSON; runs of before this existed have none of it.

    Codes have names and sentences in the catalogue. Days are ISO. What is not known is None, an empty list or absent
    as said. Totals of purchases are of all customers (a sample's are scaled up), log scores and errors per customer.

    ```
    chosen           code of the model in use, None where none could be estimated     say report.model.{code}
    why              code of the reason                                               say report.chosen_why.{why}
    asked            "auto", or the code that the user asked for
    margin           {over: code, difference, standard_error} the chosen against the best of the others it was held
                     against, by mean log score; above 0: the chosen forecast better. None: nothing to hold against
    candidates       in the registry's order, one each that was fitted or tested:
      code           say report.model.{code}
      notes          codes of its fit                                                 say {code}.{note}
      log_score      mean over the origins it was tested at; None: not tested
      difference     its log score less the chosen's, at the origins where both were tested; 0 for the chosen
      standard_error of the difference, each customer counted once; None for the chosen, or under two customers
      origins        at how many origins it was tested; fewer than others: left the race early, clearly worse
      total_errors   [forecast / actual - 1 at each origin, None where nothing was bought or it was not tested]
      root_mean_squared_error   per customer, in purchases, at the last origin; None: not tested there
    parameters       of the chosen, fitted on all days: [{name, value, standard_error or None}], time in days
    notes            codes of the chosen's fit on all days                            say {chosen}.{note}
    sample           {customers, of}: how many customers the tests look at, of how many
    left_truncated   customers who may have bought before the data begin
    holdout_days     how far each origin's forecast looks
    origins          [{day, customers, forecast, actual, low, high}] of the chosen, rising by day: purchases foreseen for
                     and made by the customers known at the day; low, high: the 90 % interval made from the *other*
                     origins, None with fewer than three others
    total            {level, origins, share_low, share_high, horizon_days, holdout_days} the interval of the total as
                     shares of the forecast (0.93, 1.08), and the run's horizon that it is for; None: too few origins
    weeks            {first_day, origin, actual, known, forecast}: purchases a week, lists as long as there are weeks
                     (whole weeks, the last ending at as_of); `actual` by all; `known` and `forecast` by the customers
                     known at the origin, None before it. None: no origin
    calibration      [[customers, forecast, actual]] a tenth of the customers each, purchases at the last origin
    no_purchase      [[customers, forecast, actual]] likewise, the chance of no purchase, against who bought nothing
    pit              {customers, shares}: randomised PIT of the held-out counts, shares in ten equal bins; flat (0.1
                     each) where forecasts are calibrated. None: no origin
    within           [{level, implied, observed}] for 50, 80, 90 %: the mean probability of each customer's central
                     interval, and the share of customers whose count lay in it
    calendar         {used, why, source, index, periods, error_with, error_without}: `why` a code (say calendar.{why}),
                     `source` "estimated", "declared" or None; `index` twelve figures from January (1 = usual), None
                     where there is none; `periods` [{first_day, last_day, index}] declared beside them; errors are mean
                     absolute shares of the total at the origins, with and without the index, None where not tested
    ```
    """
