"""What a survey asked and what an answer says: questions by code, answers by distinct text."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from shuke.collect._mapping import plain_name
from shuke.collect.amounts import Style, parse_amount

UNKNOWN, UNREADABLE, OFF_SCALE = "unknown_question", "unreadable_answer", "off_scale"
REASONS = (UNKNOWN, UNREADABLE, OFF_SCALE)
"""Why an answer is set aside, beside the reasons that rows of any facts have."""


@dataclass(frozen=True)
class Question:
    """One question: its scale, or the words that mean each option, or neither where it is answered in words."""

    code: str
    headers: tuple[str, ...]
    scale: tuple[int, int] | None = None
    options: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Answer:
    """What is kept of an answer: under which question, with which score; or why it is not kept."""

    question: str
    score: float | None = None
    why: str | None = None


@cache
def questions() -> Mapping[str, Question]:
    """All questions by code.

    >>> questions()["nps"].scale, questions()["importance_price"].scale
    ((0, 10), (1, 8))
    """
    data = _data()
    found = {code: _question(code, entry) for code, entry in data["questions"].items()}
    elements = data["elements"]
    for prefix, most in (("importance", len(elements)), ("rating", 5)):
        for element, names in elements.items():
            heads = tuple(
                plain_name(text)
                for head in data["element_headers"][prefix]
                for name in names
                for text in (f"{head}_{name}", f"{name}_{head}")
            )
            found[f"{prefix}_{element}"] = Question(f"{prefix}_{element}", heads, (1, most))
    return found


def question_named(text: str) -> str | None:
    """The question's code by its name in any of the languages.

    >>> question_named("总体满意度"), question_named("rank_price"), question_named("天气")
    ('csat', 'importance_price', None)
    """
    return _by_header().get(plain_name(text))


def read_answer(question: str, text: str) -> list[Answer]:
    """What is kept of this answer to the question of that name: a choice is a row for each option.

    >>> read_answer("满意度", "非常满意")
    [Answer(question='csat', score=5.0, why=None)]
    >>> [(kept.question, kept.score) for kept in read_answer("looks_to", "未来")]
    [('looks_to.past', 0.0), ('looks_to.present', 0.0), ('looks_to.future', 1.0)]
    >>> read_answer("nps", "11")
    [Answer(question='nps', score=None, why='off_scale')]
    """
    code = question_named(text=question)
    if code is None:
        return [Answer(question, why=UNKNOWN)]
    asked = questions()[code]
    if asked.options is not None:
        return _choice(asked, asked.options, text)
    return [_scored(asked, text)] if asked.scale is not None else [Answer(code)]


def _choice(asked: Question, options: Mapping[str, tuple[str, ...]], text: str) -> list[Answer]:
    chosen = next((option for option, words in options.items() if plain_name(text) in words), None)
    if chosen is None:
        return [Answer(asked.code, why=UNREADABLE)]
    return [Answer(f"{asked.code}.{option}", float(option == chosen)) for option in options]


def _scored(asked: Question, text: str) -> Answer:
    least, most = asked.scale or (0, 0)
    worded = _words().get(plain_name(text)) if (least, most) == (1, 5) else None
    score = Decimal(worded) if worded is not None else parse_amount(text.removesuffix("分"), "CNY", Style.POINT)
    if isinstance(score, str):
        return Answer(asked.code, why=UNREADABLE)
    return Answer(asked.code, float(score)) if least <= score <= most else Answer(asked.code, why=OFF_SCALE)


def _question(code: str, entry: Mapping[str, object]) -> Question:
    heads = tuple(plain_name(text) for text in _texts(entry["headers"]))
    if "options" in entry and isinstance(entry["options"], Mapping):
        options = {name: tuple(plain_name(text) for text in _texts(words)) for name, words in entry["options"].items()}
        return Question(code, heads, options=options)
    if "least" not in entry:
        return Question(code, heads)
    return Question(code, heads, (int(str(entry["least"])), int(str(entry["most"]))))


def _texts(value: object) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list) else []


@cache
def _by_header() -> Mapping[str, str]:
    named = {header: asked.code for asked in questions().values() for header in asked.headers}
    return named | {plain_name(code): code for code in questions()}


@cache
def _words() -> Mapping[str, int]:
    return {plain_name(word): int(score) for score, words in _data()["words"].items() for word in words}


@cache
def _data() -> Mapping[str, Mapping[str, dict[str, object]]]:
    return tomllib.loads(files(__package__).joinpath("questions.toml").read_text("utf-8"))
