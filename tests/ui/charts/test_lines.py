"""Lines, by hand."""

from __future__ import annotations

from shuke.ui.charts import Drawing, Lines, Path, Series


def paths(drawing: Drawing, look: str) -> list[str]:
    return [s.d for mark in drawing.marks for s in mark.shapes if isinstance(s, Path) and s.look.split()[0] == look]


def test_a_gap_breaks_the_line() -> None:
    (line,) = paths(Lines("l", list("abcd"), [Series("s", [1, 2, None, 4])]).draw(340), "stroke")
    assert line.count("M") == 2


def test_one_point_stands_in_the_middle() -> None:
    (dot,) = [mark for mark in Lines("l", ["a"], [Series("s", [3])]).draw(340).marks if mark.name]
    left = 7.08 + 8 + 6
    assert dot.shapes[0].x == round((left + 332) / 2, 1)


def test_a_band_runs_along_its_upper_end_and_back_along_the_lower() -> None:
    series = Series("s", [None, 2, 4], low=[None, 1, 2], high=[None, 3, 4])
    (band,) = paths(Lines("l", list("abc"), [series], height=122).draw(340), "band")
    ys = [float(place.split(" ")[1]) for place in band.strip("MZ").split("L")]
    # 0 … 4 between 100 and 10: 22.5 pixels a unit
    assert ys == [32.5, 10, 55, 77.5]


def test_a_filled_area_starts_and_ends_on_the_zero_line() -> None:
    (area,) = paths(Lines("l", list("ab"), [Series("s", [2, 4])], filled=True, height=122).draw(340), "band")
    assert area.endswith("Z")
    assert area.split("L")[-1].rstrip("Z").split(" ")[1] == "100"


def test_further_lines_differ_by_dashes_and_not_only_by_colour() -> None:
    drawing = Lines("l", list("ab"), [Series("x", [1, 2]), Series("y", [2, 1])]).draw(340)
    looks = {shape.look for mark in drawing.marks for shape in mark.shapes if isinstance(shape, Path)}
    assert looks == {"stroke", "stroke dash-2"}


def test_the_forecast_begins_between_its_points() -> None:
    data = Lines("l", list("abc"), [Series("s", [1, 2, 3])], forecast_from=2, forecast_label="forecast")
    drawing = data.draw(340)
    (guide,) = [rule for rule in drawing.rules if rule.look == "guide"]
    dots = [mark.shapes[0].x for mark in drawing.marks if mark.name]
    assert dots[1] < guide.x1 < dots[2]
    assert [word.text for word in drawing.words if word.text == "forecast"] == ["forecast"]


def test_each_point_leads_to_its_rows() -> None:
    drawing = Lines("l", ["Jan", "Feb"], [Series("s", [1, 2], hrefs=["/?m=1", "/?m=2"])]).draw(340)
    assert [(mark.name, mark.href) for mark in drawing.marks if mark.href] == [("Jan 1", "/?m=1"), ("Feb 2", "/?m=2")]


def test_the_table_has_the_band_s_ends() -> None:
    figures = Lines("l", ["Jan"], [Series("s", [2], low=[1], high=[3])]).draw(340).figures
    assert figures.heads == ("ui.chart.label", "ui.chart.value", "ui.chart.low", "ui.chart.high")
    assert figures.rows == (("Jan", "2", "1", "3"),)


def test_the_axis_says_what_its_labels_count_and_makes_room_for_it() -> None:
    plain = Lines("l", ["0", "30"], [Series("s", [1, 3])]).draw(340)
    titled = Lines("l", ["0", "30"], [Series("s", [1, 3])], axis_title="Days").draw(340)
    assert titled.height == plain.height
    (title,) = [word for word in titled.words if word.text == "Days"]
    assert (title.x, title.anchor) == (340, "end")
    below = {word.text: word.y for word in titled.words}
    assert below["30"] == 215 - 16 < title.y
    assert max(rule.y1 for rule in titled.rules) == max(rule.y1 for rule in plain.rules) - 16
