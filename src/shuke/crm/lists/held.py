"""What lists hold on a person."""

from __future__ import annotations

from shuke.crm.lists.models import Listed
from shuke.crm.people.models import User
from shuke.crm.privacy.holdings import Holding, Person, Rows, shown


def _rows(_: User, person: Person) -> Rows:
    told = ("list_code", "reason", "since_on", "until_on", "listed_at", "ended_at")
    rows = Listed.objects.filter(customer=person.number).select_related("listed_by", "ended_by").order_by("pk")
    return [
        {name: getattr(one, name) for name in told}
        | {"listed_by": shown(one.listed_by), "ended_by": shown(one.ended_by)}
        for one in rows
    ]


LISTED = Holding(
    "listed", ("lists.Listed",), lambda person: Listed.objects.filter(customer=person.number).count(), _rows
)
