"""Codes that the door says have their sentences."""

from __future__ import annotations

import pytest

from shuke.classify import REGISTRY, cut_names
from shuke.collect import presets
from shuke.cycle import _STAGES
from shuke.insight.demo import _TRAITS
from shuke.insight.forms import MEASURES
from shuke.insight.models import Upload
from shuke.kit.text import keys


@pytest.mark.parametrize("key", [f"insight.state.{state}" for state in (*Upload.State.values, "failed")])
def test_every_state_of_an_upload_has_a_name(key: str) -> None:
    assert key in keys(key)


@pytest.mark.parametrize(
    "key", [*(f"insight.run.by_{name}" for name in MEASURES),
            *(f"insight.run.tiers_{name.replace('-', '_')}" for name in cut_names())],
)  # fmt: skip
def test_every_choice_of_a_run_has_a_name(key: str) -> None:
    assert key in keys(key)


@pytest.mark.parametrize("stage", ["customers", "reading", "keeping", "publishing", *_STAGES])
def test_every_step_is_named_on_the_terminal_and_on_the_page(stage: str) -> None:
    assert f"cli.progress.{stage}" in keys("cli.progress.")
    assert stage == "customers" or f"insight.stage.{stage}" in keys("insight.stage.")


@pytest.mark.parametrize("trait", _TRAITS)
def test_every_trait_of_the_demonstration_has_a_name(trait: str) -> None:
    assert f"customers.trait.name.{trait}" in keys("customers.trait.name.")


@pytest.mark.parametrize("name", presets())
def test_every_shop_system_has_a_name(name: str) -> None:
    assert f"insight.preset.{name}" in keys("insight.preset.")


@pytest.mark.parametrize(
    "code",
    ["none", "too_large", "empty", "no_rows", "packed", "old_excel", "not_a_table", "damaged", "too_much_inside"],
)
def test_every_refusal_has_a_sentence(code: str) -> None:
    assert f"insight.refused.{code}" in keys("insight.refused.")


def test_every_way_to_part_tiers_is_told_on_the_overview() -> None:
    [ways] = [one.choices for one in REGISTRY["pyramid"].make.SHAPE.settings if one.name == "by"]
    assert {f"insight.because.pyramid_by_{way}" for way in ways} == set(keys("insight.because.pyramid"))
