"""What a card says above all else of lists: which one the customer is on, why, and until when."""

from __future__ import annotations

from shuke.crm.customers.models import Customer
from shuke.crm.lists import reads
from shuke.crm.lists.models import ListCode, Listed
from shuke.crm.people.models import User
from shuke.crm.scores.card import Notice
from shuke.crm.words import here
from shuke.kit.text import day
from shuke.ui import language

ICONS = {ListCode.BLACK: "ban", ListCode.RED: "award"}
TONES = {ListCode.BLACK: "bad", ListCode.RED: "good"}


def of_card(viewer: User, customer: Customer) -> list[Notice]:
    """The notice on a customer's card; none for who is on no list."""
    row = reads.current(viewer, customer)
    if row is None:
        return []
    code = ListCode(row.list_code)
    text = here("lists.notice", name=code.label, reason=row.reason, until=until(row))
    return [Notice(text, ICONS[code], tone=TONES[code])]


def until(row: Listed) -> str:
    """Until when, in words."""
    if row.until_on is None:
        return here("lists.for_good")
    return here("lists.until", day=day(row.until_on, language.active()))
