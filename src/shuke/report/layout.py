"""Text in columns, for terminals in which a Chinese character is two cells wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from shuke.kit.text import say


def width(text: str) -> int:
    """How many cells of a terminal the text takes.

    >>> width("VIP"), width("熟客")
    (3, 4)
    """
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def title(name: str, language: str, **figures: str) -> str:
    """The heading of a part of the report."""
    return f"■ {say(f'report.title.{name}', language, **figures)}"


def columns_of_text(rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), gap: int = 2) -> list[str]:
    """Lines in which the cells of each column stand below one another; `right` names columns pushed to the right.

    >>> columns_of_text([["A", "1"], ["熟客", "20"]], right=[1])
    ['A      1', '熟客  20']
    """
    widths = [max(width(row[place]) for row in rows) for place in range(len(rows[0]))] if rows else []
    return [(" " * gap).join(_cells(row, widths, right)).rstrip() for row in rows]


def _cells(row: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> list[str]:
    padded = []
    for place, (text, cells) in enumerate(zip(row, widths, strict=True)):
        blank = " " * (cells - width(text))
        padded.append(blank + text if place in right else text + blank)
    return padded
