"""What a role carries: rights, and for each kind of record how far each act reaches. Pages and tests read these tables.

Built-in roles stand here and not in the database, so that a new right or kind comes to them with the new version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Right = Literal[
    "see",  # customers, scores, the overview: as far as the scope of reading reaches
    "tag",  # put tags on customers, edit their cards: as far as the scope of writing reaches
    "contacts",  # read phone numbers and e-mail addresses in full
    "reveal",  # uncover one phone number or address at a time; each is noted in the audit
    "save_view",  # save a view of the list for oneself
    "share_view",  # show a saved view to everybody
    "export",  # take lists of customers out of Shuke; every export is noted
    "import",  # bring purchases in, and undo what one brought in
    "run",  # score again, and see the figures of runs
    "lists",  # put customers on the red or black list, take them off: as far as the scope of writing reaches
    "classify",  # change how customers are classified: cut-offs, names, colours
    "watch_jobs",  # see and stop the background work of others
    "erase",  # erase a customer for good
    "people",  # users, teams and roles; view as somebody else
    "audit",  # read the audit
    "configure",  # /admin/
]
ALL_RIGHTS: tuple[Right, ...] = get_args(Right)
OF_THE_WHOLE: frozenset[Right] = frozenset({"import", "run", "classify", "configure"})
"""These show the whole business, so they count only together with reading all customers."""

Act = Literal["read", "write", "delete", "export", "assign"]
ACTS: tuple[Act, ...] = get_args(Act)
Scope = Literal["none", "own", "team", "all"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""From the narrowest to the widest."""

STAFF, MANAGER, OWNER = "staff", "manager", "owner"
BUILT_IN = (STAFF, MANAGER, OWNER)
_STAFF: frozenset[Right] = frozenset({"see", "tag", "reveal", "save_view"})
_MANAGER: frozenset[Right] = _STAFF | {
    "contacts", "share_view", "export", "import", "run", "lists", "classify", "watch_jobs",
}  # fmt: skip
RIGHTS: dict[str, frozenset[Right]] = {STAFF: _STAFF, MANAGER: _MANAGER, OWNER: frozenset(ALL_RIGHTS)}
"""Rights of the built-in roles."""

Reach = Mapping[str, str]
"""How far each act goes: {act: scope}."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record that scopes are given for: its acts, and how far staff and managers reach (owners: all)."""

    code: str
    title: str
    acts: tuple[Act, ...]
    staff: Reach
    manager: Reach


KINDS: dict[str, Kind] = {}
"""The kinds there are, by code. The app of a noun registers its own."""


def register(kind: Kind) -> None:
    """Add a kind of record to the matrix of roles; called by `AppConfig.ready` of the app that owns it."""
    KINDS[kind.code] = kind


@dataclass(frozen=True, slots=True)
class Granted:
    """All that a role carries.

    >>> clerk = Granted(frozenset({"see", "run"}), {"customers": {"read": "own"}})
    >>> clerk.may("see"), clerk.may("run"), clerk.scope("customers", "write")
    (True, False, 'none')
    """

    rights: frozenset[str] = frozenset()
    scopes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    everything: bool = False

    def may(self, right: Right) -> bool:
        """Whether it carries the right; one that shows the whole business only for who reads all of it."""
        return right in self.rights and (right not in OF_THE_WHOLE or self.scope("customers", "read") == "all")

    def scope(self, kind: str, act: Act) -> Scope:
        """How far the act reaches. A kind newer than the role reaches as far as customers do."""
        if self.everything:
            return "all"
        given = self.scopes.get(kind, self.scopes.get("customers", {})).get(act, "none")
        return next((scope for scope in SCOPES if scope == given), "none")

    def covers(self, other: Granted) -> bool:
        """Whether nothing of the other goes beyond this: nobody gives away more than they have."""
        reaches = all(
            SCOPES.index(self.scope(kind, act)) >= SCOPES.index(other.scope(kind, act))
            for kind in _named((self, other))
            for act in ACTS
        )
        return reaches and all(self.may(right) for right in ALL_RIGHTS if other.may(right))


NOTHING = Granted()


def built_in(code: str) -> Granted:
    """What a built-in role carries.

    >>> built_in("owner").covers(built_in("manager")), built_in("staff").covers(built_in("manager"))
    (True, False)
    """
    if code == OWNER:
        return Granted(RIGHTS[OWNER], everything=True)
    reach = {kind.code: kind.manager if code == MANAGER else kind.staff for kind in KINDS.values()}
    return Granted(frozenset(RIGHTS[code]), reach)


def _named(granted: Iterable[Granted]) -> set[str]:
    return {"customers", *KINDS, *(kind for one in granted for kind in one.scopes)}
