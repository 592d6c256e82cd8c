"""Colleagues for the demonstration: a manager, a clerk and an adviser, so that rights have somebody to show on.

Nobody can log in as them: their passwords are thrown away. The demo user looks as they do.
"""

from __future__ import annotations

import secrets

from django.db import transaction
from django.db.models import F

from shuke.crm.customers.models import Customer
from shuke.crm.people.models import Role, Team, User
from shuke.crm.people.writes import add_user
from shuke.kit.text import LANGUAGES, say

_ADVISER = "demo_adviser"
_RIGHTS = ["see", "tag", "reveal", "save_view"]
_SCOPES = {"customers": {"read": "own", "write": "own", "delete": "none", "export": "none", "assign": "own"}}
_PEOPLE = (("lin", Role.MANAGER), ("ana", Role.STAFF), ("bo", _ADVISER))


@transaction.atomic
def join(language: str) -> None:
    """Add the colleagues and their team, and make each responsible for some customers. Safe to call twice."""
    if User.objects.filter(username=_PEOPLE[0][0]).exists():
        return
    names = {code: say("insight.demo.adviser", code) for code in LANGUAGES}
    Role.objects.create(code=_ADVISER, names=names, rights=_RIGHTS, scopes=_SCOPES)
    team = Team.objects.create(name=say("insight.demo.team", language))
    for place, (username, role) in enumerate(_PEOPLE):
        user = add_user(
            username=username,
            password=secrets.token_urlsafe(32),
            name=say(f"insight.demo.person.{username}", language),
            role=role,
            team=team,
        )
        # Every sixth customer each, so that half of them are nobody's yet.
        theirs = Customer.objects.annotate(turn=F("pk") % 6).filter(turn=place, owner=None)
        theirs.update(owner=user)
    Team.objects.filter(pk=team.pk).update(lead=User.objects.get(username=_PEOPLE[0][0]))
