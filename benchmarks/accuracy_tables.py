"""The tables of docs/accuracy.md, in English and Chinese, with the same figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from accuracy_measures import Difference, Differences, Measures
from accuracy_models import BEAT, DOUBTS, PACES

if TYPE_CHECKING:
    from accuracy import Judged

DOCS = Path(__file__).parents[1] / "docs"
_PAGES = {"en": DOCS / "accuracy.md", "zh": DOCS / "accuracy.zh.md"}
_OURS = "Shuke"
_AIMS = (
    ("aim_rmse", "rmse", ".4f"),
    ("aim_error", "total_error", ".1%"),
    ("aim_score", "log_score", ".4f"),
    ("aim_value", "value_rmse", ".2f"),
)
"""What is aimed at: its words, the figure that shows it, and how that is printed."""

_WORDS = {
    "en": {
        "data": "data",
        "days": "cut after",
        "customers": "customers",
        "horizon": "days forecast",
        "model": "model",
        "used": "model chosen",
        "beat": BEAT,
        "doubts": DOUBTS,
        "paces": PACES,
        "rmse": "RMSE per customer",
        "errors": "error of the total, by day",
        "error": "its mean size",
        "score": "log score",
        "gain": "ours above it (95 %)",
        "value": "RMSE of value",
        "value_error": "error of total value, mean size",
        "without": "no number for",
        "aim": "aim",
        "ours": "Shuke",
        "best": "best of theirs",
        "less": "ours less theirs (95 %)",
        "held": "held",
        "yes": "yes",
        "no": "**no**",
        "failed": "failed",
        "aim_rmse": "RMSE per customer no worse",
        "aim_error": "error of the total, mean size, no worse",
        "aim_score": "log score better beyond chance",
        "aim_value": "RMSE of value no worse",
        "aim_without": "no failed fit, a number for everyone",
    },
    "zh": {
        "data": "数据",
        "days": "截止日",
        "customers": "客户数",
        "horizon": "预测天数",
        "model": "模型",
        "used": "所选模型",
        "beat": "（留余地，含节拍）",
        "doubts": "（留余地）",
        "paces": "（新客另计快慢）",
        "rmse": "每客户 RMSE",
        "errors": "各截止日的总量误差",
        "error": "其绝对值平均",
        "score": "对数得分",
        "gain": "熟客高出（95 %）",
        "value": "价值 RMSE",
        "value_error": "总价值误差绝对值平均",
        "without": "无数值的客户",
        "aim": "目标",
        "ours": "熟客",
        "best": "对方最佳",
        "less": "熟客减对方（95 %）",
        "held": "达到",
        "yes": "是",
        "no": "**否**",
        "failed": "失败",
        "aim_rmse": "每客户 RMSE 不高于对方",
        "aim_error": "总量误差绝对值平均不高于对方",
        "aim_score": "对数得分更高，且非偶然",
        "aim_value": "价值 RMSE 不高于对方",
        "aim_without": "拟合无失败，每个客户都有数值",
    },
}


def tables(found: list[Judged], language: str) -> str:
    """What was looked at, aim by aim, and all figures."""
    return "\n\n".join("\n".join(part(found, _WORDS[language])) for part in (_looked_at, _aims, _figures))


def write_docs(found: list[Judged]) -> None:
    """Put the tables between `<!-- accuracy -->` and `<!-- /accuracy -->` of both pages."""
    for language, page in _PAGES.items():
        text = page.read_text("utf-8")
        before, _, rest = text.partition("<!-- accuracy -->")
        after = rest.partition("<!-- /accuracy -->")[2]
        page.write_text(f"{before}<!-- accuracy -->\n{tables(found, language)}\n<!-- /accuracy -->{after}", "utf-8")


def _looked_at(found: list[Judged], words: dict[str, str]) -> Iterator[str]:
    yield from _heads((words["data"], words["days"], words["customers"], words["horizon"], words["used"]), "llrrl")
    for one in found:
        customers = ", ".join(f"{many:,}" for many in one.customers)
        used = one.models[_OURS].used.replace(BEAT, words["beat"]).replace(DOUBTS, words["doubts"])
        used = used.replace(PACES, words["paces"])
        yield _row((one.data, ", ".join(one.days), customers, str(one.horizon_days), used))


def _aims(found: list[Judged], words: dict[str, str]) -> Iterator[str]:
    names = ("data", "aim", "ours", "best", "less", "held")
    yield from _heads((words[name] for name in names), "llrrrr")
    for one in found:
        for aim, *figures, held in _held(one):
            yield _row((one.data, words[aim], *figures, words["yes" if held else "no"]))


def _held(one: Judged) -> Iterator[tuple[str, str, str, str, bool]]:
    """Each aim: its word, our figure, the best of theirs, the difference, and whether ours is no worse."""
    ours = one.models[_OURS]
    for aim, figure, shape in _AIMS:
        best = one.best_of_theirs(figure)
        mine, their, less = (getattr(side, figure) for side in (ours, one.theirs[best], one.against[best]))
        held = less.clear if figure == "log_score" else not ours.failed and mine <= their
        yield aim, format(mine, shape), format(their, shape), _difference(less, shape), held
    without = max(found.without for name, found in one.models.items() if name in one.against)
    yield "aim_without", str(ours.without), str(without), "", ours.without == 0 and not ours.failed


def _difference(less: Difference, shape: str) -> str:
    mean, low, high = (format(figure, f"+{shape}") for figure in (less.mean, less.low, less.high))
    return f"{mean} ({low} … {high})"


def _figures(found: list[Judged], words: dict[str, str]) -> Iterator[str]:
    names = ("model", "rmse", "errors", "error", "score", "gain", "value", "value_error", "without")
    yield from _heads((words["data"], *(words[name] for name in names)), "llrrrrrrrr")
    for one in found:
        for name, figures in one.models.items():
            yield _row((one.data, name, *_cells(figures, one.against.get(name), words)))


def _cells(figures: Measures, against: Differences | None, words: dict[str, str]) -> Iterable[str]:
    if figures.failed:
        return (f"{words['failed']}: {figures.used}", *[""] * 7)
    return (
        f"{figures.rmse:.4f}",
        ", ".join(f"{error:+.1%}" for error in figures.total_errors),
        f"{figures.total_error:.1%}",
        f"{figures.log_score:.4f}",
        _difference(against.log_score, ".4f") if against else "",
        f"{figures.value_rmse:.2f}",
        f"{figures.value_error:.1%}",
        f"{figures.without:,}",
    )


def _heads(names: Iterable[str], sides: str) -> Iterator[str]:
    yield _row(names)
    yield _row("---" if side == "l" else "---:" for side in sides)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
