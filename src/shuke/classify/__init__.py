"""Where does each customer stand: the pyramid, RFM and the life cycle.

Each classifier is fitted on a table of customers, then labels it: the same rows with its columns appended, each label
with a code that says why. The codes' sentences stand in `kit/text/catalogue/classify.toml`.
"""

from shuke.classify._cuts import ABCD, Cuts, Tier, cut_names, cuts_named
from shuke.classify._grid import SEGMENTS, Grid, grid_from
from shuke.classify.facts import Facts
from shuke.classify.life_cycle import STAGES, LifeCycle, LifeCycleParams, Thresholds, stage_rules
from shuke.classify.pyramid import Boundary, Pyramid, PyramidParams, review_due
from shuke.classify.rfm import RFM, RFMParams

__all__ = [
    "ABCD",
    "RFM",
    "SEGMENTS",
    "STAGES",
    "Boundary",
    "Cuts",
    "Facts",
    "Grid",
    "LifeCycle",
    "LifeCycleParams",
    "Pyramid",
    "PyramidParams",
    "RFMParams",
    "Thresholds",
    "Tier",
    "cut_names",
    "cuts_named",
    "grid_from",
    "review_due",
    "stage_rules",
]
