"""What a command writes must not be what it reads."""

from __future__ import annotations

import argparse
from pathlib import Path

from shuke.collect import files_at
from shuke.kit.errors import InputError

_OUTPUTS = ("out", "rejects")


def refuse_overwriting(asked: argparse.Namespace) -> None:
    """An InputError where a file to be written is one that is read, or both files to be written are one."""
    written = {f"--{name}": path for name in _OUTPUTS if (path := getattr(asked, name)) is not None}
    named = [*asked.source, *(asked.surveys or ()), *(asked.payments or ())]
    read = [path for one in named if not one.startswith("demo:") for path in files_at(one)]
    for option, path in written.items():
        if any(_same(path, one) for one in read):
            raise InputError.of("error.output_is_input", path=path, option=option)
    if len(written) == len(_OUTPUTS) and _same(*written.values()):
        raise InputError.of("error.outputs_are_one", path=asked.out)


def _same(one: Path, other: Path) -> bool:
    """Also by other names: links, or capitals where the disk knows none."""
    return one.resolve() == other.resolve() or (one.exists() and other.exists() and one.samefile(other))
