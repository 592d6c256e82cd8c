"""Files of strangers: names that wander, archives that explode, things that are no tables."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from shuke.insight import stored
from shuke.insight.errors import RefusedUpload
from shuke.insight.stored import safe_name, store


def workbook(**parts: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        for name, content in parts.items():
            archive.writestr(f"xl/{name}.xml", content)
    return kept.getvalue()


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "given",
    ["../../etc/passwd", "..\\..\\win.ini", "/etc/shadow", "a/../../b.csv", "..", ".", "", "-rf", "a\x00b.csv",
     "*?[x]{y}.csv", "五" * 300 + ".csv", "x.csv\n", "<script>.csv",
     "CON.csv", "nul", "COM1.xlsx", "a.csv:stream", "a.csv. . ."],
)  # fmt: skip
def test_a_name_never_leaves_its_folder_and_is_no_pattern(given: str) -> None:
    name = safe_name(given)
    assert name
    assert Path(name).name == name
    assert len(name) <= 100
    assert not set(name) & set("*?[]{}<>/\\\x00\n:|'\"")
    assert not name.startswith((".", "-"))
    assert not name.endswith((".", " "))
    assert name.partition(".")[0].upper() not in {"CON", "NUL", "COM1"}


def test_a_file_is_kept_in_a_folder_of_its_own(business: Path) -> None:
    first, size = store(name="../../a.csv", pieces=[b"x,y\n", b"1,2\n"])
    second, _ = store(name="a.csv", pieces=[b"x,y\n1,2\n"])
    assert first.parent.parent == second.parent.parent == business / "uploads"
    assert first.parent != second.parent
    assert (first.name, size) == ("a.csv", 8)


def test_a_file_past_the_limit_is_refused_before_it_is_whole(business: Path, settings: Any) -> None:
    settings.SHUKE_UPLOAD_BYTES = 1000
    taken = []

    def endless() -> Any:
        while True:
            taken.append(1)
            yield b"x" * 400

    with pytest.raises(RefusedUpload, match="too_large"):
        store(name="a.csv", pieces=endless())
    assert len(taken) == 3
    assert files_in(business) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"\x89PNG\r\n", "not_a_table"),
        (b"\x7fELF\x02\x01", "not_a_table"),
        (b"plain\x00binary", "not_a_table"),
        (b"\x1f\x8b\x08", "packed"),
        (b"\xd0\xcf\x11\xe0", "old_excel"),
        (b"PK\x03\x04 cut off", "damaged"),
    ],
)
def test_what_is_no_table_is_refused_and_leaves_nothing(business: Path, content: bytes, code: str) -> None:
    with pytest.raises(RefusedUpload) as refused:
        store(name="a.csv", pieces=[content])
    assert refused.value.code == code or not content
    assert files_in(business) == []


def test_a_zip_that_is_no_workbook_is_refused(business: Path) -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("orders.csv", "a,b\n1,2\n")
    with pytest.raises(RefusedUpload) as refused:
        store(name="a.xlsx", pieces=[kept.getvalue()])
    assert refused.value.code == "packed"


def test_a_workbook_that_explodes_is_refused(business: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "_LARGEST_UNPACKED_BYTES", 1 << 20)
    with pytest.raises(RefusedUpload) as refused:
        store(name="bomb.xlsx", pieces=[workbook(sheet=b" " * (2 << 20))])
    assert refused.value.code == "too_much_inside"


def test_a_small_workbook_that_unpacks_to_much_is_refused_by_its_ratio(business: Path) -> None:
    bomb = workbook(sheet=b"\0" * (80 << 20))
    assert len(bomb) < 100_000
    with pytest.raises(RefusedUpload) as refused:
        store(name="bomb.xlsx", pieces=[bomb])
    assert refused.value.code == "too_much_inside"
    assert files_in(business) == []


def test_a_workbook_that_lies_about_its_size_is_refused(business: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "_LARGEST_UNPACKED_BYTES", 1 << 20)
    honest = workbook(sheet=b" " * (2 << 20))
    lying = honest.replace((2 << 20).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(RefusedUpload) as refused:
        store(name="bomb.xlsx", pieces=[lying])
    assert refused.value.code in ("too_much_inside", "damaged")


def test_a_workbook_that_calls_itself_csv_is_named_as_what_it_is(business: Path) -> None:
    path, _ = store(name="orders.csv", pieces=[workbook(sheet=b"<x/>")])
    assert path.name == "orders.csv.xlsx"


def test_a_workbook_with_a_spoilt_stream_is_damaged(settings: Any, tmp_path: Path) -> None:
    settings.SHUKE_UPLOADS = tmp_path
    spoilt = bytearray(workbook(sheet1=bytes(range(256)) * 400))
    start = spoilt.index(b"xl/sheet1.xml") + len(b"xl/sheet1.xml")
    spoilt[start : start + 40] = b"\xff" * 40
    with pytest.raises(RefusedUpload) as refused:
        store(name="a.xlsx", pieces=[bytes(spoilt)])
    assert "damaged" in str(refused.value.key)
