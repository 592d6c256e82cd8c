"""Why something could not be done, in the language of who asked."""

from __future__ import annotations

import errno

from shuke.kit.errors import ShukeError
from shuke.kit.text import say

_KNOWN = {
    errno.EACCES: "no_right",
    errno.EPERM: "no_right",
    errno.EROFS: "no_right",
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.ENOENT: "not_there",
}


def why(reason: Exception, language: str) -> str:
    """One sentence: our own, or what the system or the database says."""
    match reason:
        case ShukeError():
            return reason.told(language)
        case OSError():
            what = _KNOWN.get(reason.errno or 0, "other")
            figures = {"path": reason.filename or "—", "reason": reason.strerror or str(reason)}
            return say(f"cli.system.{what}", language, **figures)
    return (str(reason).strip() or type(reason).__name__).splitlines()[0]
