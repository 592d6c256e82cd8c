"""Names after an @ in what people write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shuke.crm.people.models import User

_MARK = re.compile(r"(?<![A-Za-z0-9_.@+-])@([\w.@+-]{1,60})")


def mentioned(text: str) -> dict[str, User]:
    """The users whom the text names, by user name. Chinese runs on without a blank: the longest name that fits counts.

    An address such as li@example.com names nobody.
    """
    starts = {word[:length] for word in _MARK.findall(text) for length in range(1, len(word) + 1)}
    return {user.username: user for user in User.objects.filter(is_active=True, username__in=starts)} if starts else {}


def pieces(text: str, names: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """The text cut at the names it mentions: each piece, and whether it is a name; `names` are shown by user name.

    >>> list(pieces("问 @li请回电", {"li": "李丽"}))
    [('问 ', False), ('@李丽', True), ('请回电', False)]
    """
    done = 0
    for found in _MARK.finditer(text):
        name = longest(found.group(1), names)
        if name:
            if found.start() > done:
                yield text[done : found.start()], False
            yield f"@{names[name]}", True
            done = found.start() + 1 + len(name)
    if done < len(text):
        yield text[done:], False


def longest(word: str, names: Mapping[str, object]) -> str:
    """The longest of the names that the word begins with; empty for none.

    >>> longest("lina.", {"li": 1, "lina": 2})
    'lina'
    """
    return next((word[:length] for length in range(len(word), 0, -1) if word[:length] in names), "")


def named(text: str) -> list[User]:
    """The users whom the text truly names: for @lina not also li, each once."""
    users = mentioned(text)
    found = [longest(word, users) for word in _MARK.findall(text)]
    return [users[name] for name in dict.fromkeys(found) if name]
