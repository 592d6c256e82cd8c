"""The preview as pages show it: codes, ready for JSON, without the server's folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shuke.insight.errors import RefusedUpload
from shuke.insight.peek import Preview, look

LINES = [["客户编号", "购买日期", "金额"], ["甲", "2024-01-02", "12.5"], ["乙", "昨天", "8"]]
TEXT = "\n".join(",".join(line) for line in LINES)


def kept(folder: Path, content: bytes) -> Path:
    path = folder / "a.csv"
    path.write_bytes(content)
    return path


def test_a_preview_survives_being_kept_as_json(tmp_path: Path) -> None:
    seen = look(kept(tmp_path, TEXT.encode("gbk")), {}, {})
    again = Preview.from_json(json.loads(json.dumps(seen.to_json())))
    assert again.columns == LINES[0]
    assert [(line, cells, reason) for line, cells, reason in again.rows] == [
        (2, LINES[1], ""), (3, LINES[2], "reject.unreadable_date"),
    ]  # fmt: skip
    assert again.guessed == {"customer": "客户编号", "time": "购买日期", "amount": "金额"}
    assert (again.sampled, again.kept, again.encoding, again.usable) == (2, 1, "gb18030", True)


def test_columns_nobody_can_tell_are_named_and_may_be_chosen(tmp_path: Path) -> None:
    path = kept(tmp_path, b"a,b,c\nx,y,z\nu,v,w\n")
    seen = look(path, {}, {})
    assert (seen.missing, seen.usable) == (["customer", "time", "amount"], False)
    chosen = look(path, {"customer": "a", "time": "b", "amount": "c"}, {})
    assert (chosen.usable, chosen.kept) == (True, 0)


def test_a_column_that_is_gone_is_told_in_the_readers_language_without_the_folder(tmp_path: Path) -> None:
    seen = look(kept(tmp_path, TEXT.encode()), {"customer": "会员"}, {})
    assert not seen.usable
    assert "会员" in seen.refusal("zh-hans")
    assert seen.refusal("zh-hans") != seen.refusal("en")
    assert str(tmp_path) not in json.dumps(seen.to_json())


def test_an_order_of_dates_that_was_chosen_is_used(tmp_path: Path) -> None:
    path = kept(tmp_path, b"customer,date,amount\na,02/01/2024,5\nb,03/04/2024,6\n")
    assert look(path, {}, {}).kept == 0
    assert look(path, {}, {"date_order": "day"}).kept == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"customer,date,amount\n", "no_rows"), (b"\n\n", "no_rows"), (b"PAR1 cut off", "damaged"),
     (b"x" * (1 << 25), "no_rows")],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(RefusedUpload) as refused:
        look(kept(tmp_path, content), {}, {})
    assert refused.value.code == code
    assert str(tmp_path) not in refused.value.told("en")
