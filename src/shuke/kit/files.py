"""Files that are there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Where to write what becomes `target`: beside it, and moved there at the end.

    So a reader never meets half a file. Where anything goes wrong nothing is left of it, and what stood there stays.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = Path(folder, "a.csv")
    ...     with whole(target) as unfinished:
    ...         _ = unfinished.write_text("1")
    ...         before = target.exists()
    ...     before, [file.name for file in Path(folder).iterdir()]
    (False, ['a.csv'])
    """
    unfinished = target.with_name(target.name + ".part")
    try:
        yield unfinished
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
