"""What the command line takes, told in the user's language."""

from __future__ import annotations

import argparse
import locale
import os
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from shuke.classify import REGISTRY, cut_names
from shuke.cli._web_parser import add_web_commands
from shuke.collect import FIELDS, presets
from shuke.collect.shop import DEFAULT_CUSTOMERS, DEFAULT_SEED, OPENED, SIZES
from shuke.engines import ENGINES
from shuke.kit.dates import require_day
from shuke.kit.errors import InputError
from shuke.kit.text import LANGUAGES, say
from shuke.report import SUFFIXES
from shuke.tables import CONTRACTS
from shuke.value import AUTO, STEPS, model_codes, read_calendar

COLUMNS = tuple(field for field in FIELDS if field != "unit_price")
"""The fields that an option names a column for; `--unit-price` says what kind of amount `--amount` names."""
DEFAULT_TIERS = "abcd"
DEFAULT_TIER_BY = "current_value"


def language_of(arguments: Sequence[str]) -> str:
    """The language asked for by `--lang`, else the system's, else English; needed before the rest can be parsed."""
    early = argparse.ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
    early.add_argument("--lang", choices=LANGUAGES)
    try:
        asked: str | None = early.parse_known_args(arguments)[0].lang
    except argparse.ArgumentError:
        asked = None
    return asked or _system_language()


def _system_language() -> str:
    """By the environment as POSIX reads it; a Chinese locale without a place is Simplified."""
    names = (os.environ.get(name) for name in ("SHUKE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    name = next((name for name in names if name), locale.getlocale()[0] or "").lower().replace("_", "-")
    if not name.startswith("zh"):
        return "en"
    return "zh-hant" if any(place in name for place in ("hant", "tw", "hk", "mo")) else "zh-hans"


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks the user's language where argparse lets it."""

    language = "en"

    def error(self, message: str) -> NoReturn:
        text = say("cli.usage_error", self.language, reason=message, command=self.prog)
        self.exit(2, text + "\n")

    def format_usage(self) -> str:
        return super().format_usage().replace("usage: ", say("cli.usage", self.language), 1)

    def format_help(self) -> str:
        # An empty name for the list of commands would leave a blank line above it.
        text = super().format_help().replace("\n  \n", "\n")
        return text.replace("usage: ", say("cli.usage", self.language), 1)


def build_parser(language: str) -> Parser:
    """The whole command line."""
    parser = Parser(prog="shuke", description=say("cli.about", language), add_help=False, allow_abbrev=False)
    parser.language = language
    program = parser.add_argument_group(say("cli.group.program", language))
    _add_common(program, language)
    program.add_argument(
        "--version", action="version", version=f"shuke {version('shuke')}", help=_help("version", language)
    )
    commands = parser.add_subparsers(
        title=say("cli.group.commands", language), dest="command", required=True, metavar=""
    )
    _add_score(commands, language)
    _add_models(commands, language)
    _add_cohorts(commands, language)
    _add_classify(commands, language)
    _add_ledger(commands, language)
    _add_tables(commands, language)
    _add_shop(commands, language)
    add_web_commands(commands, language)
    return parser


def _command(commands: argparse._SubParsersAction[Parser], name: str, language: str, *, named: str = "") -> Parser:
    """`named`: what it is called where another command of the program has that name too."""
    text = _help(name, language)
    parser: Parser = commands.add_parser(named or name, help=text, description=text, add_help=False, allow_abbrev=False)
    parser.language = language
    return parser


def _add_common(group: argparse._ArgumentGroup, language: str) -> None:
    group.add_argument("-h", "--help", action="help", help=_help("help", language))
    group.add_argument(
        "--lang", choices=LANGUAGES, help=_help("lang", language), metavar="LANG", default=argparse.SUPPRESS
    )


def _add_score(commands: argparse._SubParsersAction[Parser], language: str) -> None:
    parser = _command(commands, "score", language)
    what = _add_source(parser, language)
    _add_facts(what, language)
    valuing = parser.add_argument_group(say("cli.group.valuing", language))
    _add_valuing(valuing, language)
    _add_tiers(valuing, language)
    writing = parser.add_argument_group(say("cli.group.writing", language))
    writing.add_argument("--out", type=_output(language), metavar="FILE", help=_help("out", language))
    writing.add_argument("--rejects", type=_output(language), metavar="FILE", help=_help("rejects", language))
    writing.add_argument("--ledger", type=Path, metavar="FOLDER", help=_help("ledger_folder", language))
    _add_running(parser, language)


def _add_models(commands: argparse._SubParsersAction[Parser], language: str) -> None:
    parser = _command(commands, "models", language)
    _add_source(parser, language)
    _add_valuing(parser.add_argument_group(say("cli.group.valuing", language)), language)
    parser.set_defaults(tiers=DEFAULT_TIERS, tier_by=DEFAULT_TIER_BY)
    _add_running(parser, language)


def _add_source(parser: Parser, language: str) -> argparse._ArgumentGroup:
    """What to read, and which column is what; gives back the group of what to read."""
    what = parser.add_argument_group(say("cli.group.what", language))
    what.add_argument("source", nargs="+", metavar="SOURCE", help=_help("source", language))
    what.add_argument(
        "--preset",
        choices=presets(),
        metavar="NAME",
        help=_help("preset", language, presets=", ".join(presets())),
    )
    columns = parser.add_argument_group(say("cli.group.columns", language))
    for name in COLUMNS:
        columns.add_argument(f"--{name}", metavar="COL", help=_help(name, language))
    columns.add_argument("--unit-price", action="store_true", help=_help("unit_price", language))
    _add_reading(parser.add_argument_group(say("cli.group.reading", language)), language)
    return what


def _add_facts(group: argparse._ActionsContainer, language: str) -> None:
    """Facts beside purchases."""
    for name in ("surveys", "payments"):
        group.add_argument(f"--{name}", action="append", metavar="FILE", help=_help(name, language))


def _add_cohorts(commands: argparse._SubParsersAction[Parser], language: str) -> None:
    parser = _command(commands, "cohorts", language)
    _add_source(parser, language)
    valuing = parser.add_argument_group(say("cli.group.valuing", language))
    valuing.add_argument("--by", choices=tuple(STEPS), default="month", help=_help("by", language))
    valuing.add_argument("--as-of", type=_day(language), metavar="DAY", help=_help("as_of", language))
    valuing.add_argument(
        "--left-truncation-days", type=_whole(language, 0), metavar="N", help=_help("left_truncation_days", language)
    )
    valuing.add_argument(
        "--margin-rate", type=_rate(language), action="append", metavar="R", help=_help("margin_rate", language)
    )
    valuing.add_argument("--sources", type=Path, metavar="FILE", help=_help("sources", language))
    valuing.add_argument(
        "--acquisition-cost",
        type=_cost(language),
        action="append",
        default=[],
        metavar="[SOURCE=]AMOUNT",
        help=_help("acquisition_cost", language),
    )
    _add_running(parser, language)


def _add_running(parser: Parser, language: str) -> None:
    program = parser.add_argument_group(say("cli.group.program", language))
    _add_common(program, language)
    program.add_argument("--quiet", action="store_true", help=_help("quiet", language))
    program.add_argument("--engine", choices=ENGINES, default="duckdb", help=_help("engine", language))
    program.add_argument("--memory-limit", metavar="SIZE", help=_help("memory_limit", language))


def _add_reading(group: argparse._ArgumentGroup, language: str) -> None:
    group.add_argument("--currency", default="CNY", metavar="CODE", help=_help("currency", language))
    group.add_argument("--timezone", default=None, metavar="ZONE", help=_help("timezone", language))
    group.add_argument("--source-timezone", metavar="ZONE", help=_help("source_timezone", language))
    _add_day_order(group, language)
    group.add_argument("--keep-duplicates", action="store_true", help=_help("keep_duplicates", language))


def _add_day_order(group: argparse._ActionsContainer, language: str) -> None:
    first = group.add_mutually_exclusive_group()
    first.add_argument("--day-first", action="store_true", default=None, help=_help("day_first", language))
    first.add_argument(
        "--month-first", action="store_false", default=None, dest="day_first", help=_help("month_first", language)
    )


def _add_valuing(group: argparse._ArgumentGroup, language: str) -> None:
    whole = _whole(language)
    group.add_argument("--as-of", type=_day(language), metavar="DAY", help=_help("as_of", language))
    group.add_argument("--horizon-days", type=whole, default=365, metavar="N", help=_help("horizon_days", language))
    group.add_argument("--period-days", type=whole, default=90, metavar="N", help=_help("period_days", language))
    group.add_argument("--holdout-days", type=whole, metavar="N", help=_help("holdout_days", language))
    group.add_argument(
        "--left-truncation-days", type=_whole(language, 0), metavar="N", help=_help("left_truncation_days", language)
    )
    group.add_argument("--discount-rate", type=float, default=0.10, metavar="R", help=_help("discount_rate", language))
    group.add_argument(
        "--margin-rate", type=_rate(language), action="append", metavar="R", help=_help("margin_rate", language)
    )
    codes = model_codes()
    group.add_argument(
        "--model",
        choices=codes,
        default=AUTO,
        metavar="NAME",
        help=_help("model", language, models=", ".join(codes)),
    )
    group.add_argument(
        "--season", type=_season(language), action="append", metavar="WHEN=R", help=_help("season", language)
    )


def _add_tiers(group: argparse._ArgumentGroup, language: str) -> None:
    names = cut_names()
    group.add_argument(
        "--tiers",
        choices=names,
        default=DEFAULT_TIERS,
        metavar="NAME",
        help=_help("tiers", language, presets=", ".join(names), default=DEFAULT_TIERS),
    )
    group.add_argument("--tier-by", default=DEFAULT_TIER_BY, metavar="COLUMN", help=_help("tier_by", language))


def _add_ledger(commands: argparse._SubParsersAction[Parser], language: str) -> None:
    parser = _command(commands, "ledger", language)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help=_help("folder", language))
    acts = parser.add_subparsers(title=say("cli.group.commands", language), dest="act", required=True, metavar="")
    for name in ("imports", "runs", "compact"):
        _add_common(_command(acts, name, language).add_argument_group(say("cli.group.program", language)), language)
    for name, argument in (("undo", "import_id"), ("purchases", "customer_id"), ("erase", "customer_id")):
        act = _command(acts, name, language)
        act.add_argument(argument, metavar="ID", help=_help(argument, language))
        _add_common(act.add_argument_group(say("cli.group.program", language)), language)
    _add_import(acts, language)
    _add_common(parser.add_argument_group(say("cli.group.program", language)), language)


def _add_classify(commands: argparse._SubParsersAction[Parser], language: str) -> None:
    parser = _command(commands, "classify", language)
    acts = parser.add_subparsers(title=say("cli.group.commands", language), dest="act", required=True, metavar="")
    for name, wants in (("list", ""), ("show", "code"), ("preview", "file"), ("edit", "file")):
        act = _command(acts, f"classify_{name}", language, named=name)
        if wants:
            codes = ", ".join(REGISTRY)
            act.add_argument("code", choices=tuple(REGISTRY), metavar="CODE", help=_help("code", language, codes=codes))
        if wants == "file":
            act.add_argument("file", type=Path, metavar="FILE", help=_help("definition_file", language))
        if name == "show":
            act.add_argument("--labels", action="store_true", help=_help("labels", language))
        if name == "edit":
            act.add_argument("--comment", default="", metavar="TEXT", help=_help("comment", language))
        _add_common(act.add_argument_group(say("cli.group.program", language)), language)
    _add_common(parser.add_argument_group(say("cli.group.program", language)), language)


def _add_import(acts: argparse._SubParsersAction[Parser], language: str) -> None:
    act = _command(acts, "import", language)
    _add_facts(act, language)
    act.add_argument("--currency", default="CNY", metavar="CODE", help=_help("currency", language))
    _add_day_order(act, language)
    _add_common(act.add_argument_group(say("cli.group.program", language)), language)


def _add_tables(commands: argparse._SubParsersAction[Parser], language: str) -> None:
    parser = _command(commands, "tables", language)
    names = [contract.name for contract in CONTRACTS]
    parser.add_argument(
        "table",
        nargs="?",
        default="scores",
        choices=names,
        metavar="TABLE",
        help=_help("table", language, tables=", ".join(names)),
    )
    _add_common(parser.add_argument_group(say("cli.group.program", language)), language)


def _add_shop(commands: argparse._SubParsersAction[Parser], language: str) -> None:
    parser = _command(commands, "shop", language)
    size = _help("customers", language, least=SIZES[0], most=SIZES[1], default=DEFAULT_CUSTOMERS)
    whole = _whole(language, 0)
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help=_help("to", language))
    parser.add_argument("--customers", type=whole, default=DEFAULT_CUSTOMERS, metavar="N", help=size)
    seed = _help("seed", language, default=DEFAULT_SEED)
    parser.add_argument("--seed", type=whole, default=DEFAULT_SEED, metavar="N", help=seed)
    parser.add_argument(
        "--from", dest="first_day", type=_day(language), metavar="DAY", help=_help("first_day", language, opened=OPENED)
    )
    parser.add_argument("--csv", action="store_true", help=_help("csv", language))
    program = parser.add_argument_group(say("cli.group.program", language))
    _add_common(program, language)
    program.add_argument("--quiet", action="store_true", help=_help("quiet", language))


def _help(name: str, language: str, **figures: object) -> str:
    return say(f"cli.help.{name}", language, **figures).replace("%", "%%")


class _Typed:
    """An argument's type whose error is told in the user's language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def refuse(self, code: str, value: str) -> NoReturn:
        raise argparse.ArgumentTypeError(say(f"cli.{code}", self.language, value=value))


class _day(_Typed):  # noqa: N801 — argparse calls it like a function
    def __call__(self, value: str) -> date:
        try:
            return require_day(value)
        except InputError:
            self.refuse("not_a_day", value)


class _whole(_Typed):  # noqa: N801
    def __init__(self, language: str, least: int = 1) -> None:
        super().__init__(language)
        self.least = least

    def __call__(self, value: str) -> int:
        if not value.isdecimal() or int(value) < self.least:
            self.refuse("not_a_number", value)
        return int(value)


class _rate(_Typed):  # noqa: N801
    """`0.3`, or `CATEGORY=0.2`: the category (empty for overall) and the rate."""

    def __call__(self, value: str) -> tuple[str, float]:
        category, _, number = value.rpartition("=")
        try:
            rate = float(number)
        except ValueError:
            self.refuse("not_a_rate", value)
        return (category, rate) if 0 < rate <= 1 else self.refuse("not_a_rate", value)


class _season(_Typed):  # noqa: N801
    """`12=1.2`, or `2025-01-22/2025-02-04=1.6`: a month or a period, and its index."""

    def __call__(self, value: str) -> tuple[str, float]:
        name, _, number = value.rpartition("=")
        try:
            read_calendar({name: float(number)})
        except (ValueError, InputError):
            self.refuse("not_a_season", value)
        return name, float(number)


class _cost(_Typed):  # noqa: N801
    """`SOURCE=120.50`, or `120.50` for all together: the source (empty for all) and the amount."""

    def __call__(self, value: str) -> tuple[str, Decimal]:
        source, _, number = value.rpartition("=")
        try:
            amount = Decimal(number)
        except InvalidOperation:
            self.refuse("not_a_cost", value)
        return (source, amount) if amount.is_finite() and amount >= 0 else self.refuse("not_a_cost", value)


class _output(_Typed):  # noqa: N801
    def __call__(self, value: str) -> Path:
        path = Path(value)
        return path if path.suffix.lower() in SUFFIXES else self.refuse("not_an_output", value)
