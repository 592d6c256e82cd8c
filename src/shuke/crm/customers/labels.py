"""Labels that users write, in up to three languages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pypinyin import lazy_pinyin

from shuke.kit.text import LANGUAGES
from shuke.ui import language

_NEAREST = {
    "zh-hans": ("zh-hans", "zh-hant", "en"),
    "zh-hant": ("zh-hant", "zh-hans", "en"),
    "en": ("en", "zh-hans", "zh-hant"),
}
_LONGEST_CODE = 40


def in_language(labels: Mapping[str, str], tongue: str = "") -> str:
    """The label in the reader's language, else in the nearest there is; empty without any.

    >>> in_language({"zh-hans": "车牌", "en": "Plate"}, "zh-hant")
    '车牌'
    """
    return next((labels[code] for code in _NEAREST[tongue or language.active()] if labels.get(code)), "")


def three(texts: Sequence[str]) -> dict[str, str]:
    """Labels given in the order of kit.text.LANGUAGES.

    >>> three(["车牌", "車牌", "Plate"])["en"]
    'Plate'
    """
    return {code: text for code, text in zip(LANGUAGES, texts, strict=True) if text}


def code_from(labels: Mapping[str, str], taken: set[str], fallback: str) -> str:
    """A code of small letters, digits and underscores that none of the others has, from the label.

    >>> code_from({"en": "Plate number"}, {"plate_number"}, "field"), code_from({"zh-hans": "车牌"}, set(), "field")
    ('plate_number_2', 'che_pai')
    """
    label = labels.get("en") or in_language(labels, "zh-hans")
    spoken = "_".join(lazy_pinyin(label)).lower()
    stem = re.sub(r"[^a-z0-9]+", "_", spoken).strip("_")[: _LONGEST_CODE - 4].strip("_") or fallback
    stem = stem if stem[0].isalpha() else f"{fallback}_{stem}"[: _LONGEST_CODE - 4]
    number, code = 1, stem
    while code in taken:
        number += 1
        code = f"{stem}_{number}"
    return code
