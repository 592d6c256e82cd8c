"""`python -m shuke.web work`: run jobs until told to stop."""

from __future__ import annotations

import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from shuke.crm.jobs.worker import work

_ORPHANED_CHECK_SECONDS = 2.0


class Command(BaseCommand):
    """Run the background jobs until SIGTERM or Ctrl+C; the job in hand goes back to the queue."""

    help = "Run background jobs until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--parent`: end with this process, so that a killed server leaves no worker behind."""
        parser.add_argument("--parent", type=int, default=0, help="stop when this process is gone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Until a signal."""
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        if options["parent"]:
            threading.Thread(target=_watch, args=(options["parent"], stopping), daemon=True).start()
        work(stopping=stopping)


def _watch(parent: int, stopping: threading.Event) -> None:
    while os.getppid() == parent:
        if stopping.wait(_ORPHANED_CHECK_SECONDS):
            return
    stopping.set()
