"""Which encoding a text file is in, and its lines as text even where several are mixed."""

from __future__ import annotations

import re

from shuke.kit.errors import InputError

LEGACY = ("gb18030", "big5")

# A run of high bytes made up of three-byte UTF-8 only: in a GBK or Big5 file it may be a stray UTF-8 line.
_UTF8_RUN = re.compile(rb"(?<![\x80-\xff])(?:[\xe1-\xef][\x80-\xbf]{2})+(?![\x80-\xff])")


def find_encoding(sample: bytes, shown: str) -> str:
    """`utf-8`, `utf-8-sig`, `utf-16`, `gb18030` (which covers GBK) or `big5`, from the first bytes that are not ASCII.

    >>> find_encoding("客户,金额".encode("gbk"), "a.csv"), find_encoding("客戶,金額,統一編號".encode("big5"), "a.csv")
    ('gb18030', 'big5')
    """
    if sample.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    wide = _utf16_without_mark(sample)
    if wide:
        return wide
    if b"\x00" in sample:
        raise InputError.of("error.collect.binary", path=shown)
    return _eight_bit(sample)


def _utf16_without_mark(sample: bytes) -> str | None:
    """Text in Latin letters, digits and commas written as UTF-16 has a zero in every second byte."""
    head = sample[:2000]
    if len(head) < 8:
        return None
    even, odd = head[0::2].count(0) / len(head[0::2]), head[1::2].count(0) / len(head[1::2])
    if odd > 0.3 and even < 0.02:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 and odd < 0.02 else None


def _eight_bit(sample: bytes) -> str:
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    # The sample may end in the middle of a character.
    whole = lines[:-1] if len(lines) > 1 and not sample.endswith(b"\n") else lines
    legacy = [line for line in whole if not _fits(line, "utf-8")]
    if len(legacy) * 2 <= len(whole):
        return "utf-8"
    text = b"\n".join(legacy)
    return "big5" if _share_of_common(text, "big5") > _share_of_common(text, "gb18030") else "gb18030"


def _fits(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _share_of_common(text: bytes, encoding: str) -> float:
    """Share of the double-byte characters that are everyday ones in the encoding, by the block of the lead byte."""
    first, last, lowest_trail = (0xB0, 0xD7, 0xA1) if encoding == "gb18030" else (0xA4, 0xC6, 0x40)
    common = total = position = 0
    while position < len(text) - 1:
        if text[position] < 0x81:
            position += 1
            continue
        total += 1
        common += first <= text[position] <= last and text[position + 1] >= lowest_trail
        position += 2
    return common / total if total and any(_fits(line, encoding) for line in text.split(b"\n")) else 0.0


def block_as_utf8(block: bytes, encoding: str) -> bytes | None:
    """The block as UTF-8, or None where a line in it may be in another encoding."""
    if encoding == "utf-8" or block.isascii():
        return block
    if _UTF8_RUN.search(block):
        return None
    try:
        return block.decode(encoding).encode("utf-8")
    except UnicodeDecodeError:
        return None


def lines_as_text(block: bytes, encoding: str) -> list[str | bytes]:
    """The block's lines, each decoded by itself; those that fit no encoding stay bytes."""
    lines = block.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    return [_line_as_text(line.removesuffix(b"\r"), encoding) for line in lines]


def _line_as_text(line: bytes, encoding: str) -> str | bytes:
    if line.isascii():
        return line.decode("ascii")
    for candidate in dict.fromkeys(("utf-8", encoding, *LEGACY)):
        try:
            text = line.decode(candidate)
        except UnicodeDecodeError:
            continue
        if "\ufffd" in text:
            return line
        # Two GBK characters can look like two-byte UTF-8 (the "联通" mistake): Chinese takes three bytes there.
        if candidate == "utf-8" != encoding and any("\x7f" < letter < "\u0800" for letter in text):
            continue
        return text
    return line
