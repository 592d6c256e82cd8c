"""The inside of a drawing as SVG. Each kind of part is drawn once by its template as a pattern, then filled for every
rule, mark and word: a chart has hundreds, and through the template engine they would be most of a page's time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from shuke.ui.charts import Circle, Drawing, Mark, Path, Rect, Rule, Word


def inside(drawing: Drawing) -> SafeString:
    """Rules, marks and words in this order; every text is escaped as it is filled in."""
    parts = [_rule(rule) for rule in drawing.rules]
    parts += [_mark(mark) for mark in drawing.marks]
    parts += [_word(word) for word in drawing.words]
    return mark_safe("\n".join(parts))  # noqa: S308  of patterns, filled with numbers and escaped texts


def table_rows(rows: Sequence[Sequence[str]]) -> SafeString:
    """The rows of the table of figures; the first cell of each is its head."""
    filled = [_pattern("figures", cells=(True,) * len(row)).format(*map(_text, row)) for row in rows]
    return mark_safe("".join(filled))  # noqa: S308  as above


def _rule(rule: Rule) -> str:
    ends = (rule.x1, rule.y1, rule.x2, rule.y2)
    return _pattern("rule", look=bool(rule.look)).format(*ends, _text(rule.look))


def _mark(mark: Mark) -> str:
    tone, name = _text(mark.tone), _text(mark.name)
    head = (_text(mark.href), tone, name) if mark.href else (tone,)
    shapes = "".join([_shape(shape) for shape in mark.shapes])
    named = (name,) if mark.name else ()
    return _pattern("mark", linked=bool(mark.href), named=bool(mark.name)).format(*head, *named, shapes)


def _shape(shape: Rect | Path | Circle) -> str:
    look = _text(shape.look)
    if isinstance(shape, Path):
        return _pattern("shape", kind="path").format(_text(shape.d), look)
    if isinstance(shape, Circle):
        return _pattern("shape", kind="circle").format(shape.x, shape.y, shape.radius, look)
    place = (shape.x, shape.y, shape.width, shape.height)
    rounded = (shape.radius,) if shape.radius else ()
    return _pattern("shape", kind="rect", rounded=bool(rounded)).format(*place, *rounded, look)


def _word(word: Word) -> str:
    look = f"{word.anchor} {word.look}" if word.look else word.anchor
    return _pattern("word").format(word.x, word.y, _text(look), _text(word.text))


def _text(text: object) -> str:
    return escape(str(text))


@cache
def _pattern(part: str, **flags: object) -> str:
    return render_to_string(f"ui/charts/_{part}.html", flags).strip()
