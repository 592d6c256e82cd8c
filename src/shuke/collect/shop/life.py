"""How long a relation lasts and how it runs: the four courses of seed 003 (早期流产, 中途夭折, 提前退出, 长久保持).

A relation is explored for 120 days, forms until day 450, and is stable from then on. A course says in which of these
it ends. Before a relation that had formed ends, it fades: fewer and smaller orders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shuke.collect.shop.draws import Floats, Ints, Keys, exponential, uniform

COURSES = ("early_abortion", "death_midway", "early_exit", "long_keeping")
EXPLORED_DAYS, FORMED_DAYS = 120.0, 450.0
PACES = (0.75, 1.0, 0.5)
"""How often a customer buys while exploring, then, and while fading, as a share of the purchase rate."""
_FADING = np.array([0.0, 0.25, 0.2, 0.1])
"""The last share of a life in which it fades, by course."""


@dataclass(frozen=True)
class Life:
    """One relation each: its course, and its turns as moments (joined, explored, fading, left)."""

    course: Ints
    turns: Floats
    """A row a customer, four columns, never falling."""

    @property
    def joined(self) -> Floats:
        return self.turns[:, 0]

    @property
    def fading(self) -> Floats:
        return self.turns[:, 2]

    @property
    def left(self) -> Floats:
        return self.turns[:, 3]


def life(keys: Keys, joined: Floats, leaving_rate: Floats) -> Life:
    """The lives of customers: who is prone to leave at a rate h a year, leaves early.

    P(early abortion) = 0.45·h/(h + 0.35); of the others P(death midway) = 0.6·h/(h + 0.5); of the others
    P(early exit) = 0.6·h/(h + 0.4).
    """
    h = leaving_rate
    course = np.full(len(keys), COURSES.index("long_keeping"))
    for place, (most, half) in reversed(list(enumerate(((0.45, 0.35), (0.6, 0.5), (0.6, 0.4))))):
        course[uniform(keys, COURSES[place]) < most * h / (h + half)] = place
    days = _days(keys, course)
    left = joined + days
    explored = np.minimum(joined + EXPLORED_DAYS, left)
    fading = np.maximum(explored, left - days * _FADING[course])
    return Life(course, np.column_stack([joined, explored, fading, left]))


def _days(keys: Keys, course: Ints) -> Floats:
    """How long each stays: within the stage that the course names, or as long as there is a reason to."""
    share, wait = uniform(keys, "life"), exponential(keys, "long life")
    choices = [
        10.0 + (EXPLORED_DAYS - 10.0) * share,
        EXPLORED_DAYS + (FORMED_DAYS - EXPLORED_DAYS) * share,
        FORMED_DAYS + 60.0 + 900.0 * share,
        FORMED_DAYS + 1000.0 + 3650.0 * wait,
    ]
    return np.choose(course, choices)
