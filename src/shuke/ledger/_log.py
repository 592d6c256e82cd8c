"""What a Delta table's log says of each commit, by its number.

Not `DeltaTable.history()`, which counts versions down from the newest one it lists, and so is off by one while others
commit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from shuke.ledger._damage import damage_told
from shuke.ledger.records import Version

_COMMIT = re.compile(r"(\d{20})\.json")


def commits(folder: Path, after: int = -1) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The number of each commit still in the log, and what was told with it; oldest first."""
    files = {int(name.group(1)): file for file in _log(folder) if (name := _COMMIT.fullmatch(file.name))}
    return ((number, _told(files[number])) for number in sorted(files) if number > after)


def as_version(number: int, told: Mapping[str, object]) -> Version:
    at = datetime.fromtimestamp(int(str(told.get("timestamp", 0))) / 1000, UTC)
    return Version(number, at, str(told.get("act", "clean")), str(told.get("entry_id", "")))


def _log(folder: Path) -> Iterator[Path]:
    return (folder / "_delta_log").iterdir()


def _told(file: Path) -> Mapping[str, object]:
    try:
        lines = file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        # Cut from the log since it was listed.
        return {}
    for line in lines:
        with damage_told(file):
            told = json.loads(line).get("commitInfo")
        if isinstance(told, dict):
            return told
    return {}
