"""What merging holds on a person: the cards that were merged into theirs, and whom they may be the same as."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from shuke.crm.merging.models import Merge, Pair
from shuke.crm.people.models import User
from shuke.crm.privacy.holdings import Holding, Person, Rows, shown

_NAMING = ("key", "name", "phone", "email")


def _merged(person: Person) -> QuerySet[Merge]:
    return Merge.objects.filter(survivor=person.number).order_by("pk")


def _merges(_: User, person: Person) -> Rows:
    """With the cards as they were: all that they say is the person's own."""
    told = ("at", "undone_at", "cards", "values", "counts")
    rows = _merged(person).select_related("by")
    return [{name: getattr(one, name) for name in told} | {"by": shown(one.by)} for one in rows]


def _names(number: int) -> Iterator[str]:
    """What the merged cards were called and reached by."""
    for cards in Merge.objects.filter(survivor=number).values_list("cards", flat=True):
        for card in cards:
            yield from (card[name] for name in _NAMING)


def _stood_in(person: Person) -> QuerySet[Pair]:
    return Pair.objects.filter(Q(one=person.number) | Q(two=person.number)).order_by("pk")


def _pairs(_: User, person: Person) -> Rows:
    """With whom is the other's to give away: only how alike they are, by which signs, and what was decided."""
    return list(_stood_in(person).values("weight", "signs", "state", "decided_at"))


MERGES = Holding("merges", ("merging.Merge",), lambda person: _merged(person).count(), _merges, marks=_names)
PAIRS = Holding("pairs", ("merging.Pair",), lambda person: _stood_in(person).count(), _pairs)
