"""Was it right? Forecasts against what happened, and how customers moved between labels."""

from shuke.evaluate.backtest import Backtest, Bin, Comparison, CountModel, ModelTest, backtest
from shuke.evaluate.migration import Move, migration

__all__ = ["Backtest", "Bin", "Comparison", "CountModel", "ModelTest", "Move", "backtest", "migration"]
