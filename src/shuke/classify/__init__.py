"""Where does each customer stand: the pyramid and what the forecast holds for it, RFM and the life cycle.

Each classifier is fitted on a table of customers, then labels it: the same rows with its columns appended, each label
with a code that says why. The codes' sentences stand in `kit/text/catalogue/classify.toml`. All of them stand in the
`registry`, and each can be read from plain data and written to it (`definition`).
"""

from shuke.classify._cuts import ABCD, Cuts, Tier, cut_names, cuts_named
from shuke.classify._faults import DefinitionError, Fault
from shuke.classify._grid import SEGMENTS, Grid, grid_from
from shuke.classify._pyramid_shape import preset_body
from shuke.classify.definition import COLOURS, Body, Label, Setting, Shape
from shuke.classify.effort import TierEffort, effort
from shuke.classify.life_cycle import STAGES, LifeCycle, LifeCycleParams, Thresholds, stage_rules
from shuke.classify.preview import Preview, preview
from shuke.classify.prospect import PROSPECTS, Prospect, ProspectParams
from shuke.classify.pyramid import Boundary, Pyramid, PyramidParams, review_due
from shuke.classify.registry import (
    REGISTRY,
    Classification,
    Classifier,
    classification,
    classifiers,
    label_all,
    names_given,
)
from shuke.classify.rfm import RFM, RFMParams

__all__ = [
    "ABCD",
    "COLOURS",
    "PROSPECTS",
    "REGISTRY",
    "RFM",
    "SEGMENTS",
    "STAGES",
    "Body",
    "Boundary",
    "Classification",
    "Classifier",
    "Cuts",
    "DefinitionError",
    "Fault",
    "Grid",
    "Label",
    "LifeCycle",
    "LifeCycleParams",
    "Preview",
    "Prospect",
    "ProspectParams",
    "Pyramid",
    "PyramidParams",
    "RFMParams",
    "Setting",
    "Shape",
    "Thresholds",
    "Tier",
    "TierEffort",
    "classification",
    "classifiers",
    "cut_names",
    "cuts_named",
    "effort",
    "grid_from",
    "label_all",
    "names_given",
    "preset_body",
    "preview",
    "review_due",
    "stage_rules",
]
