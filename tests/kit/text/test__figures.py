"""Shares that are nearly nothing or nearly all."""

from __future__ import annotations

import pytest

from shuke.kit.text import share


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (0.0, 0, "0%"),
        (0.0049, 0, "<1%"),
        (0.005, 0, "<1%"),
        (0.0051, 0, "1%"),
        (0.994, 0, "99%"),
        (0.9951, 0, ">99%"),
        (1.0, 0, "100%"),
        (1.2, 0, "120%"),
        (0.0004, 1, "<0.1%"),
        (0.9996, 1, ">99.9%"),
        (-0.001, 1, "-0.1%"),
    ],
)
def test_a_share_that_is_not_quite_none_or_all_never_reads_so(value: float, decimals: int, written: str) -> None:
    assert {share(value, language, decimals) for language in ("zh-hans", "zh-hant", "en")} == {written}
