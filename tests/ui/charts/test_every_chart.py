"""What holds for every chart: words keep apart and on the sheet at every width, and the same data draws the same."""

from __future__ import annotations

import ast
from itertools import combinations
from pathlib import Path

import pytest

import shuke.ui.charts
from shuke.ui.charts import (
    Bar,
    Bars,
    Cell,
    Drawing,
    Flow,
    Grids,
    HeatMap,
    Highlight,
    Lines,
    Lorenz,
    Node,
    Point,
    Pyramid,
    Sankey,
    Scatter,
    Series,
    Tier,
    Word,
)
from shuke.ui.charts._letters import measure
from shuke.ui.drawings import WIDTHS, Chart

STANDARD = {"collections", "dataclasses", "functools", "math", "typing", "unicodedata"}
LONG = "深圳市远航国际商贸（集团）有限责任公司"
TIERS = ["A 级 VIP 客户", "B 级主要客户", "C 级普通客户", "D 级小客户"]
MONTHS = [f"2026年{month}月" for month in range(1, 13)]


def yen(value: float) -> str:
    return f"¥{value:,.2f}"


NAMED = Cell(9, "123,456", href="/", title=LONG, more=["¥1,234.56万", "+12,345"])
BESIDE = [Cell(3, "123,456", title=LONG, more=["¥1,234.56万", "−7"])]
FLOWS = [Flow(source, target, 10 ** (3 - abs(2 - at))) for at, source in enumerate(TIERS) for target in TIERS]
CHARTS: dict[str, Chart] = {
    "bars": Bars("b", [Bar(name, 10**at) for at, name in enumerate(TIERS)]),
    "bars with long labels": Bars("b", [Bar(LONG, 123_456), Bar("短", -98_765), Bar(LONG + "二", None)], yen),
    "bars over time": Bars("b", [Bar(month, at) for at, month in enumerate(MONTHS)], yen, over_time=True),
    "bars against a level": Bars(
        "b", [Bar(f"{at}0–{at + 1}0", at) for at in range(10)], yen, over_time=True, level=4, level_label=LONG
    ),
    "one bar": Bars("b", [Bar("A", 5)]),
    "losses only": Bars("b", [Bar("A", -5), Bar("B", -7)]),
    "lines": Lines(
        "l", MONTHS, [Series(LONG, range(12)), Series("去年", range(12, 0, -1)), Series(LONG, [3] * 12)], yen
    ),
    "one point": Lines("l", ["2026"], [Series("A", [3])]),
    "forecast": Lines("l", MONTHS, [Series("A", range(12))], yen, filled=True, forecast_from=11, forecast_label="预测"),
    "pyramid": Pyramid("p", [Tier(LONG, 1_234_567, "1%", LONG) for _ in TIERS]),
    "heat map": HeatMap("h", [LONG] * 5, [LONG] * 3, [[Cell(9, "123,456", "¥1,234.56万")] * 5] * 3, corner=LONG),
    "heat map of cohorts": HeatMap(
        "h", [str(at) for at in range(24)], MONTHS, [[Cell(at, f"{at}%") for at in range(24)]] * 12
    ),
    "grid of names": HeatMap("h", ["历史", "当前", "潜在"], [LONG] * 3, [[NAMED] * 3] * 3, corner=LONG, rest=BESIDE),
    "grids": Grids("g", [HeatMap(LONG, ["a", LONG], ["c", LONG], [[NAMED] * 2] * 2) for _ in "ab"], rest=BESIDE),
    "sankey": Sankey("s", *[[Node(name, name) for name in TIERS]] * 2, FLOWS, "2025年12月31日", "2026年5月31日"),
    "sankey of many": Sankey(
        "s",
        *[[Node(str(at), f"重要挽留客户{at}") for at in range(12)]] * 2,
        [Flow(str(at), str(11 - at), at + 1) for at in range(12)],
        "2025-12-31",
        "2026-05-31",
    ),
    "thin nodes": Sankey(
        "s",
        *[[Node(name, name) for name in TIERS]] * 2,
        [Flow(t, t, 9**9 if t == TIERS[-1] else 1) for t in TIERS],
        "前",
        "后",
    ),
    "lorenz": Lorenz("l", [(0.2, 0.8), (0.5, 0.95)], LONG, LONG, [Highlight(0.2, 0.8, "前 20% 客户贡献 80% 的价值")]),
    "scatter along a line": Scatter("s", [Point(at, at * 1.1) for at in range(9)], LONG, LONG, even=LONG),
    "scatter": Scatter(
        "s", [Point(at * 1e5, at * -2e5) for at in range(9)], LONG, LONG, yen, yen, 4e5, -8e5, [LONG] * 4
    ),
}


def box(word: Word) -> tuple[float, float]:
    width = measure(word.text)
    start = word.x - {"start": 0, "middle": width / 2, "end": width}[word.anchor]
    return start, start + width


def touching(drawing: Drawing) -> list[tuple[str, str]]:
    return [
        (one.text, other.text)
        for one, other in combinations(drawing.words, 2)
        if abs(one.y - other.y) < 11 and box(one)[0] < box(other)[1] - 0.5 and box(other)[0] < box(one)[1] - 0.5
    ]


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())
def test_words_never_touch_each_other(chart: Chart, width: float) -> None:
    assert touching(chart.draw(width)) == []


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())
def test_words_stay_on_the_sheet(chart: Chart, width: float) -> None:
    drawing = chart.draw(width)
    outside = [
        w.text for w in drawing.words if box(w)[0] < -1 or box(w)[1] > width + 1 or not 8 <= w.y <= drawing.height
    ]
    assert outside == []


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())
def test_the_same_figures_draw_the_same_chart(chart: Chart) -> None:
    assert chart.draw(340) == chart.draw(340)


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())
def test_the_figures_stand_in_a_table_too(chart: Chart) -> None:
    figures = chart.draw(560).figures
    assert figures.rows
    assert {len(row) for row in figures.rows} == {len(figures.heads)}


@pytest.mark.parametrize(
    "chart",
    [
        Bars("b", []),
        Lines("l", [], []),
        Lines("l", ["A"], [Series("s", [None])]),
        Pyramid("p", []),
        HeatMap("h", [], [], []),
        Grids("g", []),
        Sankey("s", [], [], []),
        Sankey("s", [Node("A", "A")], [Node("A", "A")], [Flow("A", "A", 0)]),
        Lorenz("l", [], "x", "y"),
        Scatter("s", [], "x", "y"),
    ],
    ids=lambda chart: type(chart).__name__,
)
def test_without_figures_nothing_is_drawn(chart: Chart) -> None:
    drawing = chart.draw(340)
    assert (list(drawing.marks), list(drawing.words)) == ([], [])


def test_charts_are_plain_python_and_know_no_django() -> None:
    known = set()
    for path in Path(shuke.ui.charts.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            known |= {node.module or ""} if isinstance(node, ast.ImportFrom) else set()
            known |= {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
    assert {name for name in known if name.split(".")[0] not in {"__future__", *STANDARD}} <= {
        *(name for name in known if name.startswith("shuke.ui.charts")),
        "shuke.kit.errors",
    }
