"""`python -m shuke.web`: Django's management commands on Shuke's settings."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from shuke.web.environment import prepare


def main() -> None:
    """Run the command given on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuke.web.settings")
    prepare()
    execute_from_command_line(["shuke manage", *sys.argv[1:]])


if __name__ == "__main__":
    main()
