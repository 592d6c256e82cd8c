"""Where does each customer stand: pyramid and prospects, RFM, life cycle, nine types, quadrants, loyalty, credit.

Each classifier is fitted on a table of customers, then labels it: the same rows with its columns appended, each label
with a code that says why. The codes' sentences stand in `kit/text/catalogue/classify.toml`. All of them stand in the
`registry`, and each can be read from plain data and written to it (`definition`).
"""

from shuke.classify._cuts import ABCD, Cuts, Tier, cut_names, cuts_named
from shuke.classify._faults import DefinitionError, Fault
from shuke.classify._grid import SEGMENTS, Grid, grid_from
from shuke.classify._indicator_definition import Indicator, IndicatorBook, IndicatorSettings
from shuke.classify._pyramid_shape import preset_body
from shuke.classify._type_definition import MOST_WEIGHT, TIMES, VALUES, Cell, TypeBook
from shuke.classify._type_sql import TYPE_COLUMNS
from shuke.classify.agreement import (
    Agreement,
    agreement,
    agreement_between,
    halves_of_clusters,
    halves_of_types,
)
from shuke.classify.classification import Classification, Classifier
from shuke.classify.clusters import Cluster, ClusterParams, Clusters, with_clusters
from shuke.classify.credit import Credit, with_lists
from shuke.classify.definition import COLOURS, Body, Label, Setting, Shape
from shuke.classify.effort import TierEffort, effort
from shuke.classify.facts import Facts
from shuke.classify.indicators import Indicators, Measured
from shuke.classify.life_cycle import STAGES, LifeCycle, LifeCycleParams, Thresholds, stage_rules
from shuke.classify.loyalty import Loyalty
from shuke.classify.preview import Preview, preview
from shuke.classify.prospect import PROSPECTS, Prospect, ProspectParams
from shuke.classify.pyramid import Boundary, Pyramid, PyramidParams, review_due
from shuke.classify.quadrants import QUADRANTS, QuadrantParams, Quadrants
from shuke.classify.registry import (
    REGISTRY,
    classification,
    classifiers,
    label_all,
    label_customers,
    names_given,
)
from shuke.classify.rfm import RFM, RFMParams
from shuke.classify.rfm_alarm import RfmAlarm
from shuke.classify.rfm_profit import ProfitCell, profit_made
from shuke.classify.satisfaction import Satisfaction, SatisfactionParams
from shuke.classify.signs import SignSettings, signs
from shuke.classify.stability import Stability
from shuke.classify.standing import STANDING, Known, known_of, with_facts
from shuke.classify.trait_labels import label_traits, with_habits
from shuke.classify.traits import TraitBook, Traits
from shuke.classify.type_report import FoundCluster, TypeReport, type_report
from shuke.classify.types import NineTypes, TypeParams

__all__ = [
    "ABCD",
    "COLOURS",
    "MOST_WEIGHT",
    "PROSPECTS",
    "QUADRANTS",
    "REGISTRY",
    "RFM",
    "SEGMENTS",
    "STAGES",
    "STANDING",
    "TIMES",
    "TYPE_COLUMNS",
    "VALUES",
    "Agreement",
    "Body",
    "Boundary",
    "Cell",
    "Classification",
    "Classifier",
    "Cluster",
    "ClusterParams",
    "Clusters",
    "Credit",
    "Cuts",
    "DefinitionError",
    "Facts",
    "Fault",
    "FoundCluster",
    "Grid",
    "Indicator",
    "IndicatorBook",
    "IndicatorSettings",
    "Indicators",
    "Known",
    "Label",
    "LifeCycle",
    "LifeCycleParams",
    "Loyalty",
    "Measured",
    "NineTypes",
    "Preview",
    "ProfitCell",
    "Prospect",
    "ProspectParams",
    "Pyramid",
    "PyramidParams",
    "QuadrantParams",
    "Quadrants",
    "RFMParams",
    "RfmAlarm",
    "Satisfaction",
    "SatisfactionParams",
    "Setting",
    "Shape",
    "SignSettings",
    "Stability",
    "Thresholds",
    "Tier",
    "TierEffort",
    "TraitBook",
    "Traits",
    "TypeBook",
    "TypeParams",
    "TypeReport",
    "agreement",
    "agreement_between",
    "classification",
    "classifiers",
    "cut_names",
    "cuts_named",
    "effort",
    "grid_from",
    "halves_of_clusters",
    "halves_of_types",
    "known_of",
    "label_all",
    "label_customers",
    "label_traits",
    "names_given",
    "preset_body",
    "preview",
    "profit_made",
    "review_due",
    "signs",
    "stage_rules",
    "type_report",
    "with_clusters",
    "with_facts",
    "with_habits",
    "with_lists",
]
