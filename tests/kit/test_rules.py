from __future__ import annotations

import pytest

from shuke.kit.errors import InputError
from shuke.kit.rules import Rule, first_match, read_rules, require_columns

GOOD = {"when": "a > 1", "needs": ["a"], "code": "big", "why_code": "big"}
LAST = {"when": "TRUE", "needs": [], "code": "small", "why_code": "small"}


def test_rules_are_read_in_order():
    assert read_rules([GOOD, LAST], "rules.toml") == (
        Rule("a > 1", ("a",), "big", "big"),
        Rule("TRUE", (), "small", "small"),
    )


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({**GOOD, "when": ""}, "rule 1: wrong or missing when"),
        ({**GOOD, "needs": "a"}, "rule 1: wrong or missing needs"),
        ({**GOOD, "needs": [1]}, "rule 1: wrong or missing needs"),
        ({**GOOD, "colour": "red"}, "unknown colour"),
        ({"when": "a > 1"}, "code, why_code, needs"),
    ],
)
def test_a_rule_that_lacks_a_part_is_refused_by_number(entry, told):
    with pytest.raises(InputError, match=told):
        read_rules([entry, LAST], "rules.toml")


@pytest.mark.parametrize("entries", [[], [GOOD]])
def test_the_last_rule_must_hold_for_everybody(entries):
    with pytest.raises(InputError, match="the last rule must be"):
        read_rules(entries, "rules.toml")


def test_a_single_rule_needs_no_case():
    assert first_match(read_rules([LAST], "rules.toml")) == "0"


def test_missing_columns_are_named_once_each_with_all_present():
    with pytest.raises(InputError, match="Pyramid needs the columns b, c, which are missing; the table has a"):
        require_columns(["a", "b", "c", "b"], ["a"], "Pyramid")
    require_columns(["a"], ["a", "b"], "Pyramid")
