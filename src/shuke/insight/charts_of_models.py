"""The charts of the page of models, from `figures["models"]`; None where there is nothing to draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format

from shuke.crm.words import here
from shuke.kit.text import day, number
from shuke.ui import language
from shuke.ui.charts import Bar, Bars, Lines, Point, Scatter, Series
from shuke.ui.figures import numbers, shares, trimmed

Told = Mapping[str, Any]
WEEKS_SHOWN = 104
_TENTHS = 10


def weeks(told: Told) -> Lines | None:
    """Purchases a week: what all bought, and what those known at the last origin bought and were to buy."""
    found = told["weeks"]
    if not found:
        return None
    first = date.fromisoformat(found["first_day"])
    cut = max(0, len(found["actual"]) - WEEKS_SHOWN)
    labels = [f"{first + timedelta(days=7 * at):%Y-%m-%d}" for at in range(cut, len(found["actual"]))]
    names = ("actual", "tone-6"), ("known", "tone-1"), ("forecast", "tone-3")
    series = [Series(here(f"models.weeks.{name}"), _tidy(found[name][cut:]), tone) for name, tone in names]
    begins = next((at for at, value in enumerate(found["forecast"][cut:]) if value is not None), None)
    origin = day(date.fromisoformat(found["origin"]), language.active())
    return Lines(
        here("models.weeks.title"),
        labels,
        series,
        write=numbers(),
        forecast_from=begins,
        forecast_label=here("models.weeks.from", day=origin),
        heads=[here("models.weeks.week"), *(one.name for one in series)],
        height=260,
    )


def origins(told: Told) -> Lines | None:
    """The total forecast from each day of the past, its interval, and what came."""
    found = told["origins"]
    if not found:
        return None
    low, high = ([one[end] for one in found] for end in ("low", "high"))
    known = any(value is not None for value in low)
    forecast = Series(
        here("models.origins.forecast"),
        [one["forecast"] for one in found],
        low=low if known else (),
        high=high if known else (),
    )
    actual = Series(here("models.origins.actual"), [one["actual"] for one in found], "tone-3")
    labels = [one["day"] for one in found]
    name, axis = here("models.origins.title"), here("models.origins.day")
    return Lines(name, labels, [forecast, actual], write=numbers(), zero=False, axis_title=axis, height=260)


def calibration(told: Told) -> Scatter | None:
    """Purchases forecast and made, a tenth of the customers a point."""
    return _held_against(told["calibration"], "calibration", decimals=1)


def no_purchase(told: Told) -> Scatter | None:
    """The chance of no purchase, and who bought nothing, a tenth of the customers a point."""
    return _held_against(told["no_purchase"], "no_purchase", decimals=None)


def pit(told: Told) -> Bars | None:
    """How many outcomes fell into each tenth of their forecast distributions."""
    if not told["pit"]:
        return None
    step = 100 // _TENTHS
    bars = [Bar(f"{at * step}–{(at + 1) * step}", share) for at, share in enumerate(told["pit"]["shares"])]
    return Bars(
        here("models.pit.title"),
        bars,
        write=shares(1),
        write_tick=shares(),
        over_time=True,
        height=260,
        heads=[here("models.pit.place"), here("insight.head.share")],
        level=1 / _TENTHS,
        level_label=here("models.pit.level"),
    )


def season(told: Told) -> Bars | None:
    """How much more or less is bought in each month than in a usual one."""
    index = told["calendar"]["index"]
    if not index:
        return None
    bars = [Bar(date_format(date(2024, at, 1), "M"), figure) for at, figure in enumerate(index, 1)]
    heads = [here("models.calendar.month"), here("models.calendar.index")]
    return Bars(
        here("models.calendar.title"),
        bars,
        write=shares(),
        over_time=True,
        height=260,
        heads=heads,
        level=1.0,
        level_label=here("models.calendar.usual"),
    )


def _held_against(groups: Sequence[Sequence[float]], name: str, *, decimals: int | None) -> Scatter | None:
    """Each group's forecast against its actual; decimals None: both are shares."""
    if not groups:
        return None
    tongue = language.active()
    write = shares() if decimals is None else trimmed(decimals)
    points = [
        Point(forecast, actual, here("models.calibration.tenth", place=place, customers=number(customers, tongue)))
        for place, (customers, forecast, actual) in enumerate(groups, 1)
    ]
    return Scatter(
        here(f"models.{name}.title"),
        points,
        here(f"models.{name}.forecast"),
        here(f"models.{name}.actual"),
        write,
        write,
        even=here("models.calibration.even"),
    )


def _tidy(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else round(value, 1) for value in values]
