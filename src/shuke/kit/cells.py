"""Text in cells of files that a spreadsheet may open."""

from __future__ import annotations

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """The text with an apostrophe before it, where a spreadsheet would else run it as a formula.

    >>> safe_cell("=cmd|' /C calc'!A0"), safe_cell("13800138000"), safe_cell("-12.50")
    ("'=cmd|' /C calc'!A0", '13800138000', '-12.50')
    """
    return "'" + text if text.startswith(_FORMULA_STARTS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
