"""This business's ledger, and its purchases in the form that a run takes them."""

from __future__ import annotations

from django.conf import settings

from shuke.booking import held
from shuke.collect import Purchases
from shuke.engines import Engine
from shuke.ledger import Ledger


def business_ledger() -> Ledger:
    """The ledger of this business (SHUKE_LEDGER)."""
    return Ledger(settings.SHUKE_LEDGER)


def purchases_of(ledger: Ledger, engine: Engine, *, version: int | None = None) -> Purchases:
    """All purchases at a version, in the business's currency and time zone."""
    return held(ledger, engine, currency=settings.SHUKE_CURRENCY, timezone=settings.TIME_ZONE, version=version)
