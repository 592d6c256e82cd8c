"""Keys that were erased, remembered by digests alone: whether one comes again, and letting one come again."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from shuke.crm.people import audit
from shuke.crm.people.models import User
from shuke.crm.privacy.models import ErasedKey

_SALT = b"shuke.privacy.erased\x00"


def digest_of(key: str) -> str:
    """What is kept of a key: an HMAC under SECRET_KEY, so that guessing keys (telephone numbers) leads nowhere."""
    return hmac.digest(settings.SECRET_KEY.encode(), _SALT + key.encode(), "sha256").hex()


class ErasedKeys:
    """All of them at one moment: `key in ErasedKeys()`. False as a whole where there is none, which costs nothing."""

    def __init__(self) -> None:
        self._digests = frozenset(ErasedKey.objects.values_list("digest", flat=True))

    def __bool__(self) -> bool:
        return bool(self._digests)

    def __contains__(self, key: str) -> bool:
        return bool(self._digests) and digest_of(key) in self._digests

    def among(self, keys: Iterable[str]) -> list[str]:
        """Those of the keys that were erased."""
        return [key for key in keys if key in self] if self else []


@transaction.atomic
def let_return(*, key: str, by: User) -> bool:
    """The person came back of their own will: imports take the key again. False where it was never erased.

    Raises PermissionDenied for who may not erase.
    """
    if not by.may("erase"):
        raise PermissionDenied("erase")
    found = ErasedKey.objects.filter(digest=digest_of(key)).first()
    if found is None:
        return False
    audit.note("key_let_return", by=by, kind="erasure", record=found.erasure_id)
    found.delete()
    return True
