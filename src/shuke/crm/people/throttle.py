"""Guessing passwords is slow: after ten failures for a name from one address it waits."""

from __future__ import annotations

import hashlib
import math
import time

from django.core.cache import cache

FAILURES_ALLOWED = 10
WAIT_SECONDS = 15 * 60


def minutes_to_wait(username: str, address: str) -> int:
    """Whole minutes until another try is taken; 0 when one is taken now."""
    failures, since = _failures(username, address)
    left = since + WAIT_SECONDS - time.time()
    return math.ceil(left / 60) if failures >= FAILURES_ALLOWED and left > 0 else 0


def count_failure(username: str, address: str) -> None:
    """One more failure; the wait counts from the last."""
    failures, _ = _failures(username, address)
    cache.set(_key(username, address), (failures + 1, time.time()), WAIT_SECONDS)


def forget(username: str, address: str) -> None:
    """A right password clears what came before."""
    cache.delete(_key(username, address))


def _failures(username: str, address: str) -> tuple[int, float]:
    found: tuple[int, float] = cache.get(_key(username, address), (0, 0.0))
    return found


def _key(username: str, address: str) -> str:
    return "people.log_in." + hashlib.sha256(f"{username.casefold()}\0{address}".encode()).hexdigest()
