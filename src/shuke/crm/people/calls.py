"""Calls of the API, counted by the minute; and answers kept, so that a request that comes twice is done once.

Both in the database: all processes count together, and a restart forgets nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shuke.crm.people.models import KeptAnswer, Token

KEPT_FOR = timedelta(days=1)
_UPSERT = (
    'INSERT INTO people_callwindow ("key", "minute", "calls") VALUES (%s, %s, 1) ON CONFLICT ("key") DO UPDATE SET '
    '"calls" = CASE WHEN people_callwindow."minute" = excluded."minute" THEN people_callwindow."calls" + 1 ELSE 1 END, '
    '"minute" = excluded."minute" RETURNING "calls"'
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What is left of this minute's calls, below 0 where it is overdrawn, and the seconds until the next minute."""

    limit: int
    left: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"calls";q={self.limit};w=60',
            "RateLimit": f'"calls";r={max(self.left, 0)};t={self.seconds}',
        }


def spend(whose: str, limit: int) -> Spent:
    """Count one call; one statement, so that two at once are two."""
    now = time.time()
    minute = int(now // 60)
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [hashlib.sha256(whose.encode()).hexdigest(), minute])
        (calls,) = cursor.fetchone()
    return Spent(limit, limit - calls, max(1, 60 - int(now % 60)))


class KeyReused(Exception):  # noqa: N818  named as what happened
    """The same Idempotency-Key came with another request."""


class AnswerGone(Exception):  # noqa: N818
    """It was done before, but what was answered has been erased."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: its status and body; `again` where it was kept from before."""

    status: int
    body: str
    again: bool = False


def once(*, token: Token, key: str, digest: str, act: Callable[[], Given]) -> Given:
    """Do it unless it was done under this key. The act and its answer are kept in one transaction, or neither is.

    Of two at the same moment the second waits for the first and is given its answer. What is refused raises, and leaves
    nothing behind. Raises KeyReused, AnswerGone.
    """
    KeptAnswer.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            kept = _kept(token, key, digest)
            if kept is not None:
                return kept
            with transaction.atomic():
                row = KeptAnswer.objects.create(token=token, key=key, digest=digest)
            done = act()
            KeptAnswer.objects.filter(pk=row.pk).update(status=done.status, body=done.body)
            return done
    except IntegrityError:
        kept = _kept(token, key, digest)  # the other one was first
        if kept is None:
            raise
        return kept


def forget_answers(customers: Iterable[int]) -> None:
    """Clear what was answered: it may tell of the customers who are erased. That it was done stays for its day."""
    KeptAnswer.objects.exclude(body=None).update(body=None)


def _kept(token: Token, key: str, digest: str) -> Given | None:
    row = KeptAnswer.objects.filter(token=token, key=key).first()
    if row is None:
        return None
    if row.digest != digest:
        raise KeyReused
    if row.body is None:
        raise AnswerGone
    return Given(row.status, row.body, again=True)
