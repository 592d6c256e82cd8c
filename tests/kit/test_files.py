from __future__ import annotations

from pathlib import Path

import pytest

from shuke.kit.files import whole


def test_what_is_interrupted_leaves_nothing_and_the_earlier_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "评分.csv"
    target.write_text("earlier")

    def interrupted() -> None:
        with whole(target) as unfinished:
            unfinished.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("评分.csv", "earlier")]
