from __future__ import annotations

from fractions import Fraction

import pytest

from shuke.classify import COLOURS, Cuts, Tier, cuts_named
from shuke.kit.errors import InputError


def test_shares_are_added_exactly_as_written() -> None:
    assert cuts_named("abcd").cumulative_shares() == [Fraction(1, 100), Fraction(5, 100), Fraction(20, 100)]


def test_every_ready_made_pyramid_has_a_colour_for_each_tier() -> None:
    for name in ("abcd", "high-middle-normal", "80-20"):
        colours = [tier.colour for tier in cuts_named(name).tiers]
        assert len(set(colours)) == len(colours)
        assert set(colours) <= set(COLOURS)


def test_an_unknown_pyramid_is_told_which_there_are() -> None:
    with pytest.raises(InputError, match="abcd, high-middle-normal, 80-20"):
        cuts_named("abc")


@pytest.mark.parametrize(
    ("by", "tiers", "told"),
    [
        ("sales", (Tier("A", 0.5), Tier("B", 0.5)), "customers, value, threshold"),
        ("customers", (Tier("A", 1.0),), "two tiers"),
        ("customers", (Tier("A", 0.5), Tier("A", 0.5)), "a code of its own"),
        ("customers", (Tier("A", 0.5), Tier("B", 0.6)), "add up to 1.1"),
        ("customers", (Tier("A", 0.0), Tier("B", 1.0)), "above 0"),
        ("threshold", (Tier("A", from_minor=5), Tier("B", from_minor=5), Tier("C")), "falling values"),
        ("threshold", (Tier("A", from_minor=0), Tier("B")), "above 0"),
    ],
)
def test_cuts_that_cannot_be_are_refused_with_the_reason(by: str, tiers: tuple[Tier, ...], told: str) -> None:
    with pytest.raises(InputError, match=told):
        Cuts(by, tiers)
