"""Names for runs and imports: sortable by time, unique without a server."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

UNNAMED = "unnamed~"
"""What the key of a customer begins with who was erased, but whose purchases stay for the books."""


def new_unnamed() -> str:
    """A key for purchases of somebody erased: by chance alone, so that nothing leads from it to whom it was.

    >>> new_unnamed().startswith(UNNAMED)
    True
    """
    return UNNAMED + secrets.token_hex(12)


def new_id(kind: str) -> str:
    """A fresh identifier such as `run-20261122T155907Z-9f2c41`: kind, moment in UTC, six random hexadecimal digits.

    >>> new_id("run").startswith("run-20")
    True
    """
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{kind}-{moment}-{secrets.token_hex(3)}"


def is_id(kind: str, text: str) -> bool:
    """Whether a text reads as `new_id` draws them.

    >>> is_id("run", new_id("run")), is_id("run", new_id("import")), is_id("run", "run-1")
    (True, False, False)
    """
    return re.fullmatch(rf"{re.escape(kind)}-\d{{8}}T\d{{6}}Z-[0-9a-f]{{6}}", text, re.ASCII) is not None
