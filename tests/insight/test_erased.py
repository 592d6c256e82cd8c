"""When a customer was erased, no byte of the business names them any more: read to the last one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

HERE = Path(__file__).parent / "erased.py"
_SERVER = os.environ.get("SHUKE_TEST_DATABASE_URL", "")


def _needles() -> list[str]:
    """As written, as the search's words and the reversed numbers have it, as JSON escapes it."""
    text = HERE.read_text("utf-8")
    found: dict[str, Any] = {}
    lines = [line for line in text.splitlines() if line.startswith(("KEY,", "PHONE,", "EMAIL,"))]
    exec("\n".join(lines), found)  # noqa: S102  three lines of our own
    plain = [found[name] for name in ("KEY", "NAME", "OLD_NAME", "PHONE", "OLD_PHONE", "SECOND", "EMAIL", "WORD")]
    spaced = [" ".join(found["NAME"]), found["PHONE"][::-1], "chunxuan", "ouyangchunxuan"]
    return [*plain, *spaced]


NEEDLES = _needles()


def _as_bytes() -> dict[str, set[bytes]]:
    found: dict[str, set[bytes]] = {}
    for needle in NEEDLES:
        forms = {needle, json.dumps(needle)[1:-1]}
        found[needle] = {form.encode(code).lower() for form in forms for code in ("utf-8", "gb18030", "utf-16-le")}
    return found


def _named_in(content: bytes) -> set[str]:
    lowered = content.lower()
    return {needle for needle, forms in _as_bytes().items() if any(form in lowered for form in forms)}


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file, raw; Parquet and archives also unpacked."""
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        name = str(file.relative_to(folder))
        yield f"name of {name}", name.encode()
        yield name, file.read_bytes()
        if file.suffix == ".parquet":
            yield f"rows of {name}", str(pq.read_table(file).to_pylist()).encode()
        elif zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                yield from ((f"{name}/{one}", archive.read(one)) for one in archive.namelist())


def _tables(url: str) -> Iterator[tuple[str, bytes]]:
    """Every row of every table of PostgreSQL, as text."""
    import psycopg

    with psycopg.connect(url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in names:
            rows = connection.execute(f'SELECT t::text FROM "{name}" t').fetchall()
            yield f"table {name}", "\n".join(row for (row,) in rows).encode()


def traces(business: dict[str, str]) -> dict[str, set[str]]:
    """Where the customer is named, and by what."""
    found = dict(_contents(Path(business["SHUKE_DATA"])))
    if business["DATABASE_URL"]:
        found |= dict(_tables(business["DATABASE_URL"]))
    return {place: named for place, content in found.items() if (named := _named_in(content))}


def _run(business: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, str(HERE), *command], env=business, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """On SQLite in a file, or in a database of its own where CI names a server."""
    url = _SERVER.rpartition("/")[0] + "/shuke_erased" if _SERVER else ""
    environment = {**os.environ, "SHUKE_DATA": str(tmp_path_factory.mktemp("erased")), "DATABASE_URL": url}
    if not url:
        yield environment
        return
    import psycopg

    with psycopg.connect(_SERVER.rpartition("/")[0] + "/postgres", autocommit=True) as server:
        server.execute("CREATE DATABASE shuke_erased")
        yield environment
        server.execute("DROP DATABASE shuke_erased WITH (FORCE)")


def test_an_erased_customer_is_named_by_no_byte_that_is_kept(business: dict[str, str]) -> None:
    _run(business, "live")
    before = traces(business)
    named = set().union(*before.values())
    assert named == set(NEEDLES), "the customer left traces of every kind, or this test would prove nothing"
    rooms = {place.removeprefix("name of ").removeprefix("rows of ").partition("/")[0] for place in before}
    assert {"ledger", "uploads", "attachments"} <= rooms
    told = json.loads(_run(business, *os.environ.get("SHUKE_ERASE_AS", "erase").split()))
    assert traces(business) == {}
    assert told["customers"] == 40, "nobody else is gone"
    assert told["counts"]["purchases"] == 12
