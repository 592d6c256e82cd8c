"""`python -m shuke.web.serving`: the web server as `shuke serve` starts it."""

from __future__ import annotations

import argparse
import os
import signal
import threading
import time

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

_CHECK_SECONDS = 2.0


def main() -> None:
    """Serve until SIGTERM, or until the process that started this one is gone."""
    given = _arguments()
    threading.Thread(target=_end_with, args=(given.parent,), daemon=True).start()
    Granian(
        target="shuke.web.wsgi:application",
        address=given.host,
        port=given.port,
        interface=Interfaces.WSGI,
        workers=given.processes,
        blocking_threads=given.threads,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        process_name=None,
    ).serve()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="shuke.web.serving")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--parent", type=int, default=0)
    return parser.parse_args()


def _end_with(parent: int) -> None:
    """A killed `shuke serve` must not leave a server behind that keeps the port."""
    while parent and os.getppid() == parent:
        time.sleep(_CHECK_SECONDS)
    if parent:
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
