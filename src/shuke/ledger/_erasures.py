"""Naming an erased customer without naming the customer, and purchases that stay without anybody's name."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

_KEY_BYTES = 32


def customer_hash(folder: Path, customer_id: str) -> str:
    """The customer's name in the log of erasures. Without the ledger's key, guessing ids (telephone numbers) fails."""
    return hashlib.blake2b(customer_id.encode(), key=_key(folder), digest_size=16).hexdigest()


def without_name(rows: pa.Table, *, unnamed: str) -> pa.Table:
    """A customer's purchases under another key. Orders stay apart from each other, but their numbers go; so do the
    hour, the file and the row, by which a purchase could be looked up in the shop system it came from."""
    orders = pc.dictionary_encode(rows["order_id"]).combine_chunks()
    # A mark of its own, since purchases under another key of the same person may come under this one too.
    place = f"{unnamed}-{secrets.token_hex(3)}"
    codes = [f"{place}-{number + 1}" for number in range(len(orders.dictionary))]
    numbers = pa.array([None if code is None else codes[code] for code in orders.indices.to_pylist()], pa.string())
    replaced: dict[str, pa.Array] = {
        "customer_id": pa.repeat(pa.scalar(unnamed, pa.string()), rows.num_rows),
        "purchased_at": pa.nulls(rows.num_rows, rows.schema.field("purchased_at").type),
        "order_id": numbers,
        "source_file": pa.repeat(pa.scalar(place, pa.string()), rows.num_rows),
        "source_row": pa.array(range(1, rows.num_rows + 1), pa.int64()),
    }
    for name, values in replaced.items():
        column = rows.schema.get_field_index(name)
        rows = rows.set_column(column, rows.schema.field(column), values)
    return rows


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
