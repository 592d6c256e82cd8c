"""What may be attached is told by its name and by its content."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from shuke.crm.timeline.errors import RefusedFile
from shuke.crm.timeline.files import Brought, keep


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.SHUKE_ATTACHMENTS, settings.SHUKE_ATTACHMENT_BYTES = tmp_path, 1 << 20
    return tmp_path


def office(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return packed.getvalue()


WORD = office("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("合同.PDF", b"%PDF-1.7\n", "application/pdf"),
        ("照片.jpg", b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
        ("图.png", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("录音.m4a", b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        ("记录.txt", "客户说很好".encode("gb18030"), "text/plain"),
        ("表.csv", "客戶,金額\n".encode("big5"), "text/plain"),
        ("a.docx", WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_what_people_attach_is_taken(name: str, content: bytes, content_type: str, folder: Path) -> None:
    kept = keep(Brought(name, [content]))
    assert kept.content_type == content_type
    assert (folder / kept.place).read_bytes() == content
    assert (folder / kept.place).stat().st_mode & 0o777 == 0o600
    assert len(kept.place) == 43


@pytest.mark.parametrize(
    ("code", "name", "content"),
    [
        ("ending", "run.exe", b"MZ"),
        ("ending", "page.html", b"<html>"),
        ("ending", "logo.svg", b"<svg onload=x>"),
        ("ending", "noending", b"abc"),
        ("ending", "paper.pdf.exe", b"%PDF-1.7"),
        ("content", "paper.pdf", b"<html><script>"),
        ("content", "photo.png", b"MZ\x90"),
        ("content", "note.txt", b"\xef\xbb\xbf <script>alert(1)</script>"),
        ("content", "note.txt", b"#!/bin/sh\n"),
        ("content", "note.csv", b"\x00\x01\x02"),
        ("content", "a.docx", office("x.txt")),
        ("content", "a.xlsx", WORD),
        ("content", "a.docx", office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("content", "a.docx", b"PK\x03\x04 torn"),
        ("empty", "a.txt", b""),
        ("too_large", "a.txt", b"a" * ((1 << 20) + 1)),
    ],
)
def test_what_it_does_not_trust_is_refused_and_leaves_nothing(
    code: str, name: str, content: bytes, folder: Path
) -> None:
    with pytest.raises(RefusedFile) as refused:
        keep(Brought(name, [content]))
    assert refused.value.code == code
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_name_cannot_lead_out_of_the_folder(folder: Path) -> None:
    kept = keep(Brought("../../../etc/passwd.txt", [b"abc"]))
    assert kept.name == "passwd.txt"
    assert (folder / kept.place).resolve().is_relative_to(folder)
