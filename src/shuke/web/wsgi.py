"""The door for a WSGI server: `shuke.web.wsgi:application`."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from shuke.web.environment import prepare


def _settle() -> None:
    """What is loaded now stays until the end. A search for cycles in it (half a million objects) would stop every page
    of this process for 0.2 s each time: from here on only what came later is searched."""
    _ = get_resolver().url_patterns  # the pages, which else the first visitor loads
    gc.collect()
    gc.freeze()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuke.web.settings")
prepare()
application = get_wsgi_application()
_settle()
