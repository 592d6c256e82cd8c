"""Whom the scores propose for a list: people decide, and what they decided stands in the records."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from shuke.crm.customers.scope import reach
from shuke.crm.lists.models import ListCode, Listed
from shuke.crm.lists.reads import holding, today
from shuke.crm.people.models import User
from shuke.crm.scores import reads as scores
from shuke.crm.scores.models import COLUMNS, SLOTS
from shuke.crm.words import here

_PROPOSAL, _WHY = "list_proposal", "list_why_code"


def proposed(viewer: User) -> QuerySet[Any] | None:
    """The scores of those proposed for a list who are on none and in reach, the most valuable first.

    None where no run was published, or where the scores say nothing of lists.
    """
    run = scores.run_for_lists(viewer)
    if run is None or run.slot is None or not {_PROPOSAL, _WHY} <= set(COLUMNS):
        return None
    on_one = Listed.objects.filter(holding(today()), customer=OuterRef("customer"))
    found = SLOTS[run.slot]._default_manager.filter(
        reach(viewer).within("customer__"), **{f"{_PROPOSAL}__in": ListCode.values}
    )
    return found.exclude(Exists(on_one)).select_related("customer").order_by("-current_value_minor", "customer_id")


def said(score: Any) -> tuple[str, str]:
    """Which list the score proposes, and why, in words."""
    return str(getattr(score, _PROPOSAL)), here(f"lists.proposal.{getattr(score, _WHY)}")
