"""Where does each customer stand: the pyramid, RFM, the life cycle, the nine types and the quadrants.

Each classifier is fitted on a table of customers, then labels it: the same rows with its columns appended, each label
with a code that says why. The codes' sentences stand in `kit/text/catalogue/classify.toml`.
"""

from shuke.classify._cuts import ABCD, Cuts, Tier, cut_names, cuts_named
from shuke.classify._grid import SEGMENTS, Grid, grid_from
from shuke.classify._indicator_definition import Indicator, IndicatorBook, IndicatorSettings
from shuke.classify._type_definition import TIMES, VALUES, Cell, TypeBook
from shuke.classify._type_sql import TYPE_COLUMNS
from shuke.classify.agreement import (
    Agreement,
    agreement,
    agreement_between,
    halves_of_clusters,
    halves_of_types,
)
from shuke.classify.clusters import Cluster, ClusterParams, Clusters
from shuke.classify.indicators import Indicators, Measured
from shuke.classify.life_cycle import STAGES, LifeCycle, LifeCycleParams, Thresholds, stage_rules
from shuke.classify.pyramid import Boundary, Pyramid, PyramidParams, review_due
from shuke.classify.quadrants import Quadrant, QuadrantBook, QuadrantParams, Quadrants
from shuke.classify.rfm import RFM, RFMParams
from shuke.classify.traits import TraitBook, Traits
from shuke.classify.types import NineTypes, TypeParams

__all__ = [
    "ABCD",
    "RFM",
    "SEGMENTS",
    "STAGES",
    "TIMES",
    "TYPE_COLUMNS",
    "VALUES",
    "Agreement",
    "Boundary",
    "Cell",
    "Cluster",
    "ClusterParams",
    "Clusters",
    "Cuts",
    "Grid",
    "Indicator",
    "IndicatorBook",
    "IndicatorSettings",
    "Indicators",
    "LifeCycle",
    "LifeCycleParams",
    "Measured",
    "NineTypes",
    "Pyramid",
    "PyramidParams",
    "Quadrant",
    "QuadrantBook",
    "QuadrantParams",
    "Quadrants",
    "RFMParams",
    "Thresholds",
    "Tier",
    "TraitBook",
    "Traits",
    "TypeBook",
    "TypeParams",
    "agreement",
    "agreement_between",
    "cut_names",
    "cuts_named",
    "grid_from",
    "halves_of_clusters",
    "halves_of_types",
    "review_due",
    "stage_rules",
]
