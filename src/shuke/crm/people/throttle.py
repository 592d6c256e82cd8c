"""Guessing is slow: after too many failures for a name, or from an address, the door waits a quarter of an hour.

Counted in the database, so that a restart forgets nothing and all processes count together.
"""

from __future__ import annotations

import hashlib
import math
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from shuke.crm.people.models import Attempt

FAILURES_ALLOWED = 10
"""For one name from one address."""
FAILURES_OF_A_NAME = 50
"""For one name from anywhere: a guesser with many addresses; higher, so that shutting a colleague out takes work."""
FAILURES_OF_AN_ADDRESS = 100
"""From one address for any name: one password tried on everybody."""
WAIT_SECONDS = 15 * 60
_KEPT = timedelta(days=1)


def minutes_to_wait(username: str, address: str) -> int:
    """Whole minutes until another try is taken; 0 when one is taken now."""
    limits = _limits(username, address)
    now, left = timezone.now(), 0.0
    for attempt in Attempt.objects.filter(key__in=limits):
        if attempt.failures >= limits[attempt.key]:
            left = max(left, (attempt.last_at - now).total_seconds() + WAIT_SECONDS)
    return math.ceil(left / 60)


@transaction.atomic
def count_failure(username: str, address: str) -> bool:
    """One more failure; the wait counts from the last. True when it is the one that shuts the door."""
    now, shut = timezone.now(), False
    Attempt.objects.filter(last_at__lt=now - _KEPT).delete()
    for key, limit in _limits(username, address).items():
        attempt, _ = Attempt.objects.select_for_update().get_or_create(key=key)
        is_over = attempt.last_at < now - timedelta(seconds=WAIT_SECONDS)
        attempt.failures = 1 if is_over else attempt.failures + 1
        attempt.last_at = now
        attempt.save(update_fields=["failures", "last_at"])
        shut = shut or attempt.failures == limit
    return shut


def forget(username: str, address: str) -> None:
    """A right password clears what came before for this name here; guesses from elsewhere still count."""
    Attempt.objects.filter(key=_key("both", username, address)).delete()


def _limits(username: str, address: str) -> dict[str, int]:
    return {
        _key("both", username, address): FAILURES_ALLOWED,
        _key("name", username, ""): FAILURES_OF_A_NAME,
        _key("address", "", address): FAILURES_OF_AN_ADDRESS,
    }


def _key(which: str, username: str, address: str) -> str:
    return hashlib.sha256(f"{which}\0{username.casefold()}\0{address}".encode()).hexdigest()
