"""The catalogue: TOML files read once, looked up by dotted key and language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from shuke.kit.errors import InputError

LANGUAGES = ("zh-hans", "zh-hant", "en")


def require_language(language: str) -> str:
    """The language's code, or an error that lists the three.

    >>> require_language("zh-Hans")
    'zh-hans'
    """
    code = language.strip().lower().replace("_", "-")
    if code not in LANGUAGES:
        raise InputError.of("error.unknown_language", language=language, known=", ".join(LANGUAGES))
    return code


def say(key: str, language: str, /, **figures: object) -> str:
    """The sentence for a code, with its figures filled in.

    >>> say("stage.former", "en")
    'Former'
    """
    return template(key, language).format(**figures)


def template(key: str, language: str) -> str:
    """The sentence for a code with its figures still open, `{so}`."""
    sentences = _catalogue().get(key)
    if sentences is None:
        raise InputError(
            f"No sentence for {key!r}: add it, in {', '.join(LANGUAGES)}, to a file of kit/text/catalogue."
        )
    return sentences[require_language(language)]


@cache
def keys(prefix: str = "") -> tuple[str, ...]:
    """All codes that have a sentence and begin with the prefix, in order."""
    return tuple(sorted(key for key in _catalogue() if key.startswith(prefix)))


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for file in sorted(files(__package__).joinpath("catalogue").iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            for key, sentences in _flatten(tomllib.loads(file.read_text("utf-8")), ""):
                if key in found:
                    raise InputError(f"The sentence {key!r} stands twice in kit/text/catalogue: keep one.")
                found[key] = sentences
    return found


def _flatten(tree: dict[str, object], prefix: str) -> list[tuple[str, dict[str, str]]]:
    """Walk the nested TOML tables; a table whose values are all text is one sentence in its languages."""
    if tree and all(isinstance(value, str) for value in tree.values()):
        return [(prefix, {language: str(value) for language, value in tree.items()})]
    pairs: list[tuple[str, dict[str, str]]] = []
    for name, branch in tree.items():
        if not isinstance(branch, dict):
            raise InputError(f"{prefix}.{name} in kit/text/catalogue is neither a sentence nor a group of sentences.")
        pairs += _flatten(branch, f"{prefix}.{name}" if prefix else name)
    return pairs
