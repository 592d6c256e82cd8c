"""What the members of a household, or the staff of an organisation, are worth together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from shuke.crm.customers.links import members_of
from shuke.crm.customers.models import Customer, Kind
from shuke.crm.people.models import User
from shuke.crm.scores import reads
from shuke.crm.scores.columns import short_tier
from shuke.crm.scores.models import Run, Score
from shuke.kit.text import money
from shuke.ui import language


@dataclass(frozen=True, slots=True)
class Member:
    """One member with what he or she is worth."""

    name: str
    href: str
    tier: str
    tone: str
    current: str
    clv: str


@dataclass(frozen=True, slots=True)
class Together:
    """The members and their sums; the household's own purchases are counted in."""

    members: list[Member]
    current: str
    clv: str


def together(viewer: User, customer: Customer, run: Run | None) -> Together | None:
    """The members of a household or an organisation; None for a person, and where nobody belongs to it."""
    if customer.kind == Kind.PERSON:
        return None
    members = members_of(viewer, customer)
    if not members:
        return None
    known = reads.scores_of(viewer, [customer, *members], run)
    scores, own = [known.get(member.pk) for member in members], known.get(customer.pk)
    lines = [_member(member, score, run) for member, score in zip(members, scores, strict=True)]
    counted = [*scores, own]
    return Together(lines, _sum(counted, "current_value_minor", run), _sum(counted, "clv_minor", run))


def _member(member: Customer, score: Score | None, run: Run | None) -> Member:
    href = reverse("customers:card", args=[member.key])
    tier = short_tier(score.tier_in_force, language.active()) if score else ""
    tone = f"tier-{score.tier_in_force.lower()}" if score else ""
    current, clv = (_sum([score], name, run) for name in ("current_value_minor", "clv_minor"))
    return Member(member.display_name, href, tier, tone, current, clv)


def _sum(scores: Sequence[Score | None], name: str, run: Run | None) -> str:
    known = [value for score in scores if score is not None and (value := getattr(score, name)) is not None]
    currency = run.currency if run else settings.SHUKE_CURRENCY
    return money(sum(known), currency, language.active()) if known else "—"
