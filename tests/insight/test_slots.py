"""What the door adds to a customer's page: purchases by visit."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from shuke.insight.slots import visits_of


def bought(*things: str | None) -> str:
    """What a visit is said to have been of, the dearest first."""
    rows = [
        {"purchased_on": date(2024, 5, 1), "order_id": "", "store": None, "channel": None, "product_id": None,
         "category": thing, "amount_minor": 1_000 - place}
        for place, thing in enumerate(things)
    ]  # fmt: skip
    with translation.override("en"):
        [visit] = visits_of(rows)
    return visit.what


@pytest.mark.parametrize(
    ("things", "told"),
    [
        (("Tea",) * 5, "Tea"),
        (("Tea", "Cups", "Tea"), "Tea, Cups"),
        (("Tea", "Cups", "Tea", None), "Tea, Cups and 1 more"),
        (("Tea", "Cups", "Pots", "Trays", "Sugar", "Milk", "Milk", "Tea"), "Tea, Cups, Pots, Trays and 3 more"),
        ((None, None), "—"),
    ],
)
def test_a_visit_names_its_dearest_things_and_counts_only_lines_of_others(
    things: tuple[str | None, ...], told: str
) -> None:
    assert bought(*things) == told
