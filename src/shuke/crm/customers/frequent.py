"""What very many customers are found by, such as a common surname: remembered for some minutes, so that not each page
of each colleague counts them up to a bound only to learn once more that they are beyond it."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

_SECONDS = 300.0
_MOST = 2_000


class Frequent:
    """What was asked for lately and found more than could be told. Of this process alone; the least recent go first.

    >>> known = Frequent()
    >>> known.note("王"), known.holds("王"), known.holds("仇")
    (None, True, False)
    """

    def __init__(
        self, seconds: float = _SECONDS, most: int = _MOST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds, self._most, self._clock = seconds, most, clock
        self._seen: dict[Hashable, float] = {}

    def holds(self, asked: Hashable) -> bool:
        """Whether it found too many within the last minutes."""
        seen = self._seen.get(asked)
        return seen is not None and self._clock() - seen < self._seconds

    def note(self, asked: Hashable) -> None:
        """It found too many just now."""
        self._seen.pop(asked, None)
        self._seen[asked] = self._clock()
        while len(self._seen) > self._most:
            # Another thread may have taken it out by now.
            self._seen.pop(next(iter(self._seen)), None)

    def forget(self) -> None:
        """All of it: the customers are others now."""
        self._seen.clear()
