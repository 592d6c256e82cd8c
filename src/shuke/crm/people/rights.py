"""What each role may do: data, so that a page, a test and a colleague read the same table."""

from __future__ import annotations

from typing import Literal, get_args

Right = Literal[
    "see",  # customers, scores, the overview
    "tag",  # put tags on customers, edit their cards
    "save_view",  # save a view of the list for oneself
    "share_view",  # show a saved view to everybody
    "export",  # take lists of customers out of Shuke; every export is logged
    "import",  # bring purchases in, and undo what one brought in
    "run",  # score again
    "watch_jobs",  # see and stop the background work of others
    "erase",  # erase a customer for good
    "people",  # add users, change their roles, shut them out
    "configure",  # /admin/
]
ALL_RIGHTS: tuple[Right, ...] = get_args(Right)

_STAFF: frozenset[Right] = frozenset({"see", "tag", "save_view"})
_MANAGER: frozenset[Right] = _STAFF | {"share_view", "export", "import", "run", "watch_jobs"}

RIGHTS: dict[str, frozenset[Right]] = {"staff": _STAFF, "manager": _MANAGER, "owner": frozenset(ALL_RIGHTS)}
"""Rights by role (`models.Role`)."""
