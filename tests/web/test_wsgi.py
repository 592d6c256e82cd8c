"""The door of the web server, as it opens it: in a process of its own."""

from __future__ import annotations

import subprocess
import sys

_ASKED = """
import gc, sys
import shuke.web.wsgi
assert "shuke.crm.scores.views" in sys.modules, "pages are loaded before the first visitor comes"
print(gc.get_freeze_count(), len(gc.get_objects()))
"""


def test_what_is_loaded_at_start_is_not_searched_for_cycles_while_people_wait() -> None:
    done = subprocess.run([sys.executable, "-c", _ASKED], capture_output=True, text=True, check=True)
    frozen, searched = map(int, done.stdout.split()[:2])
    assert frozen > 100_000 > 10 * searched
