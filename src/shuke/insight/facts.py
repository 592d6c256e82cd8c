"""This business's ledger, and its purchases in the form that a run takes them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from shuke.booking import held
from shuke.collect import Purchases
from shuke.engines import Engine
from shuke.ledger import Ledger


def business_ledger() -> Ledger:
    """The ledger of this business (SHUKE_LEDGER)."""
    return _opened(settings.SHUKE_LEDGER)


@cache
def _opened(folder: Path) -> Ledger:
    """One for all requests: it looks a customer up in the version it has read, after a glance for a newer one."""
    return Ledger(folder)


def purchases_of(ledger: Ledger, engine: Engine, *, version: int | None = None) -> Purchases:
    """All purchases at a version, in the business's currency and time zone."""
    return held(ledger, engine, currency=settings.SHUKE_CURRENCY, timezone=settings.TIME_ZONE, version=version)
