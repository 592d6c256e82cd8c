"""What a classification is: what it can do, what it is called, and where its answers stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

from shuke.classify.definition import Body, Label, Shape
from shuke.engines import Table


class Classifier(Protocol):
    """What each classification can do: be read from data and written to it, learn its cut-offs, label."""

    SHAPE: Shape

    @classmethod
    def from_definition(cls, body: Mapping[str, Any], /) -> Self: ...

    def definition(self) -> Body: ...

    @property
    def labels(self) -> tuple[Label, ...]: ...

    @property
    def needs(self) -> tuple[str, ...]: ...

    def fit(self, table: Table, /) -> Self: ...

    def label(self, table: Table, /) -> Table: ...


@dataclass(frozen=True)
class Classification:
    """One classification: its code, the class, and where its answers stand.

    `column` holds the label that pages show, `computed` the one that `label` makes (they differ where a label is kept
    until a review). `names` begins the key of a label's name; `why` is the key of a row's reason, with the row's
    columns in braces. `listed_by` is the filter of customer lists; `score` and `confidence` are columns, where it has
    them.
    """

    code: str
    make: type[Classifier]
    column: str
    computed: str
    columns: tuple[str, ...]
    names: str
    why: str
    listed_by: str
    score: str = ""
    confidence: str = ""

    def read(self, body: Mapping[str, Any] | None) -> Any:
        """The classifier that a definition describes; by default the one that ships."""
        return self.make.from_definition(body or {})

    @property
    def default(self) -> Body:
        """The definition that ships."""
        definition: Body = self.read(None).definition()
        return definition
