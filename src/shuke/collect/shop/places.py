"""Branches, their staff, and the towns of customers."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from shuke.collect.shop.draws import Flags, Floats, Ints

STAFF_PER_BRANCH = 5


@dataclass(frozen=True)
class Places:
    """Branches in their order, and towns with the branches that serve each."""

    branch_ids: tuple[str, ...]
    branches: tuple[str, ...]
    branch_cities: tuple[str, ...]
    branch_kinds: tuple[str, ...]
    towns: tuple[str, ...]
    provinces: tuple[str, ...]
    is_county: Flags
    weights: Floats
    dealership_of: Ints
    """For each town its dealership, by the branch's place."""
    shops_of: Ints
    """For each town the two shops of its city."""

    @property
    def online(self) -> int:
        return self.branch_kinds.index("online")


@cache
def places() -> Places:
    """The same in every shop, whatever its seed and size."""
    told = tomllib.loads(files(__package__).joinpath("places.toml").read_text("utf-8"))
    branches, towns = told["branches"], told["towns"]

    def serving(city: str, kind: str) -> list[int]:
        return [place for place, one in enumerate(branches) if one[2:] == [city, kind]]

    return Places(
        branch_ids=tuple(one[0] for one in branches),
        branches=tuple(one[1] for one in branches),
        branch_cities=tuple(one[2] for one in branches),
        branch_kinds=tuple(one[3] for one in branches),
        towns=tuple(one[0] for one in towns),
        provinces=tuple(one[1] for one in towns),
        is_county=np.array([one[3] for one in towns]),
        weights=np.array([float(one[4]) for one in towns]),
        dealership_of=np.array([serving(one[2], "dealership")[0] for one in towns]),
        shops_of=np.array([serving(one[2], "shop") for one in towns]),
    )
