"""Behaviour comes from the traits: they show in what customers do, and none can be read off it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from scipy.stats import spearmanr

from shuke.collect.shop import Shop
from shuke.collect.shop.life import COURSES
from shuke.collect.shop.traits import LOYALTY_KINDS, NINE_TYPES

COUNT = 1000


@pytest.fixture(scope="module")
def done(seen) -> dict[str, np.ndarray]:
    """A few plain indicators of each customer, as anybody would compute them."""
    who, days = seen.customers("purchases"), seen.days("purchases", "purchased_at")
    lines = seen.table("purchases")
    bought = lines["quantity"].to_numpy() > 0
    listed, off = lines["list_amount_minor"].to_numpy(), lines["discount_minor"].to_numpy()
    pairs = np.unique(np.column_stack([who, days])[bought], axis=0)
    point = dict(zip(seen.column("products", "product_id"), seen.column("products", "selling_point"), strict=True))
    generation = dict(zip(seen.column("products", "product_id"), seen.column("products", "generation"), strict=True))
    product = seen.column("purchases", "product_id")
    points, ages = np.array([point[p] for p in product]), np.array([generation[p] for p in product])
    counted = np.bincount(who[bought], minlength=COUNT)

    def share(of: np.ndarray) -> np.ndarray:
        return np.bincount(who[bought & of], minlength=COUNT) / np.maximum(counted, 1)

    return {
        "days": np.bincount(pairs[:, 0], minlength=COUNT).astype(float),
        "lines": counted.astype(float),
        "off": np.bincount(who[bought], weights=off[bought], minlength=COUNT)
        / np.bincount(who[bought], weights=listed[bought], minlength=COUNT),
        "economy": share(points == "economy"),
        "feeling": share(points == "feeling"),
        "function": share(points == "function"),
        "new": share(ages == "new"),
        "classic": share(ages == "classic"),
        "shop": share(seen.column("purchases", "channel") == "门店"),
    }


def test_all_kinds_of_customers_are_there(seen) -> None:
    truth = seen.table("truth")
    for name, codes in (("course", COURSES), ("loyalty_kind", LOYALTY_KINDS), ("nine_type", NINE_TYPES)):
        counted = {one["values"]: one["counts"] for one in pc.value_counts(truth[name]).to_pylist()}
        assert set(counted) == set(codes)
        assert min(counted.values()) > 20, name
    for group in ("appeal_", "focus_", "channel_", "affinity_"):
        names = [name for name in truth.column_names if name.startswith(group)]
        assert sum(truth[name].to_numpy() for name in names) == pytest.approx(np.ones(COUNT))


def test_the_dominant_type_is_where_the_weights_are_largest(seen) -> None:
    appeal = np.column_stack([seen.column("truth", f"appeal_{one}") for one in ("function", "economy", "feeling")])
    focus = np.column_stack([seen.column("truth", f"focus_{one}") for one in ("past", "present", "future")])
    cells = (focus[:, :, None] * appeal[:, None, :]).reshape(COUNT, 9)
    assert (np.array(NINE_TYPES)[cells.argmax(axis=1)] == seen.column("truth", "nine_type")).all()


@pytest.mark.parametrize(
    ("trait", "indicator", "least"),
    [
        ("price_sensitivity", "off", 0.4),
        ("appeal_economy", "economy", 0.35),
        ("appeal_feeling", "feeling", 0.35),
        ("appeal_function", "function", 0.35),
        ("focus_future", "new", 0.35),
        ("focus_past", "classic", 0.5),
        ("channel_shop", "shop", 0.5),
    ],
)
def test_a_trait_shows_in_what_is_bought_and_does_not_stand_in_it(seen, done, trait, indicator, least) -> None:
    enough = (done["lines"] >= 15) & seen.column("truth", "buys_retail")
    found = spearmanr(seen.column("truth", trait)[enough], done[indicator][enough]).statistic
    assert least < found < 0.97


def test_the_rate_shows_in_the_purchases_of_those_who_stay(seen, done) -> None:
    stays = (seen.column("truth", "course") == "long_keeping") & ~seen.column("truth", "buys_cars")
    years = (seen.days("purchases", "purchased_at").max() - seen.days("truth", "joined_on")) / 365.25
    stays &= seen.column("truth", "alive") & (years > 1)
    expected = seen.column("truth", "purchase_rate")[stays] * years[stays]
    # The first 120 days are slower; campaigns add some.
    assert 0.85 < done["days"][stays].sum() / expected.sum() < 1.1
    assert 0.8 < spearmanr(done["days"][stays] / years[stays], seen.column("truth", "purchase_rate")[stays])[0] < 0.995


def test_gaps_are_the_steadier_the_larger_the_shape(seen) -> None:
    who, days = seen.customers("purchases"), seen.days("purchases", "purchased_at")
    pairs = np.unique(np.column_stack([who, days])[seen.table("purchases")["quantity"].to_numpy() > 0], axis=0)
    shape, cars = seen.column("truth", "gap_shape"), seen.column("truth", "buys_cars")
    varied: dict[int, list[float]] = {1: [], 8: []}
    for customer in np.unique(pairs[:, 0]):
        gaps = np.diff(pairs[pairs[:, 0] == customer, 1])
        if shape[customer] in varied and not cars[customer] and len(gaps) >= 20:
            varied[shape[customer]].append(gaps.std() / gaps.mean())
    assert np.median(varied[1]) > 0.8
    assert np.median(varied[8]) < 0.75


def test_lives_end_in_the_stage_that_their_course_names(seen) -> None:
    table, course = seen.table("truth"), seen.column("truth", "course")
    left, known = table["left_on"].cast(pa.int32()).fill_null(0).to_numpy(), table["left_on"].is_valid().to_numpy()
    days = left - seen.days("truth", "joined_on")
    for name, low, high in (("early_abortion", 9, 121), ("death_midway", 119, 451), ("early_exit", 509, 1412)):
        of = days[(course == name) & known]
        assert low <= of.min() < of.max() <= high
    assert known[course == "early_abortion"].all()
    prone = seen.column("truth", "leaving_rate")
    assert np.median(prone[course == "early_abortion"]) > 1.3 * np.median(prone[course == "long_keeping"])


def test_who_comes_often_fills_smaller_baskets(seen) -> None:
    found = spearmanr(seen.column("truth", "purchase_rate"), seen.column("truth", "spend_level"))
    retail = seen.column("truth", "buys_retail")
    found = spearmanr(seen.column("truth", "purchase_rate")[retail], seen.column("truth", "spend_level")[retail])
    assert -0.45 < found.statistic < -0.1


def test_no_column_of_any_table_is_a_trait(seen) -> None:
    """No number that customers leave behind, summed or averaged, gives the order of a trait away."""
    traits = [
        name for name in seen.table("truth").column_names
        if pa.types.is_floating(seen.table("truth").schema.field(name).type)
    ]  # fmt: skip
    assert len(traits) > 30
    for table in ("purchases", "touches", "payments", "contracts", "complaints"):
        who = seen.customers(table)
        counted = np.bincount(who, minlength=COUNT)
        several = counted >= 3
        for field in seen.table(table).schema:
            if not (pa.types.is_integer(field.type) or pa.types.is_floating(field.type)):
                continue
            values = seen.table(table)[field.name].cast(pa.float64()).fill_null(0.0).to_numpy()
            mean = (np.bincount(who, weights=values, minlength=COUNT) / np.maximum(counted, 1))[several]
            for trait in traits:
                truth = seen.table("truth")[trait].to_numpy()[several]
                if np.ptp(mean) and np.ptp(truth):
                    assert abs(np.corrcoef(mean, truth)[0, 1]) < 0.95, (table, field.name, trait)
    names = {name for table in ("customers", "purchases", "surveys") for name in seen.table(table).column_names}
    assert not names & (set(seen.table("truth").column_names) - {"customer_id"})


def test_the_year_after_is_kept_as_truth_and_not_in_the_file(seen) -> None:
    gone = ~seen.column("truth", "alive")
    assert seen.column("truth", "future_purchases")[gone].sum() == 0
    assert seen.column("truth", "future_purchases")[~gone].sum() > 1000
    assert (seen.column("truth", "future_amount_minor") >= seen.column("truth", "future_margin_minor"))[
        seen.column("truth", "future_amount_minor") > 0
    ].all()


def test_cars_are_replaced_after_years_and_the_workshop_is_visited_in_between(seen) -> None:
    lines = seen.table("purchases")
    who, days, category = (
        seen.customers("purchases"),
        seen.days("purchases", "purchased_at"),
        seen.column("purchases", "category"),
    )
    cars = seen.column("truth", "buys_cars")
    assert 0.1 < cars.mean() < 0.2
    assert (cars[who[np.isin(category, ["新车", "保养", "维修"])]]).all()
    bought = np.column_stack([who, days])[category == "新车"]
    gaps = np.concatenate([np.diff(bought[bought[:, 0] == one, 1]) for one in np.unique(bought[:, 0])])
    assert len(gaps) > 0
    assert 2.0 < np.median(gaps) / 365.25 < 7.0
    assert (category == "保养").sum() > 2 * (category == "新车").sum()
    assert lines.num_rows > 20_000


def test_more_customers_are_no_other_distribution() -> None:
    few, many = Shop(400).table("truth"), Shop(4000).table("truth")
    for name in ("purchase_rate", "leaving_rate", "uplift", "spend_level"):
        assert np.median(few[name].to_numpy()) == pytest.approx(np.median(many[name].to_numpy()), rel=0.2)
