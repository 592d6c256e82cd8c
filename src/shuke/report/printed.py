"""The printed report of a run: what was read, who stands where, what it is worth, and how far to trust it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shuke.collect import Quality, Tally, file_lines
from shuke.kit.text import called, compact_money, day, keys, money, number, say, share
from shuke.report.layout import columns_of_text, title
from shuke.report.measures import measure_name
from shuke.report.models import model
from shuke.report.results import Group, Result


def report(result: Result, language: str) -> str:
    """All of it as text for a terminal, in the language."""
    parts: list[Callable[[Result, str], list[str]]] = [_quality, _pyramid, _stages, _value, model, _notes]
    blocks = [block for part in parts if (block := part(result, language))]
    return "\n\n".join("\n".join(block) for block in blocks)


def _quality(result: Result, language: str) -> list[str]:
    quality = result.quality
    if quality is None:
        return [title("quality", language), _span(result, language)]

    def row(name: str, tally: Tally) -> list[str]:
        return [number(tally.rows, language), money(tally.amount_minor, result.currency, language), name]

    # Figures first: the reasons are sentences, too long to stand before them.
    rows = [
        [say("report.column.rows", language), say("report.column.amount", language), ""],
        row(say("report.quality.read", language), Tally(quality.rows_read, quality.amount_read_minor)),
        row(say("report.quality.kept", language), Tally(quality.rows_kept, quality.amount_kept_minor)),
        *(row(_of_which(code, language), tally) for code, tally in quality.notes.items()),
        row(say("report.quality.set_aside", language), Tally(quality.rows_set_aside, quality.amount_set_aside_minor)),
        *(row(_of_which(code, language), tally) for code, tally in quality.set_aside.items()),
    ]
    return [
        title("quality", language),
        *file_lines(quality, language),
        *columns_of_text(rows, right=(0, 1)),
        _mapping(quality, language),
        _span(result, language),
    ]


def _of_which(code: str, language: str) -> str:
    return "  " + say("report.quality.of_which", language, what=say(code, language))


def _mapping(quality: Quality, language: str) -> str:
    pairs = [
        f"{say(f'collect.field.{field}', language)} ← {found.column} ({say(f'report.how.{found.how}', language)})"
        for field, found in quality.mapping.fields.items()
    ]
    return say("report.quality.mapping", language, pairs=", ".join(pairs))


def _span(result: Result, language: str) -> str:
    summary = result.summary
    last = (result.quality.last_day if result.quality else None) or summary.as_of
    return say(
        "report.quality.span",
        language,
        first=day(summary.first_day, language),
        last=day(last, language),
        customers=number(summary.customers, language),
        as_of=day(summary.as_of, language),
    )


def _pyramid(result: Result, language: str) -> list[str]:
    key = f"report.measure.{result.tier_measure}"
    measure = say(key, language) if keys(key) else measure_name(result.tier_measure, language)
    heading = title("pyramid", language, measure=measure)
    return [heading, *_groups(result, result.summary.tiers, "tier", language)]


def _stages(result: Result, language: str) -> list[str]:
    return [title("stages", language), *_groups(result, result.summary.stages, "stage", language)]


def _groups(result: Result, groups: Sequence[Group], kind: str, language: str) -> list[str]:
    heads = (kind, "customers", "share", "current_value", "value_share", "clv")
    rows = [[say(f"report.column.{name}", language) for name in heads]]
    customers = sum(group.customers for group in groups)
    value = sum(group.current_value_minor for group in groups)
    for group in groups:
        rows.append(
            [
                called(f"{kind}.{group.code}", language),
                number(group.customers, language),
                share(group.customers / customers, language, decimals=1),
                compact_money(group.current_value_minor, result.currency, language),
                share(group.current_value_minor / value, language, decimals=1) if value > 0 else "—",
                "—" if group.clv_minor is None else compact_money(group.clv_minor, result.currency, language),
            ]
        )
    return columns_of_text(rows, right=range(1, len(heads)))


def _value(result: Result, language: str) -> list[str]:
    summary = result.summary

    def short(minor: int | None) -> str:
        return "—" if minor is None else compact_money(minor, result.currency, language)

    lines = [
        title("value", language),
        say(f"report.value.basis_{summary.value_basis}", language, lines=number(summary.lines_without_cost, language)),
        say(
            "report.value.parts",
            language,
            historic=short(summary.historic_value_minor),
            current=short(summary.current_value_minor),
            potential=short(summary.clv_minor),
            days=number(result.horizon_days, language),
        ),
    ]
    if summary.clv_minor is None:
        return [*lines, say("report.value.no_clv", language)]
    risk = short(summary.value_at_risk_minor)
    lines.append(say("report.value.clv", language, clv=short(summary.clv_minor), risk=risk))
    interval = result.totals.money
    if interval is not None:
        ends = {"low": short(summary.clv_low_minor), "high": short(summary.clv_high_minor)}
        figures = {"level": share(interval.level, language), "origins": number(interval.origins, language)}
        lines.append(say("report.value.clv_between", language, **ends, **figures))
    return lines


def _notes(result: Result, language: str) -> list[str]:
    summary = result.summary
    lines = [say(code, language) for code in summary.notes]
    if summary.left_truncated:
        customers, part = summary.left_truncated, summary.left_truncated / summary.customers
        figures = {"customers": number(customers, language), "share": share(part, language)}
        lines.append(say("report.note.left_truncated", language, **figures))
    if summary.without_purchase:
        amount = money(summary.without_purchase_minor, result.currency, language)
        customers_text = number(summary.without_purchase, language)
        lines.append(say("report.note.without_purchase", language, customers=customers_text, amount=amount))
    return [title("notes", language), *(f"· {line}" for line in lines)] if lines else []
