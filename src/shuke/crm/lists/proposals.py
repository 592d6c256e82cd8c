"""Whom the scores propose for a list: people decide, and what they decided stands in the records."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from shuke.crm.customers.scope import reach
from shuke.crm.lists.models import ListCode, Listed
from shuke.crm.lists.reads import holding, today
from shuke.crm.people.models import User
from shuke.crm.scores import reads as scores
from shuke.crm.scores.models import SLOTS
from shuke.crm.words import here


def proposed(viewer: User) -> QuerySet[Any] | None:
    """The scores of those proposed for a list who are on none and in reach, the most valuable first.

    None where no run was published.
    """
    run = scores.run_for_lists(viewer)
    if run is None or run.slot is None:
        return None
    on_one = Listed.objects.filter(holding(today()), customer=OuterRef("customer"))
    found = SLOTS[run.slot]._default_manager.filter(
        reach(viewer).within("customer__"), list_proposal__in=ListCode.values
    )
    return found.exclude(Exists(on_one)).select_related("customer").order_by("-current_value_minor", "customer_id")


def said(score: Any) -> tuple[str, str]:
    """Which list the score proposes, and why, in words."""
    return score.list_proposal, here(f"lists.proposal.{score.list_why_code}")
