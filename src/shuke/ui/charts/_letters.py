"""How much room words take, and how they keep out of each other's way."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from unicodedata import east_asian_width

SIZE = 12
"""Pixels of a chart's letters."""
_NARROW = set("iIl.,:;'|!()[] ·")


@lru_cache(maxsize=4096)
def measure(text: str, size: float = SIZE) -> float:
    """About how wide a text is, rather too wide than too narrow.

    >>> measure("客户"), measure("12")
    (24.0, 14.16)
    """
    return round(sum(_em(letter) for letter in text) * size, 2)


def _em(letter: str) -> float:
    if east_asian_width(letter) in "WF":
        return 1.0
    if letter in _NARROW:
        return 0.34
    return 0.7 if letter.isupper() or letter in "%mw¥$@—" else 0.59


def shorten(text: str, room: float, size: float = SIZE) -> str:
    """The text, or as much of it as the room holds, with an ellipsis.

    >>> shorten("小客户", 40), shorten("小客户", 30)
    ('小客户', '小…')
    """
    if measure(text, size) <= room:
        return text
    kept = text
    while kept and measure(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…" if kept else ""


def lines(text: str, room: float) -> list[str]:
    """The text in one line, or in two where one is too short, broken at a space if there is one; the rest is cut off.

    >>> lines("前 20% 客户贡献 63% 的价值", 110)
    ['前 20% 客户贡献', '63% 的价值']
    >>> lines("Loyal customers", 84)
    ['Loyal', 'customers']
    >>> lines("深圳市远航商贸", 60)
    ['深圳市远航', '商贸']
    """
    if measure(text) <= room:
        return [text]
    fits = max((end for end in range(1, len(text)) if measure(text[:end]) <= room), default=1)
    at = text.rfind(" ", 0, fits + 1)
    end = at if at > fits // 2 or (at > 0 and measure(text[at:].lstrip()) <= room) else fits
    return [text[:end].rstrip(), shorten(text[end:].lstrip(), room)]


def thinning(labels: Sequence[str], slot: float) -> int:
    """Show every how-many-eth label so that none touches the next.

    >>> thinning(["一月", "二月"], 20), thinning(["一月", "二月"], 50)
    (2, 1)
    """
    widest = max((measure(label) for label in labels), default=0.0) + 10
    return max(1, -(-int(widest * 100) // max(int(slot * 100), 1)))


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move places in rising order apart to at least the gap, as little as needed, within low and high.

    >>> spread([10, 12, 60], 14, 0, 100)
    [10, 24, 60]
    >>> spread([90, 95, 99], 14, 0, 100)
    [72, 86, 100]
    """
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + gap) if moved else max(place, low))
    ceiling = high
    for index in range(len(moved) - 1, -1, -1):
        moved[index] = min(moved[index], ceiling)
        ceiling = moved[index] - gap
    return moved


def flow(texts: Sequence[str], extra: float, width: float, line: float) -> tuple[list[tuple[float, float]], float]:
    """Set texts one after another in lines, each with some extra room; their places, and the height they took.

    >>> flow(["客户", "客户"], 20, 60, 16)
    ([(0.0, 0.0), (0.0, 16.0)], 32.0)
    """
    places: list[tuple[float, float]] = []
    x = y = 0.0
    for text in texts:
        room = measure(text) + extra
        if places and x + room > width:
            x, y = 0.0, y + line
        places.append((x, y))
        x += room
    return places, y + line if places else 0.0
