"""Naming an erased customer without naming the customer: a hash under a key of this ledger's own."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

_KEY_BYTES = 32


def customer_hash(folder: Path, customer_id: str) -> str:
    """The customer's name in the log of erasures. Without the ledger's key, guessing ids (telephone numbers) fails."""
    return hashlib.blake2b(customer_id.encode(), key=_key(folder), digest_size=16).hexdigest()


def _key(folder: Path) -> bytes:
    """Made once; where two make it at the same moment, the first one's stays."""
    file = folder / "erasure.key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"erasure.{secrets.token_hex(4)}.draft"
        draft.write_bytes(secrets.token_bytes(_KEY_BYTES))
        draft.chmod(0o600)
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_bytes()
