"""The definition of RFM: cut-offs of its scores, segments, and the grid that names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shuke.classify._faults import Fault
from shuke.classify._grid import SCORES, SEGMENTS, Grid, grid_from
from shuke.classify.definition import Label, Read, Setting, Shape

_COLOURS = {
    "champion": "tier-a", "loyal": "2", "potential_loyal": "1", "recent": "stage-exploration",
    "promising": "stage-formation", "need_attention": "3", "about_to_sleep": "stage-decline", "at_risk": "bad",
    "cannot_lose": "5", "hibernating": "6",
}  # fmt: skip
DEFAULT_LABELS = tuple(Label(code, _COLOURS[code]) for code in SEGMENTS.codes)


def read_rfm(body: Mapping[str, Any]) -> dict[str, Any]:
    """A definition as the settings of `RFM`."""
    read = SHAPE.read(body, labels=[label.body() for label in DEFAULT_LABELS], grid=SEGMENTS.body())
    return {**read.settings, "labels": read.labels, "grid": _grid(read.rest["grid"])}


def _grid(rows: Mapping[str, Sequence[str]]) -> Grid:
    return grid_from({str(score): row for score, row in rows.items()})


def _faults(read: Read) -> Iterator[Fault]:
    rows, codes = read.rest.get("grid"), [label.code for label in read.labels]
    if not isinstance(rows, Mapping) or {str(score) for score in rows} != {str(score) for score in SCORES}:
        yield Fault("grid_rows", "grid", value=rows)
        return
    for score, row in rows.items():
        if not isinstance(row, Sequence) or isinstance(row, str) or len(row) != len(SCORES):
            yield Fault("grid_cells", f"grid.{score}", value=row)
            continue
        wrong = [code for code in row if code not in codes]
        if wrong:
            yield Fault("grid_code", f"grid.{score}", value=", ".join(map(str, wrong)), allowed=", ".join(codes))


SHAPE = Shape(
    "rfm",
    tuple(Setting(name, "rising", None, optional=True) for name in ("recency_cuts", "frequency_cuts", "spend_cuts")),
    most=25,
    rest=("grid",),
    check=lambda read: tuple(_faults(read)),
)
