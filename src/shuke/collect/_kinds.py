"""Kinds of facts beside purchases, read and looked at in one way whatever they are; and which kind a file is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shuke.collect import payments, sources, surveys
from shuke.collect._fields import Columns, FactsRead, require_fields
from shuke.collect._found import FileFound, Raw
from shuke.collect._mapping import FieldFound, guess_mapping
from shuke.collect._peek import SAMPLE_ROWS, SeenRow, first_seen, with_reasons
from shuke.collect._read import rules_for, silent
from shuke.collect._sources import Progress, open_head, open_raw
from shuke.engines import Engine
from shuke.kit.errors import InputError
from shuke.tables import PAYMENTS, SOURCES, SURVEYS, Contract

PURCHASES = "purchases"


@dataclass(frozen=True)
class FactsKind:
    """One kind: its table, the fields that columns can be named for, those that must be found, and how it is read."""

    contract: Contract
    fields: tuple[str, ...]
    required: tuple[str, ...]
    columns: Callable[[Raw, Mapping[str, str | None]], Columns]
    judged: Callable[..., FactsRead]


FACTS: Mapping[str, FactsKind] = {
    "surveys": FactsKind(SURVEYS, surveys.FIELDS, surveys.REQUIRED, surveys.columns_of_surveys, surveys.judged_surveys),
    "payments": FactsKind(
        PAYMENTS, payments.FIELDS, payments.REQUIRED, payments.columns_of_payments, payments.judged_payments
    ),
    "sources": FactsKind(SOURCES, sources.FIELDS, sources.REQUIRED, sources.columns_of_sources, sources.judged_sources),
}
"""By code."""


@dataclass(frozen=True)
class FactsPeek:
    """What the first rows tell, as `Peek` does of purchases. `questions`: column -> question."""

    file: FileFound
    columns: tuple[str, ...]
    rows: tuple[SeenRow, ...]
    fields: Mapping[str, FieldFound] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    refused: InputError | None = None
    read: FactsRead | None = None
    """What became of the rows looked at; None where something is missing or `refused` says why."""


def read_facts(
    kind: str,
    source: Any,
    /,
    *,
    engine: Engine,
    currency: str = "CNY",
    timezone: str = "Asia/Shanghai",
    day_first: bool | None = None,
    keep_duplicates: bool = False,
    progress: Progress | None = None,
    **columns: str | None,
) -> FactsRead:
    """All rows of files of that kind, columns named by field or told by their headers ("": none is that)."""
    raw = open_raw(source, engine, progress or silent)
    found = _kind(kind).columns(raw, columns)
    require_fields(found.missing, raw, kind)
    rules = rules_for(currency, timezone, None, day_first)
    return _kind(kind).judged(engine, raw, found, rules, keep_duplicates=keep_duplicates)


def peek_facts(
    kind: str,
    source: Any,
    /,
    *,
    engine: Engine,
    currency: str = "CNY",
    timezone: str = "Asia/Shanghai",
    day_first: bool | None = None,
    keep_duplicates: bool = False,
    shown_rows: int = 12,
    **columns: str | None,
) -> FactsPeek:
    """What would become of the first rows? Quick however large the file is.

    Raises InputError where there is no table or no row; a mapping that does not work is no error but an answer.

    >>> from shuke.engines import open_engine
    >>> lines = {"客户编号": ["a", "b"], "调查日期": ["2024-03-01", "昨天"], "满意度": ["5", "4"]}
    >>> with open_engine() as engine:
    ...     seen = peek_facts("surveys", lines, engine=engine)
    ...     dict(seen.questions), [row.reason for row in seen.rows]
    ({'满意度': 'csat'}, [None, 'reject.unreadable_date'])
    """
    of = _kind(kind)
    raw = open_head(source, engine, rows=SAMPLE_ROWS)
    rows, names = first_seen(raw, shown_rows), tuple(raw.names)
    try:
        found = of.columns(raw, columns)
    except InputError as reason:
        return FactsPeek(raw.files[0], names, rows, refused=reason)
    if found.missing:
        return FactsPeek(raw.files[0], names, rows, found.fields, found.questions, found.missing)
    rules = rules_for(currency, timezone, None, day_first)
    read = of.judged(engine, raw, found, rules, keep_duplicates=keep_duplicates)
    shown = with_reasons(raw, rows, read)
    return FactsPeek(raw.files[0], names, shown, found.fields, found.questions, read=read)


def kind_of(source: Any, *, engine: Engine) -> str:
    """Which kind of facts a file is, by its headers: `purchases` unless they clearly say something else.

    A day on which something falls due makes payments; an amount that its header names makes purchases; questions make
    surveys; and a source without a day or an amount makes a table of sources.

    >>> from shuke.engines import open_engine
    >>> with open_engine() as engine:
    ...     [kind_of({name: ["1"] for name in names}, engine=engine) for names in (
    ...         ("客户编号", "到期日", "应付金额"), ("客户编号", "日期", "满意度"), ("客户编号", "获客来源"),
    ...         ("客户编号", "日期", "金额", "来源"))]
    ['payments', 'surveys', 'sources', 'purchases']
    """
    raw = open_head(source, engine, rows=SAMPLE_ROWS)
    if not FACTS["payments"].columns(raw, {}).missing:
        return "payments"
    named = {name for name, found in guess_mapping(raw, {}, None).fields.items() if found.how != "content"}
    if "amount" in named or "unit_price" in named:
        return PURCHASES
    if not FACTS["surveys"].columns(raw, {}).missing:
        return "surveys"
    return PURCHASES if "time" in named or FACTS["sources"].columns(raw, {}).missing else "sources"


def _kind(kind: str) -> FactsKind:
    if kind not in FACTS:
        raise InputError.of("error.collect.unknown_kind", kind=kind, known=", ".join((PURCHASES, *FACTS)))
    return FACTS[kind]
