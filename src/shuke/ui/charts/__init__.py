"""Charts as geometry: records of figures in, places of lines, marks and words out. Plain Python; no Django, no HTML.

Every chart says what it shows (`name`), how it writes its figures (`write`), and where each mark leads (`href`); the
template tag `{% chart data %}` draws it, wide and narrow, with its figures as a table.
"""

from shuke.ui.charts._drawing import Circle, Drawing, Figures, Mark, Path, Rect, Rule, Word, Write, plain
from shuke.ui.charts.bars import Bar, Bars
from shuke.ui.charts.grids import Grids
from shuke.ui.charts.heat import Cell, HeatMap
from shuke.ui.charts.lines import Lines, Series
from shuke.ui.charts.lorenz import Highlight, Lorenz
from shuke.ui.charts.pyramid import Pyramid, Tier
from shuke.ui.charts.sankey import Flow, Node, Sankey
from shuke.ui.charts.scatter import Point, Scatter
from shuke.ui.charts.sparkline import Sparkline, sparkline

__all__ = [
    "Bar",
    "Bars",
    "Cell",
    "Circle",
    "Drawing",
    "Figures",
    "Flow",
    "Grids",
    "HeatMap",
    "Highlight",
    "Lines",
    "Lorenz",
    "Mark",
    "Node",
    "Path",
    "Point",
    "Pyramid",
    "Rect",
    "Rule",
    "Sankey",
    "Scatter",
    "Series",
    "Sparkline",
    "Tier",
    "Word",
    "Write",
    "plain",
    "sparkline",
]
