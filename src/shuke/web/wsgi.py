"""The door for a WSGI server: `shuke.web.wsgi:application`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from shuke.web.environment import prepare

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuke.web.settings")
prepare()
application = get_wsgi_application()
