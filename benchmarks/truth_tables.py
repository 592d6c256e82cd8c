"""The tables of recovery, for the terminal and for the pages, in English and Chinese with the same figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from truth_data import WAYS, Told
from truth_measures import Figure
from truth_results import Group, Result, groups, results
from truth_words import CLASSES, COMPARED, DECLINES, HEADS, MEASURES, PARTS, TRUST, WITHOUT_TRUTH, Words
from truth_words import WAYS as WAY_WORDS

from shuke.kit.text import template

DOCS = Path(__file__).parents[1] / "docs"
_PLACES = {"en": 0, "zh": 1}
_CATALOGUE = {"en": "en", "zh": "zh-hans"}
_PAGES = {
    ("en", "classes"): DOCS / "accuracy.md",
    ("zh", "classes"): DOCS / "accuracy.zh.md",
    ("en", "trust"): DOCS / "guides" / "classification.md",
    ("zh", "trust"): DOCS / "guides" / "classification.zh.md",
}


class Page:
    """Tables in one language."""

    def __init__(self, told: Told, language: str) -> None:
        self._told, self._language, self._place = told, language, _PLACES[language]
        self._results, self._groups = results(told), groups(told)

    def overview(self) -> str:
        """One line a classification: the comparison that says most of it."""
        heads = ("about", "what", "way", "value", "interval", "trust")
        leading = [one for one in self._results if one.leads]
        rows = ((*self._named(one), *_ends(one.figure), self._trust(one.figure)) for one in leading)
        return _table(self._heads(heads), "lllrrl", rows)

    def all_tables(self) -> str:
        """The overview, all comparisons, what is true of each label, whether types stay, and what has no truth."""
        parts = {
            "overview": self.overview(),
            "comparisons": self._comparisons(),
            "segments": self._labels("segments", "rfm."),
            "stages": self._labels("stages", "stage."),
            "declines": self._declines(),
            "kinds": self._kinds(),
            "bands": self._bands(),
            "stays": self._stays(),
            "without": "\n".join(f"- {self._say(words)}" for words in WITHOUT_TRUTH),
        }
        return "\n\n".join(f"### {self._say(PARTS[name])}\n\n{part}" for name, part in parts.items())

    def _comparisons(self) -> str:
        heads = ("about", "what", "way", "customers", "measure", "value", "interval")
        rows = (
            (*self._named(one), f"{one.figure.customers:,}", self._say(MEASURES[one.figure.kind]), *_ends(one.figure))
            for one in self._results
        )
        return _table(self._heads(heads), "lllrlrr", rows)

    def _labels(self, name: str, prefix: str) -> str:
        rows = (
            (template(prefix + one.code, _CATALOGUE[self._language]), f"{one.customers:,}", *_shares(one))
            for one in self._groups[name]
        )
        return _table(self._heads(("label", "customers", "left", "leave", "buy", "margin")), "lrrrrr", rows)

    def _declines(self) -> str:
        rows = (
            (self._say(DECLINES[one.code]), f"{one.customers:,}", *_shares(one)) for one in self._groups["declines"]
        )
        return _table(self._heads(("reason", "customers", "left", "leave", "buy", "margin")), "lrrrrr", rows)

    def _kinds(self) -> str:
        rows = (
            (template(f"loyalty.{one.code}", _CATALOGUE[self._language]), f"{one.customers:,}", *_shares(one))
            for one in self._groups["kinds"]
        )
        return _table(self._heads(("kind", "asked", "found", "right")), "lrrr", rows)

    def _bands(self) -> str:
        rows = (
            (self._say(WAY_WORDS[one.about]), one.code, f"{one.customers:,}", *_shares(one))
            for one in self._groups["bands"]
        )
        return _table(self._heads(("way", "band", "customers", "mean", "true")), "lrrrr", rows)

    def _stays(self) -> str:
        heads = ("way", "halves", "quarters", "quarters_typed", "clusters", "cluster_halves")
        rows = []
        for way in WAYS:
            one = self._told.stays[way]
            kept = (one.halves, one.quarters, one.quarters_with_type)
            clusters = (str(one.clusters), _figure(one.halves_of_clusters))
            rows.append((self._say(WAY_WORDS[way]), *map(_figure, kept), *clusters))
        return _table(self._heads(heads), "lrrrrr", rows)

    def _named(self, one: Result) -> tuple[str, ...]:
        return tuple(map(self._say, (CLASSES[one.about], COMPARED[one.what], WAY_WORDS[one.way])))

    def _trust(self, figure: Figure) -> str:
        value = figure.beyond_chance
        return "" if value is None else self._say(next(words for least, words in TRUST if value >= least))

    def _heads(self, names: Iterable[str]) -> list[str]:
        return [self._say(HEADS[name]) for name in names]

    def _say(self, words: Words) -> str:
        return words[self._place]


def write_docs(told: Told) -> None:
    """Put the tables between `<!-- classes -->` and `<!-- /classes -->` of the page of accuracy, and the overview
    between `<!-- trust -->` and `<!-- /trust -->` of the guide, in both languages."""
    for (language, mark), page in _PAGES.items():
        text, here = page.read_text("utf-8"), Page(told, language)
        begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise SystemExit(f"{page}: the tables go between one {begin} and one {end}; put them back.")
        written = here.all_tables() if mark == "classes" else here.overview()
        before, after = text.split(begin)[0], text.split(end)[1]
        page.write_text(f"{before}{begin}\n{written}\n{end}{after}", "utf-8")


def _ends(figure: Figure) -> tuple[str, str]:
    if figure.value is None:
        return "—", ""
    if figure.kind == "share":
        return f"{figure.value:.1%}", f"{figure.low:.1%} … {figure.high:.1%}"
    return _figure(figure.value), f"{figure.low:z.2f} … {figure.high:z.2f}"


def _shares(one: Group) -> Iterator[str]:
    return ("—" if figure is None else f"{figure:.1%}" for figure in one.figures)


def _figure(value: float | None) -> str:
    return "—" if value is None else f"{value:z.2f}"


def _table(heads: Sequence[str], sides: str, rows: Iterable[Iterable[str]]) -> str:
    lines = [heads, ["---" if side == "l" else "---:" for side in sides], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
