"""What is known beside purchases, as a run is given it."""

from __future__ import annotations

from dataclasses import dataclass

from shuke.engines import Table


@dataclass(frozen=True)
class Facts:
    """Tables that a run may have beside purchases; what is not there is None, and what needs it says so.

    `surveys` (SURVEYS), `payments` (PAYMENTS), `listed` (LISTED), `touches` (TOUCHES), `products` (product_id and what
    is known of it), `referrals` (customer_id, referred_on: who told somebody of the business).
    """

    surveys: Table | None = None
    payments: Table | None = None
    listed: Table | None = None
    touches: Table | None = None
    products: Table | None = None
    referrals: Table | None = None


NOTHING = Facts()
