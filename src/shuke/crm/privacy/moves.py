"""What was said of channels goes along in a merge: the statements, and with them what stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shuke.crm.customers.kept import kept, put_back
from shuke.crm.customers.movers import Done, Mover, rows_of
from shuke.crm.privacy.models import Standing, Statement
from shuke.crm.privacy.writes import stand_anew

_STATEMENTS = rows_of("consents", Statement)


def _join(survivor: int, others: Sequence[int]) -> Done:
    """What stood for each is set aside; for the survivor stands the latest that was said under any of the cards."""
    stood = Standing.objects.filter(customer__in=[survivor, *others]).order_by("pk")
    aside: list[dict[str, Any]] = [kept(row) for row in stood]
    stood.delete()
    done = {"statements": _STATEMENTS.join(survivor, others), "stood": aside}
    stand_anew([survivor])
    return done


def _part(survivor: int, done: Done) -> None:
    """What stood stands again, but where something was said since."""
    _STATEMENTS.part(survivor, done["statements"])
    Standing.objects.filter(customer=survivor).delete()
    for row in done["stood"]:
        put_back(Standing, row)
    stand_anew([survivor])


CONSENTS = Mover("consents", (*_STATEMENTS.relations, "privacy.Standing.customer"), _STATEMENTS.count, _join, _part)
