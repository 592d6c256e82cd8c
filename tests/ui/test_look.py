"""The style sheet and the script: readable colours, nothing from outside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import shuke.ui

STATIC = Path(shuke.ui.__file__).parent / "static" / "ui"
CSS = (STATIC / "shuke.css").read_text("utf-8")
PAIRS = {name: both for name, *both in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", CSS)}
SURFACES = ("ground", "surface", "sunken", "raised", "hover")
INKS = ("ink", "ink-2", "ink-3", "accent", "good", "bad", "warn")


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative contrast."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ink", INKS)
@pytest.mark.parametrize("surface", SURFACES)
def test_text_can_be_read_on_every_surface(ink: str, surface: str, scheme: int) -> None:
    assert contrast(PAIRS[ink][scheme], PAIRS[surface][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "surface"),
    [
        *(("accent", "accent-soft"), ("good", "good-soft"), ("bad", "bad-soft"), ("warn", "warn-soft")),
        *(("accent-ink", "accent"), ("accent-ink", "accent-hover"), ("accent-ink", "tier-a"), ("accent-ink", "tier-b")),
        *(("accent-ink", "heat-4"), ("accent-ink", "heat-5"), ("accent-ink", "heat-6")),
        *(("ink", "heat-0"), ("ink", "heat-1"), ("ink", "heat-2"), ("ink", "heat-3")),
    ],
)
def test_text_can_be_read_on_colours(ink: str, surface: str, scheme: int) -> None:
    assert contrast(PAIRS[ink][scheme], PAIRS[surface][scheme]) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    "tone", [*(f"tone-{at}" for at in range(1, 7)), "stage-decline", "stage-exploration", "tier-a"]
)
def test_marks_of_charts_can_be_told_from_the_surface(tone: str, scheme: int) -> None:
    assert contrast(PAIRS[tone][scheme], PAIRS["surface"][scheme]) >= 3


@pytest.mark.parametrize("name", ["shuke.css", "shuke.js", "mark.svg"])
def test_nothing_is_fetched_from_outside(name: str) -> None:
    text = (STATIC / name).read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|@import|url\(", text)


def test_the_script_evaluates_no_text() -> None:
    assert not re.search(r"\beval\(|new Function|\.style\b", (STATIC / "shuke.js").read_text("utf-8"))


def test_every_token_used_is_defined() -> None:
    used, defined = set(re.findall(r"var\(--([\w-]+)", CSS)), set(re.findall(r"--([\w-]+):", CSS))
    assert used - defined == set()
