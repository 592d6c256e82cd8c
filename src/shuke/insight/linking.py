"""Which cards may be one customer's: compared by splink (Fellegi and Sunter's model) in DuckDB.

Weights are declared and not trained. What is trained on the pairs that a rule blocks learns from that rule, differs
from one search to the next, and needs more duplicates than most businesses have; declared weights can be read, and say
the same of the same pair tomorrow. What the data themselves know is taken from them: how common a name or a city is.
A name alone proposes nobody: every rule that brings two cards together asks for another sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from shuke.crm.merging.signs import Signs
from shuke.crm.merging.writes_of_pairs import Offer
from shuke.engines import Engine, open_engine

COMMON = 20
"""A phone, an address … on more cards than this is a shop's own, or made up: no sign of anybody."""
LEAST = 0.3
"""From which probability a pair is offered."""
MOST_PAIRS = 100_000
_DUPLICATES = 0.05
_FEWEST = 10_000
_COUNTABLE = 1_000
"""From how many cards on it is counted how common a name is: among a few, any that two share seems common."""
_TEXTS = ("kind", "name", "sound", "surname", "tail", "email", "wechat", "birthday", "address", "company", "city")
_LISTS = ("phones", "dates")
SCHEMA = pa.schema(
    [("id", pa.int64()), *((name, pa.string()) for name in _TEXTS), *((name, pa.list_(pa.string())) for name in _LISTS)]
)


@dataclass(frozen=True, slots=True)
class _Level:
    """How two values agree, as SQL; how often they do of one customer (m), and of two (u); and what it is called."""

    sign: str
    sql: str
    m: float
    u: float
    frequent: str = ""
    """The column whose values are not equally common: the rarer, the more two that agree say."""


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One thing compared: its levels from the closest on, and last how often nothing agrees (of one, of two)."""

    column: str
    empty: str
    levels: tuple[_Level, ...]
    apart: tuple[float, float]


def _one(sign: str, m: float, u: float, *, frequent: bool = False) -> _Comparison:
    level = _Level(sign, f"{sign}_l = {sign}_r", m, u, sign if frequent else "")
    return _Comparison(sign, f"{sign}_l IS NULL OR {sign}_r IS NULL", (level,), (1 - m, 1 - u))


COMPARISONS: tuple[_Comparison, ...] = (
    _Comparison(
        "name",
        "name_l IS NULL OR name_r IS NULL",
        (
            _Level("name", "name_l = name_r", 0.80, 0.001, "name"),
            _Level("sound", "sound_l = sound_r", 0.07, 0.002, "sound"),
            _Level("surname", "surname_l = surname_r", 0.10, 0.03),
        ),
        (0.03, 0.967),
    ),
    _Comparison(
        "phones",
        "phones_l IS NULL OR phones_r IS NULL",
        (
            _Level("phone", "list_has_any(phones_l, phones_r)", 0.80, 1e-6),
            _Level("tail", "tail_l = tail_r", 0.03, 1e-4),
        ),
        (0.17, 0.9999),
    ),
    _one("email", 0.80, 1e-6),
    _one("wechat", 0.90, 1e-6),
    _one("birthday", 0.95, 7e-5),
    _one("address", 0.70, 1e-4),
    _one("company", 0.80, 1e-3),
    _Comparison(
        "dates", "dates_l IS NULL OR dates_r IS NULL", (_Level("date", "list_has_any(dates_l, dates_r)", 0.5, 0.01),),
        (0.5, 0.99),
    ),
    _one("city", 0.90, 0.1, frequent=True),
)  # fmt: skip
_CALLED = {"address": "home_address", "company": "company_name"}
"""As the pages call these signs (`cards.sign.…`), where that is another word."""
RULES: tuple[tuple[str, ...], ...] = (
    ("phones",), ("email",), ("wechat",), ("sound", "birthday"), ("sound", "tail"), ("sound", "address"),
    ("sound", "company"),
)  # fmt: skip
"""What brings two cards together to be compared at all."""


def gathered(signs: Iterable[Signs], *, at_once: int = 20_000) -> Iterator[pa.RecordBatch]:
    """Signs as Arrow, some thousand cards at a time; nothing said is null."""
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
    for one in signs:
        for name in SCHEMA.names:
            columns[name].append(getattr(one, name) or None)
        if len(columns["id"]) == at_once:
            yield pa.RecordBatch.from_pydict(columns, schema=SCHEMA)
            columns = {name: [] for name in SCHEMA.names}
    yield pa.RecordBatch.from_pydict(columns, schema=SCHEMA)


def pairs(cards: pa.Table) -> list[Offer]:
    """Cards of `SCHEMA` that may be one customer's, the most probable first; at most `MOST_PAIRS`."""
    with open_engine() as engine:
        telling = _without_common(engine, cards)
    if len(telling) < 2:
        return []
    api = DuckDBAPI(":memory:")
    api.duckdb_con.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    linker = Linker(api.register(telling, dataset_display_name="cards"), settings(len(telling)), log_level=None)
    predicted = linker.inference.predict(threshold_match_probability=LEAST)
    strongest = f"SELECT * FROM {predicted.physical_name} ORDER BY match_weight DESC, id_l, id_r LIMIT {MOST_PAIRS}"
    found = api.duckdb_con.sql(strongest).to_arrow_table()
    api.duckdb_con.close()
    return [_offer(row) for row in found.to_pylist()]


def settings(cards: int) -> SettingsCreator:
    """What splink is told: for so many cards, since among more the chance that any two are one customer's is less."""
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        probability_two_random_records_match=2 * _DUPLICATES / max(cards, _FEWEST),
        comparisons=[_told(one, cards >= _COUNTABLE) for one in COMPARISONS],
        blocking_rules_to_generate_predictions=[
            block_on(*rule, "kind", arrays_to_explode=[name for name in rule if name in _LISTS] or None)
            for rule in RULES
        ],
        retain_intermediate_calculation_columns=True,
        additional_columns_to_retain=[],
    )


def _told(one: _Comparison, is_counted: bool) -> dict[str, Any]:
    null = {"sql_condition": one.empty, "label_for_charts": "nothing said", "is_null_level": True}
    m, u = one.apart
    apart = {"sql_condition": "ELSE", "label_for_charts": "apart", "m_probability": m, "u_probability": u}
    return {
        "output_column_name": one.column,
        "comparison_levels": [null, *(_level(level, is_counted) for level in one.levels), apart],
    }


def _level(level: _Level, is_counted: bool) -> dict[str, Any]:
    told = {
        "sql_condition": level.sql,
        "label_for_charts": level.sign,
        "m_probability": level.m,
        "u_probability": level.u,
    }
    if level.frequent and is_counted:
        told |= {"tf_adjustment_column": level.frequent, "tf_adjustment_weight": 1.0}
    return told


def _without_common(engine: Engine, cards: pa.Table) -> pa.Table:
    """Signs that so many cards share are nobody's own. Days of birth are shared by chance; made-up ones by more."""
    table = engine.from_arrow("cards", cards)
    kept = [
        f"CASE WHEN count(*) OVER (PARTITION BY {name}) > {most} THEN NULL ELSE {name} END AS {name}"
        for name, most in (("email", COMMON), ("wechat", COMMON), ("address", COMMON),
                           ("birthday", COMMON + len(cards) // 1_000))
    ]  # fmt: skip
    plain = [name for name in SCHEMA.names if name not in ("email", "wechat", "address", "birthday", "phones")]
    return engine.fetch(
        f"""
        WITH dialled AS (SELECT id, unnest(phones) AS phone FROM {{table}}),
        counted AS (SELECT id, phone, count(*) OVER (PARTITION BY phone) AS cards FROM dialled),
        own AS (SELECT id, list(phone ORDER BY phone) AS phones FROM counted WHERE cards <= {COMMON} GROUP BY id)
        SELECT {", ".join(f"c.{name}" for name in plain)}, {", ".join(kept)}, own.phones
        FROM {{table}} AS c LEFT JOIN own ON c.id = own.id ORDER BY c.id
        """,
        table=table,
    )


def _offer(row: Mapping[str, Any]) -> Offer:
    """One pair with what speaks for it and against it, the strongest first."""
    signs = [sign for one in COMPARISONS if (sign := _sign(one, row)) is not None]
    signs.sort(key=lambda sign: -sign[1])
    return Offer(row["id_l"], row["id_r"], round(row["match_weight"], 2), signs)


def _sign(one: _Comparison, row: Mapping[str, Any]) -> tuple[str, float] | None:
    """What a comparison came to; None where one of the cards says nothing."""
    reached = int(row[f"gamma_{one.column}"])  # splink counts levels from the end: 0 where nothing agrees
    if reached < 0:
        return None
    weight = float(row[f"mw_{one.column}"]) + float(row.get(f"mw_tf_adj_{one.column}") or 0)
    sign = one.levels[-reached].sign if reached else one.levels[0].sign
    return _CALLED.get(sign, sign), round(weight, 1)
