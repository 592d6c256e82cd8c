"""Was it right? Forecasts against what happened, and how customers moved between labels."""

from shuke.evaluate.backtest import Backtest, Bin, Comparison, CountModel, ModelTest, backtest
from shuke.evaluate.counts import HeldCounts, Pit, Within, held_counts
from shuke.evaluate.migration import Move, migration
from shuke.evaluate.origins import Difference, Marks, Origin, difference, marked, mean_log_score
from shuke.evaluate.totals import FEWEST_ORIGINS, TotalInterval, log_error, total_interval

__all__ = [
    "FEWEST_ORIGINS",
    "Backtest",
    "Bin",
    "Comparison",
    "CountModel",
    "Difference",
    "HeldCounts",
    "Marks",
    "ModelTest",
    "Move",
    "Origin",
    "Pit",
    "TotalInterval",
    "Within",
    "backtest",
    "difference",
    "held_counts",
    "log_error",
    "marked",
    "mean_log_score",
    "migration",
    "total_interval",
]
