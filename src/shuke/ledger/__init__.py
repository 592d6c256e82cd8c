"""The facts on disk: every purchase and every run's scores, appended once, never changed, read by version.

`Ledger` is a folder of Delta tables, written without a server or a JVM. Any process may be killed at any moment: an
import is there whole or not at all.
"""

from shuke.ledger.digest import content_digest
from shuke.ledger.ledger import Ledger
from shuke.ledger.records import Erased, Import, Imported, Run, Scored, Version

__all__ = ["Erased", "Import", "Imported", "Ledger", "Run", "Scored", "Version", "content_digest"]
