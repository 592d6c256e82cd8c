"""Whose customers somebody may see and do things to: the one place where it is decided.

Own: those the viewer is responsible for. Team: those of the viewer's team and the teams below. What is nobody's yet can
be read, changed and taken up by who reaches the team, so that somebody does take it up; but it is not exported or
deleted as if it were the team's. No act reaches beyond reading.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from shuke.crm.people.models import User
from shuke.crm.people.reads import team_of
from shuke.crm.people.rights import Act

KIND = "customers"
_TAKEN_UP_BY_OWN: frozenset[Act] = frozenset({"assign"})
_TAKEN_UP_BY_TEAM: frozenset[Act] = frozenset({"read", "write", "assign"})


@dataclass(frozen=True, slots=True)
class Reach:
    """Everybody's customers (`owners` None), or those of some users, and with `nobodys` also those of nobody."""

    owners: frozenset[int] | None = None
    nobodys: bool = True

    @property
    def is_all(self) -> bool:
        return self.owners is None

    @property
    def is_nothing(self) -> bool:
        return self.owners is not None and not self.owners and not self.nobodys

    def holds(self, owner: int | None) -> bool:
        """Whether a customer of this user (None: nobody's) is among them."""
        return self.owners is None or (self.nobodys if owner is None else owner in self.owners)

    def within(self, prefix: str = "") -> Q:
        """As a condition on rows from which `prefix` leads to the customer, such as `customer__`."""
        if self.owners is None:
            return Q()
        condition = Q(**{f"{prefix}owner__in": sorted(self.owners)})
        return condition | Q(**{f"{prefix}owner__isnull": True}) if self.nobodys else condition

    def narrowed(self, other: Reach) -> Reach:
        """What both reach."""
        if self.owners is None or other.owners is None:
            return Reach(other.owners if self.owners is None else self.owners, self.nobodys and other.nobodys)
        return Reach(self.owners & other.owners, self.nobodys and other.nobodys)


EVERYBODY = Reach()
NOTHING = Reach(frozenset(), nobodys=False)


def reach(viewer: User, act: Act = "read") -> Reach:
    """How far an act of the viewer goes among customers."""
    if not viewer.may("see"):
        return NOTHING
    seen = _reach(viewer, "read")
    return seen if act == "read" else seen.narrowed(_reach(viewer, act))


def _reach(viewer: User, act: Act) -> Reach:
    scope = viewer.scope(KIND, act)
    if scope == "all":
        return EVERYBODY
    if scope == "team":
        return Reach(team_of(viewer), act in _TAKEN_UP_BY_TEAM)
    return Reach(frozenset({viewer.pk}), act in _TAKEN_UP_BY_OWN) if scope == "own" else NOTHING


def asked_for(viewer: User, owner: str) -> Reach:
    """What a filter of the list means: `mine`, `team`, `nobody`, the id of a user; anything else filters nothing."""
    if owner == "mine":
        return Reach(frozenset({viewer.pk}), nobodys=False)
    if owner == "team":
        return Reach(team_of(viewer), nobodys=False)
    if owner == "nobody":
        return Reach(frozenset())
    if owner.isascii() and owner.isdigit() and len(owner) < 19:
        return Reach(frozenset({int(owner)}), nobodys=False)
    return EVERYBODY
