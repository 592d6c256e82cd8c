from __future__ import annotations

import pytest

from shuke.kit.text import LANGUAGES, say
from shuke.ledger import Imported


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_ledger_has_its_sentence(language):
    for already in (False, True):
        made = Imported("import-1", 3, 1, already)
        assert made.import_id in say(made.note_code, language, rows=made.rows, import_id=made.import_id)
    for code in ("state.visible", "state.undone", *(f"act.{act}" for act in ACTS)):
        assert say(f"ledger.{code}", language)


ACTS = ("import", "undo", "score", "compact", "erase", "clean")
