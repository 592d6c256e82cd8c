"""Which count model do the scores rest on, and how far can its forecasts be trusted? Models of `value`, held against
what happened by `evaluate`, on the past days of a sample of customers."""

from shuke.choice._ages import Ages
from shuke.choice._choice import Choice, Standing, choose
from shuke.choice._doubts import Doubts
from shuke.choice._origins import Origins
from shuke.choice._race import MATTERS, Margin
from shuke.choice._seasons import Season
from shuke.choice._totals import AtOrigin, Totals
from shuke.choice._trust import Trust, Weeks

__all__ = [
    "MATTERS",
    "Ages",
    "AtOrigin",
    "Choice",
    "Doubts",
    "Margin",
    "Origins",
    "Season",
    "Standing",
    "Totals",
    "Trust",
    "Weeks",
    "choose",
]
