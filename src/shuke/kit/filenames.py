"""Names that strangers gave to files, made harmless."""

from __future__ import annotations

import re
import unicodedata

_LONGEST_STEM = 90
_LONGEST_STEM_BYTES = 195
_LONGEST_SUFFIX_BYTES = 8
# Names that Windows takes for a device, whatever follows the point: whoever downloads the file may be on it.
_DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)


def safe_name(given: str) -> str:
    """A name that stays in its folder, is no pattern to an engine and no option to a program.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\\\五月 [最终]*.csv"), safe_name("..")
    ('passwd', '五月 _最终__.csv', 'file')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    plain = re.sub(r"[^\w .()+-]", "_", last).strip(" .-")
    if _DEVICE.fullmatch(plain.partition(".")[0].strip()):
        plain = f"_{plain}"
    stem, dot, suffix = plain.rpartition(".")
    if not dot or len(suffix.encode()) > _LONGEST_SUFFIX_BYTES:
        return cut_name(plain) or "file"
    return f"{cut_name(stem)}.{suffix}" if stem else "file"


def cut_name(text: str) -> str:
    """Short enough for any file system, in bytes: a Chinese letter has three.

    >>> len(cut_name("客" * 300))
    65
    """
    return text[:_LONGEST_STEM].encode()[:_LONGEST_STEM_BYTES].decode("utf-8", "ignore").rstrip(" .")
