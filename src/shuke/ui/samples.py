"""Made-up figures for the style guide. No customer is real."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django import forms
from django.http import HttpRequest

from shuke.kit.text import say
from shuke.ui import language
from shuke.ui.charts import (
    Bar,
    Bars,
    Cell,
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
)
from shuke.ui.figures import numbers, shares, short_amounts
from shuke.ui.parts import Crumb, Option, Pages, Why

CURRENCY = "CNY"
COLOURS = (
    *("ground", "surface", "line", "line-strong", "ink", "ink-2", "ink-3", "accent", "accent-soft"),
    *("good", "bad", "warn", "tier-a", "tier-b", "tier-c", "tier-d"),
    *("tone-1", "tone-2", "tone-3", "tone-4", "tone-5", "tone-6"),
    *("stage-exploration", "stage-formation", "stage-stability", "stage-decline", "stage-former"),
    *("heat-1", "heat-3", "heat-5"),
)
ICONS = (
    *("layout-dashboard", "users", "database", "refresh-cw", "search", "phone", "mail", "shopping-cart"),
    *("tag", "download", "upload", "trash-2", "pencil", "check", "triangle-alert", "circle-question-mark"),
)
_TIERS = (("A", 406, 0.28), ("B", 1_624, 0.24), ("C", 6_090, 0.29), ("D", 32_480, 0.19))
_STAGES = (("exploration", 9_120), ("formation", 8_410), ("stability", 12_730), ("decline", 6_205), ("former", 4_135))
_MONTHS = tuple(100_000 * value for value in (412, 439, 471, 453, 498, 524, 509, 556, 582, 571, 615, 660))
_SEGMENTS = (("champion", 3_120), ("loyal", 5_410), ("promising", 2_260), ("need_attention", 1_130), ("at_risk", 1_940))
_MOVES = (("A", 310, 80, 14, 2), ("B", 82, 1_190, 310, 42), ("C", 12, 330, 4_900, 850), ("D", 2, 24, 866, 31_586))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sample table."""

    key: str
    name: str
    tier: str
    tier_label: str
    stage: str
    stage_label: str
    clv_minor: int
    churn: float
    risk_tone: str
    last: date
    course: tuple[int, ...]


def sample(request: HttpRequest, part: str) -> dict[str, object]:
    """What the examples show. part: "here" or "other", so that ids stay apart."""
    return _words() | _charts() | {"part": part, "form": _form(part), "here": request.path, "currency": CURRENCY}


def _say(key: str) -> str:
    return say(key, language.active())


def _words() -> dict[str, object]:
    return {
        "minor": 46_512_345_600,
        "today": date(2026, 5, 31),
        "colours": COLOURS,
        "icons": ICONS,
        "tiers": [(code, _say(f"tier.{code}")) for code, *_ in _TIERS],
        "stages": [(code, _say(f"stage.{code}")) for code, _ in _STAGES],
        "why": _why(),
        "options": _options(),
        "trail": [Crumb(_say("ui.style.sample.customer"), "#choices"), Crumb(_say("ui.style.sample.name_1"))],
        "rows": _rows(),
        "pages": Pages(page=2, size=25, total=10_000, capped=True),
        "messages": [
            Message("success", _say("ui.style.sample.deleted"), "#notices"),
            Message("error", _say("ui.style.sample.failed")),
        ],
        "course": list(_MONTHS),
    }


@dataclass(frozen=True, slots=True)
class Message:
    """Stands in for a message of Django's."""

    level_tag: str
    text: str
    extra_tags: str = ""

    def __str__(self) -> str:
        return self.text


def _why() -> Why:
    return Why(
        _say("ui.style.sample.why_sentence"),
        formula=_say("ui.style.sample.why_formula"),
        inputs=[(_say("ui.style.sample.value"), short_amounts(CURRENCY)(1_240_000))],
        as_of="2026-05-31",
        href="#tiles",
    )


def _options() -> list[Option]:
    everyone = Option(_say("ui.style.sample.all"), "#choices", current=True, count=numbers()(40_600))
    return [everyone, *(Option(code, "#choices", count=numbers()(count)) for code, count, _ in _TIERS)]


def _rows() -> list[Row]:
    return [
        _row("CN0008263", "name_1", "A", "stability", 46_889_600, 0.08, "good", date(2026, 5, 31), (2, 3, 3, 5)),
        _row("CN0017319", "name_2", "B", "decline", 4_154_550, 0.58, "bad", date(2026, 3, 9), (6, 5, 2, 1)),
        _row("CN0027415", "name_3", "C", "exploration", 343_800, 0.31, "warn", date(2026, 5, 12), (1, 2, 2, 2)),
    ]


def _row(
    key: str,
    name: str,
    tier: str,
    stage: str,
    clv_minor: int,
    churn: float,
    risk_tone: str,
    last: date,
    course: tuple[int, ...],
) -> Row:
    names = _say(f"ui.style.sample.{name}"), _say(f"tier.{tier}"), _say(f"stage.{stage}")
    return Row(key, names[0], tier, names[1], stage, names[2], clv_minor, churn, risk_tone, last, course)


class SampleForm(forms.Form):
    """A form with one entry to mend."""

    name = forms.CharField()
    phone = forms.CharField()
    tier = forms.ChoiceField(choices=[(code, code) for code, *_ in _TIERS])
    notes = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    consent = forms.BooleanField(required=False)

    def clean_phone(self) -> str:
        """A number of eleven digits."""
        count = len(str(self.cleaned_data["phone"]))
        if count != 11:
            raise forms.ValidationError(say("ui.style.sample.phone_wrong", language.active(), count=count))
        return str(self.cleaned_data["phone"])

    def clean(self) -> None:
        """Say that something is wrong above the fields too."""
        if self.errors:
            raise forms.ValidationError(_say("ui.style.sample.whole_wrong"))


def _form(part: str) -> SampleForm:
    typed = {"name": _say("ui.style.sample.name_1"), "phone": "138000", "tier": "B"}
    form = SampleForm({f"{part}-{field}": value for field, value in typed.items()}, prefix=part)
    keys = {"name": "customer", "phone": "phone", "tier": "tier", "notes": "notes", "consent": "consent"}
    for field, key in keys.items():
        form.fields[field].label = _say(f"ui.style.sample.{key}")
    form.fields["phone"].help_text = _say("ui.style.sample.phone_help")
    return form


def _charts() -> dict[str, object]:
    customers, value = _say("ui.style.sample.customers"), _say("ui.style.sample.value")
    months = [f"{month:02d}" for month in range(1, 13)]
    write, amount = numbers(), short_amounts(CURRENCY)
    stages = [Bar(_say(f"stage.{code}"), count, "#bars", f"tone-stage-{code}") for code, count in _STAGES]
    segments = [Bar(_say(f"rfm.{code}"), count, "#bars_lying") for code, count in _SEGMENTS]
    series = [
        Series(_say("ui.style.sample.this_year"), _MONTHS),
        Series(_say("ui.style.sample.last_year"), _last_year(), "tone-3"),
    ]
    return {
        "bars": Bars(customers, stages, write),
        "bars_lying": Bars(
            _say("ui.style.of.bars_lying"), [*segments, Bar(_say("ui.style.sample.name_3"), -420)], write
        ),
        "bars_level": _bars_level(months),
        "lines": Lines(value, months, series, amount),
        "area": _area(months),
        "pyramid": Pyramid(customers, [_tier(*tier) for tier in _TIERS], write),
        "heat": _heat(),
        "grid": _grid(),
        "grids": _grids(),
        "sankey": _sankey(),
        "lorenz": _lorenz(),
        "scatter": _scatter(),
        "scatter_even": _scatter_even(),
    }


def _last_year() -> list[float]:
    return [value * (0.78 + 0.02 * (index % 3)) for index, value in enumerate(_MONTHS)]


def _bars_level(months: list[str]) -> Bars:
    """How each month stands to a usual one."""
    usual = sum(_MONTHS) / len(_MONTHS)
    bars = [Bar(month, value / usual) for month, value in zip(months, _MONTHS, strict=True)]
    return Bars(
        _say("ui.style.of.bars_level"),
        bars,
        shares(),
        over_time=True,
        level=1.0,
        level_label=_say("ui.style.sample.usual"),
    )


def _area(months: list[str]) -> Lines:
    low = [None] * 8 + [value * (1 - 0.04 * step) for step, value in enumerate(_MONTHS[8:], 1)]
    high = [None] * 8 + [value * (1 + 0.05 * step) for step, value in enumerate(_MONTHS[8:], 1)]
    series = Series(_say("ui.style.sample.value"), _MONTHS, "tone-1", ["#area"] * 12, low, high)
    forecast = _say("ui.style.sample.forecast")
    return Lines(
        _say("ui.style.of.area"),
        months,
        [series],
        short_amounts(CURRENCY),
        filled=True,
        forecast_from=8,
        forecast_label=forecast,
    )


def _tier(code: str, count: int, part: float) -> Tier:
    everyone = sum(count for _, count, _ in _TIERS)
    share = say("ui.style.sample.tier_share", language.active(), share=f"{count / everyone:.0%}", value=f"{part:.0%}")
    return Tier(_say(f"tier.{code}"), count, share, href="#pyramid", tone=f"tone-tier-{code.lower()}")


def _heat() -> HeatMap:
    names = [_say(f"ui.style.sample.{level}") for level in ("low", "middle", "high")]
    counts = ((13_789, 8_106, 5_439), (3_728, 7_566, 7_394), (769, 1_576, 1_633))
    amount = short_amounts(CURRENCY)
    cells = [
        [Cell(count, numbers()(count), amount(count * 8_000), "#heat") for count in row] for row in reversed(counts)
    ]
    columns = [f"{_say('ui.style.sample.future_value')} · {name}" for name in names]
    return HeatMap(_say("ui.style.of.heat"), columns, names[::-1], cells, _say("ui.style.sample.current_value"))


def _named(count: int, title: str, part: str) -> Cell:
    return Cell(count, numbers()(count), "", f"#{part}", title, [short_amounts(CURRENCY)(count * 90_000), "+12"])


def _grid() -> HeatMap:
    names = [_say(f"ui.style.sample.{level}") for level in ("low", "middle", "high")]
    counts = ((3_120, 5_410, 2_260), (1_130, 1_940, 820), (410, 2_630, 1_770))
    cells = [[_named(count, _say(f"rfm.{code}"), "grid") for count, (code, _) in zip(row, _SEGMENTS, strict=False)]
             for row in counts]  # fmt: skip
    return HeatMap(_say("ui.style.of.grid"), names, names, cells, rest=[_named(6_205, _say("stage.decline"), "grid")])


def _grids() -> Grids:
    low, high = (_say(f"ui.style.sample.{level}") for level in ("low", "high"))
    counts = (((1_120, 640), (310, 90)), ((2_410, 880), (1_260, 420)))
    maps = [
        HeatMap(f"{_say('ui.style.sample.future_value')} · {name}", [low, high], [high, low],
                [[_named(count, _say(f"rfm.{code}"), "grids")
                  for count, (code, _) in zip(row, _SEGMENTS, strict=False)] for row in rows])
        for name, rows in zip((high, low), counts, strict=True)
    ]  # fmt: skip
    return Grids(_say("ui.style.of.grids"), maps)


def _sankey() -> Sankey:
    places = [Node(code, _say(f"tier.{code}"), "#sankey", f"tone-tier-{code.lower()}") for code, *_ in _TIERS]
    flows = [
        Flow(source, target[0], count, "#sankey")
        for source, *counts in _MOVES
        for target, count in zip(_TIERS, counts, strict=True)
    ]
    return Sankey(_say("ui.style.of.sankey"), places, places, flows, "2025-12-31", "2026-05-31", numbers())


def _lorenz() -> Lorenz:
    points = [(step / 20, 1 - (1 - step / 20) ** 4.4) for step in range(1, 20)]
    return Lorenz(
        _say("ui.style.of.lorenz"),
        points,
        _say("ui.style.sample.share_customers"),
        _say("ui.style.sample.share_value"),
        [Highlight(0.2, 1 - 0.8**4.4, _say("ui.style.sample.top_20"), "#lorenz")],
    )


def _scatter() -> Scatter:
    amount = short_amounts(CURRENCY)
    # A fixed sequence that looks scattered: the same page every time.
    seeds = [(index * 37 % 101 / 101, index * 53 % 97 / 97) for index in range(1, 41)]
    points = [
        Point(4_000_000 * x, 3_000_000 * (0.6 * y + 0.4 * x), f"CN{index:04d}", "#scatter")
        for index, (x, y) in enumerate(seeds)
    ]
    quarters = [_say(f"ui.style.sample.quarter_{index}") for index in range(1, 5)]
    titles = _say("ui.style.sample.current_value"), _say("ui.style.sample.future_value")
    return Scatter(_say("ui.style.of.scatter"), points, *titles, amount, amount, 2_000_000, 1_500_000, quarters)


def _scatter_even() -> Scatter:
    """Forecasts of ten groups, of which the highest came out too high."""
    pairs = ((0.1, 0.12), (0.2, 0.19), (0.4, 0.43), (0.6, 0.58), (0.9, 0.97), (1.3, 1.2), (1.8, 1.9), (2.6, 2.4))
    points = [Point(forecast, bought, weight=4_000) for forecast, bought in (*pairs, (3.8, 3.3), (6.2, 5.1))]
    titles = _say("ui.style.sample.bought_forecast"), _say("ui.style.sample.bought")
    name, even = _say("ui.style.of.scatter_even"), _say("ui.style.sample.even")
    return Scatter(name, points, *titles, numbers(1), numbers(1), even=even)
