from __future__ import annotations

import inspect
import re
from operator import attrgetter
from string import Formatter

import pytest

from shuke import classify
from shuke.classify import (
    PROSPECTS,
    SEGMENTS,
    TIMES,
    VALUES,
    Indicators,
    NineTypes,
    Quadrants,
    cuts_named,
    prospect,
    pyramid,
    stage_rules,
)
from shuke.kit.text import LANGUAGES, explain, keys, template
from shuke.tables import QUADRANT, SCORES, TYPE

FIGURES = {*SCORES.names, *(column.name for column in TYPE + QUADRANT)}
INDICATORS = Indicators().book.codes
TYPES = [f"{name}.{code}" for name in ("type", "type_means") for code in map(attrgetter("code"), NineTypes().labels)]
TYPES += [f"type_value.{code}" for code in VALUES] + [f"type_time.{code}" for code in TIMES]
TYPES += [f"type_why.{code}" for code in ("led", "lead_small", "little_known", "all_alike")]
TYPES += [f"{name}.{code}" for name in ("indicator", "indicator_means") for code in INDICATORS]
TYPES += [f"sign.{code}.{way}" for code in INDICATORS for way in ("high", "low")]
QUADRANTS = [label.code for label in Quadrants().labels]
PLACES = [f"{now}_{to_come}" for now, to_come in classify.QUADRANTS.values()] + ["future_unknown"]
PLACES += [f"{place}_other" for place in PLACES] + ["all_equal"]
TIER_WHYS = ["all_equal", "kept", "kept_out_of_base", "out_of_base", "too_few"] + [
    f"{code}{measure}" for code in ("not_positive", "ranked", "top") for measure in ("", "_other")
]
TIERS = [tier for name in ("abcd", "high-middle-normal", "80-20") for tier in cuts_named(name).codes]
CODES = (
    [f"tier.{code}" for code in TIERS]
    + [f"tier_why.{code}" for code in TIER_WHYS]
    + [f"stage.{rule.code}" for rule in stage_rules()]
    + [f"stage_why.{rule.why_code}" for rule in stage_rules()]
    + [f"rfm.{code}" for code in SEGMENTS.codes]
    + [f"prospect.{code}" for code in PROSPECTS]
    + [f"prospect_why.{rule.why_code}" for rule in prospect.RULES]
    + TYPES
    + [f"{name}.{code}" for name in ("quadrant", "quadrant_lever") for code in QUADRANTS]
    + [f"quadrant_why.{code}" for code in PLACES]
    + ["rfm_why.scores", "value_basis.margin", "value_basis.margin_rate", "value_basis.revenue"]
)


@pytest.mark.parametrize("code", sorted(set(CODES)))
def test_each_code_has_a_sentence_in_three_languages_whose_figures_are_columns_of_the_scores(code):
    figures = []
    for language in LANGUAGES:
        named = [name for _, name, _, _ in Formatter().parse(template(code, language)) if name is not None]
        assert set(named) <= FIGURES
        figures.append(sorted(named))
    assert figures[0] == figures[1] == figures[2]


def test_no_sentence_stands_in_the_catalogue_that_no_classifier_can_give():
    prefixes = [f"{name}{what}." for name in ("tier", "stage", "rfm", "prospect") for what in ("", "_why")]
    rooms = (
        "tier",
        "tier_why",
        "stage",
        "stage_why",
        "rfm",
        "rfm_why",
        "type",
        "type_means",
        "type_value",
        "type_time",
    )
    rooms += ("type_why", "indicator", "indicator_means", "sign", "quadrant", "quadrant_lever", "quadrant_why")
    prefixes += [f"{room}." for room in rooms]
    given = {key for prefix in prefixes for key in keys(prefix)}
    assert given <= set(CODES)


def test_the_list_of_tier_reasons_holds_every_one_the_pyramid_can_give():
    source = inspect.getsource(pyramid)
    given = set(re.findall(r"(?:THEN|ELSE) '([a-z_]+)", source))
    assert given <= set(TIER_WHYS)
    assert {"ranked", "kept", "too_few"} <= given


def test_a_whole_sentence_reads_as_a_colleague_would_write_it():
    row = {"tier_rank": 4, "tier_base": 100, "value_basis": "margin", "tier_measure_minor": 900_000}
    row["tier_next_minor"] = 1_240_000
    assert explain("tier_why.ranked", "zh-hans", "CNY", row) == (
        "近 12 个月毛利为 ¥9,000.00，在 100 位客户中排第 4；上一等级从 ¥12,400.00 起。"
    )
    assert explain("tier_why.ranked", "en", "CNY", row) == (
        "Rank 4 of 100 by margin in the last 12 months (CN¥9,000.00); the tier above starts at CN¥12,400.00."
    )
