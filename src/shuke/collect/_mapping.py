"""Which column is what: as given, by a preset, by its name, or by what is in it."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa

from shuke.collect._contents import by_content
from shuke.collect._found import Raw
from shuke.kit.errors import InputError

FIELDS = (
    "customer",
    "time",
    "amount",
    "unit_price",
    "quantity",
    "order",
    "cost",
    "discount",
    "coupon",
    "product",
    "category",
    "channel",
    "store",
)
REQUIRED = ("customer", "time", "amount")


@dataclass(frozen=True)
class FieldFound:
    """The column taken for a field, and how it was found: `given`, `preset`, `name` or `content`."""

    column: str
    how: str


@dataclass(frozen=True)
class Mapping:
    """Fields and the columns they are read from; what else a preset says of the export."""

    fields: MappingOf[str, FieldFound]
    preset: str | None = None
    spread: bool = False
    no_sale: tuple[str, ...] = field(default=())

    def column(self, name: str) -> str | None:
        """The column a field is read from, or None."""
        found = self.fields.get(name)
        return found.column if found is not None else None

    def to_dict(self) -> dict[str, Any]:
        """The mapping ready for JSON."""
        found = {name: {"column": item.column, "how": item.how} for name, item in self.fields.items()}
        return {"preset": self.preset, "fields": found}


def presets() -> tuple[str, ...]:
    """The exports Shuke knows.

    >>> presets()
    ('youzan', 'taobao', 'jd', 'shopify')
    """
    return tuple(_presets())


@dataclass(frozen=True)
class Guess:
    """What was made out of the columns: fields found, the preset they speak for, and required fields nobody knows."""

    fields: MappingOf[str, FieldFound]
    preset: str | None
    missing: tuple[str, ...]


def find_mapping(raw: Raw, given: MappingOf[str, str | None], preset: str | None) -> Mapping:
    """The mapping, or an error that lists the columns there are and how to name the one missing."""
    guess = guess_mapping(raw, given, preset)
    _require_all(guess.missing, raw.names)
    return mapping_of(guess)


def guess_mapping(raw: Raw, given: MappingOf[str, str | None], preset: str | None) -> Guess:
    """As much of the mapping as can be made out. An error only where what was given cannot be."""
    named = {
        name: FieldFound(require_column(raw.names, column, name), "given") for name, column in given.items() if column
    }
    barred = {name for name, column in given.items() if column == ""}
    _refuse_double(named)
    chosen = _preset_for(raw.names, named, preset)
    fields = named | _without(_from_preset(raw.names, chosen, named), barred)
    fields |= _from_names(raw.names, fields, barred)
    fields = _amount_or_price(fields)
    missing = [name for name in REQUIRED if name not in fields and not (name == "amount" and "unit_price" in fields)]
    if missing:
        taken = {item.column for item in fields.values()}
        open_fields = [name for name in missing if name not in barred]
        guessed = by_content(open_fields, raw.sample, [name for name in raw.names if name not in taken])
        fields |= {name: FieldFound(column, "content") for name, column in guessed.items()}
    return Guess(fields, chosen, tuple(name for name in missing if name not in fields))


def mapping_of(guess: Guess) -> Mapping:
    """The mapping that a guess without gaps makes."""
    return _with_preset(dict(guess.fields), guess.preset)


def require_column(names: list[str], column: str, field_name: str) -> str:
    """The header that is meant, as written or without regard to case, spaces and brackets."""
    if column in names:
        return column
    for name in names:
        if plain_name(name) == plain_name(column):
            return name
    raise InputError.of("error.collect.no_such_column", column=column, field=field_name, columns=", ".join(names))


def _refuse_double(named: dict[str, FieldFound]) -> None:
    if "unit_price" in named and "amount" in named:
        amount, price = named["amount"].column, named["unit_price"].column
        raise InputError.of("error.collect.amount_and_unit_price", amount=amount, price=price)


def _preset_for(names: list[str], named: dict[str, FieldFound], preset: str | None) -> str | None:
    if preset is not None:
        if preset not in _presets():
            raise InputError.of("error.collect.unknown_preset", preset=preset, known=", ".join(_presets()))
        return preset
    if "amount" in named or "unit_price" in named:
        return None
    plain = {plain_name(name) for name in names}
    fitting = [name for name, rule in _presets().items() if {plain_name(n) for n in rule["signature"]} <= plain]
    return fitting[0] if fitting else None


def _from_preset(names: list[str], preset: str | None, named: dict[str, FieldFound]) -> dict[str, FieldFound]:
    if preset is None:
        return {}
    rule = _presets()[preset]
    candidates = {name: rule[name] for name in (*FIELDS, "refund") if name in rule and name not in named}
    if "amount" in named or "unit_price" in named:
        # The preset's own amount is laid aside, and with it what belongs to it.
        candidates = {name: c for name, c in candidates.items() if name not in ("amount", "unit_price", "refund")}
    candidates["status"] = rule["status"]["columns"]
    by_plain = {plain_name(name): name for name in names}
    found: dict[str, FieldFound] = {}
    for name, headers in candidates.items():
        present = [by_plain[plain_name(header)] for header in headers if plain_name(header) in by_plain]
        if present:
            found[name] = FieldFound(present[0], "preset")
    return found


def _without(found: dict[str, FieldFound], barred: set[str]) -> dict[str, FieldFound]:
    return {name: item for name, item in found.items() if name not in barred}


def _from_names(names: list[str], fields: dict[str, FieldFound], barred: set[str]) -> dict[str, FieldFound]:
    """Each open field takes the free column that stands first in its list of names."""
    by_plain = {plain_name(name): name for name in reversed(names)}
    taken = {item.column for item in fields.values()}
    found: dict[str, FieldFound] = {}
    for name, headers in _synonyms().items():
        if name in fields or name in barred:
            continue
        column = next((by_plain[h] for h in headers if h in by_plain and by_plain[h] not in taken), None)
        if column is not None:
            found[name] = FieldFound(column, "name")
            taken.add(column)
    return found


def _amount_or_price(fields: dict[str, FieldFound]) -> dict[str, FieldFound]:
    """A unit price counts only with a quantity, and only where no total is given or found."""
    price, amount = fields.get("unit_price"), fields.get("amount")
    if price is None:
        return fields
    if price.how == "given":
        if "quantity" not in fields:
            raise InputError.of("error.collect.price_without_quantity", price=price.column)
        return {name: item for name, item in fields.items() if name != "amount"}
    # A preset's price is the weight of a line in its order.
    keep = (amount is None and "quantity" in fields) or price.how == "preset"
    return fields if keep else {name: item for name, item in fields.items() if name != "unit_price"}


def _require_all(missing: tuple[str, ...], names: list[str]) -> None:
    if missing:
        raise InputError.of(
            "error.collect.columns_not_told",
            missing=", ".join(missing),
            columns=", ".join(names),
            arguments=", ".join(f"{name}=…" for name in missing),
            options=", ".join(f"--{name}" for name in missing),
        )


def _with_preset(fields: dict[str, FieldFound], preset: str | None) -> Mapping:
    rule = _presets()[preset] if preset is not None else {}
    spread = bool(rule.get("spread")) and fields["amount"].how == "preset" if "amount" in fields else False
    if not spread and "amount" in fields:
        fields = {name: item for name, item in fields.items() if name != "unit_price"}
    no_sale = tuple(rule["status"]["no_sale"]) if "status" in fields else ()
    return Mapping(fields, preset, spread, no_sale)


def plain_name(name: str) -> str:
    """A header without case, spaces, punctuation, and what stands in brackets.

    >>> plain_name("实付金额（元）"), plain_name("Customer ID"), plain_name("customer_id")
    ('实付金额', 'customerid', 'customerid')
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    for opening, closing in (("(", ")"), ("[", "]"), ("【", "】")):
        start, end = text.find(opening), text.rfind(closing)
        if 0 < start < end:
            text = text[:start] + text[end + 1 :]
    return "".join(letter for letter in text if letter.isalnum()) or text


@cache
def _presets() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files(__package__).joinpath("presets.toml").read_text("utf-8"))


def header_names(name: str) -> tuple[str, ...]:
    """Headers by which a field is told, plain, the likeliest first."""
    return _synonyms()[name]


def headers_of(name: str) -> tuple[str, ...]:
    """The same as people write them."""
    return tuple(_headers()[name])


@cache
def _synonyms() -> dict[str, tuple[str, ...]]:
    return {name: tuple(plain_name(header) for header in headers_of(name)) for name in FIELDS}


@cache
def _headers() -> dict[str, list[str]]:
    return tomllib.loads(files(__package__).joinpath("synonyms.toml").read_text("utf-8"))


def inside_names(mapping: Mapping, raw: Raw) -> dict[str, tuple[str, pa.DataType]]:
    """For each field the column's name inside and its type."""
    by_name = {column.name: (column.inside, column.type) for column in raw.columns}
    return {name: by_name[found.column] for name, found in mapping.fields.items()}
