"""Progress on the terminal: one line that is written over, on stderr, so that results can be piped."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from shuke.kit.text import keys, say

_SHOW_AFTER_SECONDS = 0.2


class Progress:
    """Tells each stage and the seconds since the start. Silent when stderr is no terminal, except for the stages."""

    def __init__(self, language: str, *, quiet: bool) -> None:
        self._language = language
        self._quiet = quiet
        self._started = time.monotonic()
        self._shown = ""
        self._last = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.clear()

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
        """`done` of `total` of a stage (`cli.progress.…`); total 0 means it is not known."""
        now = time.monotonic()
        if self._quiet or (stage == self._shown and now - self._last < _SHOW_AFTER_SECONDS):
            return
        text = self._text(stage, done, total, now - self._started)
        if sys.stderr.isatty():
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
        elif stage != self._shown:
            print(text, file=sys.stderr, flush=True)
        self._shown, self._last = stage, now

    def clear(self) -> None:
        """Take the line away, before the report is printed."""
        if self._shown and sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)
        self._shown = ""

    def _text(self, stage: str, done: int, total: int, seconds: float) -> str:
        key = f"cli.progress.{stage}"
        name = say(key if keys(key) else "cli.progress.reading", self._language)
        counted = f" {done:,}/{total:,}" if total else f" {done:,}" if done else ""
        return f"[{seconds:6.1f} s] {name}{counted}"
