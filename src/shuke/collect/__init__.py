"""From any file of purchases to clean facts, the rows set aside, and a report of their quality."""

from shuke.collect._found import FileFound
from shuke.collect._judge import REASONS
from shuke.collect._mapping import FIELDS, FieldFound, Mapping, presets
from shuke.collect._peek import Peek, SeenRow, peek
from shuke.collect._quality import Quality, Tally
from shuke.collect._read import Purchases, read_purchases
from shuke.collect._report import file_lines
from shuke.collect._write_rejects import write_rejects

__all__ = [
    "FIELDS",
    "REASONS",
    "FieldFound",
    "FileFound",
    "Mapping",
    "Peek",
    "Purchases",
    "Quality",
    "SeenRow",
    "Tally",
    "file_lines",
    "peek",
    "presets",
    "read_purchases",
    "write_rejects",
]
