"""How a pyramid is cut, as data: the tiers' names and order, and where each begins."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import pairwise

from shuke.kit.errors import InputError

WAYS = ("customers", "value", "threshold")


@dataclass(frozen=True)
class Tier:
    """One tier: its code (name in `tier.<code>`, unless it has names of its own), the share it takes or the value it
    starts at, its colour as a token of the design."""

    code: str
    share: float = 0.0
    from_minor: int = 0
    colour: str = "tier-d"
    names: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Cuts:
    """The tiers, best first, and what they are cut by: `customers`, `value` (shares) or `threshold` (minor units).

    >>> Cuts("threshold", (Tier("gold", from_minor=500_000), Tier("plain"))).codes
    ('gold', 'plain')
    >>> Cuts("customers", (Tier("A", share=0.1), Tier("B", share=0.8)))
    Traceback (most recent call last):
    shuke.kit.errors.InputError: The shares of the tiers A 0.1, B 0.8 add up to 0.9: they must add up to 1.
    """

    by: str
    tiers: tuple[Tier, ...]

    def __post_init__(self) -> None:
        if self.by not in WAYS:
            raise InputError(f"Unknown way to cut {self.by!r}: choose one of {', '.join(WAYS)}.")
        if len(self.tiers) < 2 or len(set(self.codes)) < len(self.tiers):
            raise InputError(f"A pyramid needs two tiers or more, each with a code of its own, not {self.codes}.")
        _check_thresholds(self.tiers) if self.by == "threshold" else _check_shares(self.tiers)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(tier.code for tier in self.tiers)

    def cumulative_shares(self) -> list[Fraction]:
        """The share of all tiers down to each, exactly as written in decimals; the lowest tier left out."""
        running = Fraction(0)
        shares = []
        for tier in self.tiers[:-1]:
            running += Fraction(str(tier.share))
            shares.append(running)
        return shares


def cuts_named(name: str = "abcd") -> Cuts:
    """Ready-made cuts: `abcd` (1, 4, 15, 80 % of customers), `high-middle-normal`, `80-20` (who makes 80 % of value).

    >>> cuts_named("abcd").codes
    ('A', 'B', 'C', 'D')
    """
    known = _ready_made()
    if name not in known:
        raise InputError(f"No pyramid is called {name!r}: choose one of {', '.join(known)}, or give Cuts of your own.")
    return known[name]


def cut_names() -> tuple[str, ...]:
    """The names of the ready-made cuts.

    >>> cut_names()
    ('abcd', 'high-middle-normal', '80-20')
    """
    return tuple(_ready_made())


@cache
def _ready_made() -> Mapping[str, Cuts]:
    data = tomllib.loads(files(__package__).joinpath("pyramids.toml").read_text("utf-8"))
    return {name: Cuts(cut["by"], tuple(Tier(**tier) for tier in cut["tiers"])) for name, cut in data.items()}


def _check_shares(tiers: tuple[Tier, ...]) -> None:
    told = ", ".join(f"{tier.code} {tier.share}" for tier in tiers)
    if any(tier.share <= 0 for tier in tiers):
        raise InputError(f"The shares of the tiers {told} must each be above 0.")
    total = sum(Fraction(str(tier.share)) for tier in tiers)
    if total != 1:
        raise InputError(f"The shares of the tiers {told} add up to {float(total):g}: they must add up to 1.")


def _check_thresholds(tiers: tuple[Tier, ...]) -> None:
    starts = [tier.from_minor for tier in tiers[:-1]]
    if starts[-1] <= 0 or any(above <= below for above, below in pairwise(starts)):
        raise InputError(
            f"The tiers start at {starts} minor units: give falling values above 0, the best tier first, and none "
            "for the lowest."
        )


ABCD = cuts_named("abcd")
