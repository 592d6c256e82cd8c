"""Named RFM segments as data: a full grid of recency and frequency scores."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from shuke.kit.errors import InputError

SCORES = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Grid:
    """The segment of each (recency score, frequency score): `rows[r - 1][f - 1]`.

    >>> SEGMENTS.at(5, 5), SEGMENTS.at(1, 1)
    ('champion', 'hibernating')
    """

    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if [len(row) for row in self.rows] != [len(SCORES)] * len(SCORES) or not all(all(row) for row in self.rows):
            raise InputError(
                f"The grid of segments has rows of {[len(row) for row in self.rows]} cells: it needs 5 rows (recency "
                "score 1 to 5) of 5 codes (frequency score 1 to 5), none empty."
            )

    def at(self, recency: int, frequency: int) -> str:
        return self.rows[recency - 1][frequency - 1]

    def body(self) -> dict[str, list[str]]:
        """As a definition has it: rows by their recency score, the highest first."""
        return {str(score): list(self.rows[score - 1]) for score in reversed(SCORES)}

    @property
    def codes(self) -> tuple[str, ...]:
        """Every segment once."""
        return tuple(dict.fromkeys(code for row in reversed(self.rows) for code in reversed(row)))


def grid_from(recency: Mapping[str, Sequence[str]]) -> Grid:
    """The grid from rows named by their recency score, as in rfm_segments.toml."""
    if set(recency) != {str(score) for score in SCORES}:
        raise InputError(f"The grid has rows for the recency scores {', '.join(recency)}: give exactly 1, 2, 3, 4, 5.")
    return Grid(tuple(tuple(recency[str(score)]) for score in SCORES))


SEGMENTS = grid_from(tomllib.loads(files(__package__).joinpath("rfm_segments.toml").read_text("utf-8"))["recency"])
