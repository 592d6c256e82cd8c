"""Cars and their replacement: the durable that a dealership's customer has, and what it brings them back for."""

from __future__ import annotations

import numpy as np

from shuke.collect.shop.draws import Floats, Keys, exponential, happens, uniform

_YEAR = 365.25
_HARDENS = 3.2
"""Shape of the Weibull ages at which cars are replaced: hardly any in the first years, then ever more."""
MOST_CARS = 5
"""Nobody has more in these years."""


def starts(keys: Keys, joined: Floats, car_years: Floats) -> Floats:
    """When each car of the customer was new: a row a customer, the first car and those after it.

    Three in ten come with a car bought elsewhere, up to five years old, and begin as customers of the workshop. How
    long a car is kept is Weibull; for a car that came at an age, given that it was kept until then.
    """
    age = np.where(happens(keys, "came with a car", 0.3), 0.5 + 4.5 * uniform(keys, "age of the car"), 0.0)
    found = [joined - age * _YEAR]
    for number in range(MOST_CARS - 1):
        kept = car_years * ((age / car_years) ** _HARDENS + exponential(keys, f"car {number}")) ** (1 / _HARDENS)
        found.append(found[-1] + np.maximum(kept, age + 0.1) * _YEAR)
        age = np.zeros_like(age)
    return np.column_stack(found)
