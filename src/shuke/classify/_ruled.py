"""Labels by ordered rules: the first that holds gives the code and says why. What five classifications share."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Self

from shuke.classify.definition import Body, Label, Shape
from shuke.engines import Table, Value, literal, quoted
from shuke.kit.rules import Rule, first_match, read_rules, require_columns


@dataclass(frozen=True)
class Book:
    """The rules of a TOML file, and how far each reason can be trusted."""

    rules: tuple[Rule, ...]
    trust: Mapping[str, float] = field(default_factory=dict)
    labels: tuple[Label, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(label.code for label in self.labels)


def book(name: str) -> Book:
    """The rules, labels and trust that ship in a file beside the module."""
    data = tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))
    labels = tuple(Label(entry["code"], entry["colour"]) for entry in data["labels"])
    return Book(read_rules(data["rules"], name), data.get("trust", {}), labels)


class Ruled:
    """A classification whose label is the code of the first rule that holds.

    `COLUMN` is the label's, `<WHY>_why_code` its reason's (by default named so too); `STEPS` are figures worked
    out before the rules, each step naming those of the one before; `KEPT` are those of them that stay as columns.
    Settings may be named in all of them by `{name}`.
    """

    SHAPE: Shape
    BOOK: Book
    COLUMN: str
    WHY: str = ""
    NEEDS: tuple[str, ...]
    STEPS: tuple[Mapping[str, str], ...] = ()
    KEPT: tuple[str, ...] = ()

    def __init__(self, *, labels: Sequence[Label] | None = None, **settings: Any) -> None:
        self.labels = self.BOOK.labels if labels is None else tuple(labels)
        self.settings: dict[str, Any] = {one.name: one.default for one in self.SHAPE.settings} | settings

    @classmethod
    def from_definition(cls, body: Mapping[str, Any]) -> Self:
        """From plain data; raises DefinitionError, which lists all that is wrong."""
        read = cls.SHAPE.read(body, labels=[label.body() for label in cls.BOOK.labels])
        return cls(labels=read.labels, **read.settings)

    def definition(self) -> Body:
        """Settings, names and colours as plain data, ready for JSON."""
        return {"settings": dict(self.settings), "labels": [label.body() for label in self.labels]}

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns it looks at."""
        return self.NEEDS

    def fit(self, table: Table) -> Self:
        """Nothing is learned: the cut-offs are declared."""
        require_columns(self.needs, table.columns, type(self).__name__)
        return self

    def label(self, table: Table) -> Table:
        """The same rows with the label, its reason and its figures appended."""
        require_columns(self.needs, table.columns, type(self).__name__)
        rules = self.BOOK.rules
        given = {self.COLUMN: _by_rule([rule.code for rule in rules])}
        given[f"{self.WHY or self.COLUMN}_why_code"] = _by_rule([rule.why_code for rule in rules])
        given |= self._given()
        appended = (*given, *self.KEPT)
        columns = [quoted(name) for name in table.columns if name not in appended]
        source, worked = "{table}", list(columns)
        for step in self.STEPS:
            figures = [f"{sql} AS {name}" for name, sql in step.items()]
            source = f"(SELECT {', '.join([*worked, *figures])} FROM {source}) AS step"
            worked += list(step)
        numbered = f"(SELECT {', '.join(worked)}, {first_match(rules)} AS rule_number FROM {source}) AS numbered"
        said = [*(f"{sql} AS {name}" for name, sql in given.items()), *self.KEPT]
        sql = f"SELECT {', '.join([*columns, *said])} FROM {numbered}"
        return table.engine.view(self.COLUMN, sql, table=table, **self._inputs())

    def _given(self) -> dict[str, str]:
        """Further columns of a rule's own."""
        return {}

    def _inputs(self) -> dict[str, Value]:
        return dict(self.settings)


def by_why(rules: Sequence[Rule], values: Mapping[str, str], other: str) -> str:
    """A CASE over the rules: what stands for the rule's reason or code."""
    return _by_rule_sql([values.get(rule.why_code, values.get(rule.code, other)) for rule in rules])


def _by_rule(codes: Sequence[str]) -> str:
    return _by_rule_sql([literal(code) for code in codes])


def _by_rule_sql(values: Sequence[str]) -> str:
    whens = " ".join(f"WHEN {number} THEN {value}" for number, value in enumerate(values))
    return f"CASE rule_number {whens} END"
