"""From any file of purchases to clean facts, the rows set aside, and a report of their quality."""

from shuke.collect._fields import FactsQuality, FactsRead
from shuke.collect._found import FileFound
from shuke.collect._judge import REASONS
from shuke.collect._kinds import FACTS, PURCHASES, FactsKind, FactsPeek, kind_of, peek_facts, read_facts
from shuke.collect._mapping import FIELDS, FieldFound, Mapping, presets
from shuke.collect._peek import Peek, SeenRow, peek
from shuke.collect._quality import Quality, Tally
from shuke.collect._read import Purchases, read_purchases
from shuke.collect._report import file_lines
from shuke.collect._sources import files_at
from shuke.collect._write_rejects import write_rejects
from shuke.collect.payments import read_payments
from shuke.collect.sources import read_sources
from shuke.collect.surveys import read_surveys

__all__ = [
    "FACTS",
    "FIELDS",
    "PURCHASES",
    "REASONS",
    "FactsKind",
    "FactsPeek",
    "FactsQuality",
    "FactsRead",
    "FieldFound",
    "FileFound",
    "Mapping",
    "Peek",
    "Purchases",
    "Quality",
    "SeenRow",
    "Tally",
    "file_lines",
    "files_at",
    "kind_of",
    "peek",
    "peek_facts",
    "presets",
    "read_facts",
    "read_payments",
    "read_purchases",
    "read_sources",
    "read_surveys",
    "write_rejects",
]
