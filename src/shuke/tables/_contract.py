"""What a table promises."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from shuke.kit.errors import InputError
from shuke.kit.text import require_language

TEXT = pa.string()
INT = pa.int64()
FLOAT = pa.float64()
DAY = pa.date32()
MOMENT = pa.timestamp("us")
YES_NO = pa.bool_()


class Unit(StrEnum):
    """What a number counts."""

    NONE = ""
    MONEY = "minor units of the currency"
    DAYS = "days"
    MINUTES = "minutes"
    COUNT = "count"
    SHARE = "share of one"
    RANK = "rank, 1 is best"


@dataclass(frozen=True)
class Column:
    """One column: its name inside (money ends in `_minor`), type, unit, and what it means in three languages."""

    name: str
    type: pa.DataType
    zh_hans: str
    zh_hant: str
    en: str
    unit: Unit = Unit.NONE
    nullable: bool = False

    def meaning(self, language: str) -> str:
        """What the column means, in the language."""
        return {"zh-hans": self.zh_hans, "zh-hant": self.zh_hant, "en": self.en}[require_language(language)]

    @property
    def public_name(self) -> str:
        """Its name in files for people, where money is in major units."""
        return self.name.removesuffix("_minor")


@dataclass(frozen=True)
class Contract:
    """One table: its name, what one row is, the columns in order and which of them tell rows apart."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([pa.field(column.name, column.type, column.nullable) for column in self.columns])

    def column(self, name: str) -> Column:
        """The column of that name, or an error that lists those there are."""
        for column in self.columns:
            if column.name == name:
                return column
        raise InputError(f"Table {self.name} has no column {name!r}; it has {', '.join(self.names)}.")

    def require(self, present: pa.Schema | list[str]) -> None:
        """Raise one error that lists all the columns missing and all that are there."""
        names = list(present.names) if isinstance(present, pa.Schema) else present
        missing = [name for name in self.names if name not in names]
        if missing:
            raise InputError(
                f"Table {self.name} lacks {', '.join(missing)}; it has {', '.join(names) or 'no column'}. "
                "Add the missing columns, or map them when reading."
            )
