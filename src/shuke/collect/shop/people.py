"""Chinese names, sexes, birthdays and telephone numbers that are nobody's."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from shuke.collect.shop.draws import Flags, Floats, Ints, Keys, chosen, happens, normal, uniform, whole
from shuke.collect.shop.seasons import number_of

_NEWER_SINCE = number_of(date(1985, 1, 1))
"""From then on children were given names of the newer fashion."""
_MIDDLE = number_of(date(1984, 6, 1))
_ELDEST = number_of(date(1942, 1, 1))
_OF_AGE_DAYS = 18 * 366

# 1740 0 to 1740 5 belong to satellite telephones of the emergency services: valid in form, and no customer's.
_FIRST_PHONE, _PHONES = 17_400_000_000, 6_000_000
# Prime to the count of numbers, so that no two customers share one.
_STEP = 3_819_997


@dataclass(frozen=True)
class People:
    """Who they are: arrays of one length."""

    female: Flags
    born: Ints
    """Day since 1970; before it, below 0."""
    names: pa.Array
    phones: pa.Array


def people(keys: Keys, numbers: Ints, seed: int, joined: Floats) -> People:
    """The persons behind these keys, of age when they joined; `numbers` are theirs in the shop, for telephones."""
    female = happens(keys, "sex", 0.54)
    born = whole(_MIDDLE + normal(keys, "born") * 11.5 * 365.25)
    # Who would have been a child is as much older than eighteen as they would have been younger.
    born = np.minimum(born, 2 * (joined.astype(np.int64) - _OF_AGE_DAYS) - born).clip(min=_ELDEST)
    return People(female, born, names(keys, female, born), _phones(numbers, seed))


def names(keys: Keys, female: Flags, born: Ints) -> pa.Array:
    """Surname and given name; one in eight has a given name of one character."""
    told = _told()
    kind = np.where(female, 2, 0) + (born >= _NEWER_SINCE)
    surname = told.surnames.take(pa.array(chosen(keys, "surname", told.weights)))
    first = _letter(keys, "first character", told.firsts, kind)
    second = _letter(keys, "second character", told.seconds, kind)
    single = _letter(keys, "single character", told.singles, female.astype(np.int64))
    given = pc.if_else(
        pa.array(happens(keys, "one character", 0.125)), single, pc.binary_join_element_wise(first, second, "")
    )
    return pc.binary_join_element_wise(surname, given, "")


def _letter(keys: Keys, purpose: str, lists: tuple[str, ...], kind: Ints) -> pa.Array:
    starts = np.cumsum([0, *map(len, lists)])
    lengths = np.array([len(one) for one in lists])
    place = starts[kind] + (uniform(keys, purpose) * lengths[kind]).astype(np.int64)
    return pa.array(list("".join(lists))).take(pa.array(place))


def _phones(numbers: Ints, seed: int) -> pa.Array:
    shuffled = (numbers * _STEP + seed * 7_919) % _PHONES
    return pa.array(_FIRST_PHONE + shuffled).cast(pa.string())


@dataclass(frozen=True)
class _Told:
    surnames: pa.Array
    weights: Floats
    firsts: tuple[str, ...]
    seconds: tuple[str, ...]
    singles: tuple[str, ...]


@cache
def _told() -> _Told:
    told: dict[str, Any] = tomllib.loads(files(__package__).joinpath("names.toml").read_text("utf-8"))
    words = told["surnames"].split()
    sexes = (told["male"], told["female"])
    return _Told(
        pa.array(words[::2]),
        np.array([float(word) for word in words[1::2]]),
        tuple(sex[f"{age}_first"] for sex in sexes for age in ("older", "newer")),
        tuple(sex[f"{age}_second"] for sex in sexes for age in ("older", "newer")),
        tuple(sex["single"] for sex in sexes),
    )
