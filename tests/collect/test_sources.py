"""Where customers were won, from files as they are."""

from __future__ import annotations

import pytest

from shuke.collect import read_sources
from shuke.engines import Engine
from shuke.kit.errors import InputError


def test_the_first_row_with_a_source_counts_and_the_others_say_why_not(engine: Engine) -> None:
    lines = {"会员号": ["a", "b", "a", "", "c", "b"], "来源渠道": ["", "展会", "朋友", "展会", "NULL", "展会"]}
    read = read_sources(lines, engine=engine, customer="会员号")
    kept = read.table.to_arrow().sort_by("customer_id").to_pylist()
    assert [(row["customer_id"], row["source"]) for row in kept] == [("a", "朋友"), ("b", "展会")]
    assert dict(read.quality.set_aside) == {
        "reject.missing_source": 2, "reject.missing_customer": 1, "reject.duplicate": 1,
    }  # fmt: skip
    assert read.quality.read == read.quality.kept + sum(read.quality.set_aside.values()) == 6


def test_a_column_that_nobody_can_tell_is_asked_for() -> None:
    with pytest.raises(InputError, match="source"):
        read_sources({"customer": ["a"], "how": ["friend"]})
    read = read_sources({"customer": ["a"], "how": ["friend"]}, won_by="how")
    assert read.quality.kept == 1
