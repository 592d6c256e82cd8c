"""`shuke serve`, `shuke work`, `shuke manage`: the pages and the background work, from one command."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from importlib import import_module
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from shuke.kit.errors import InputError
from shuke.kit.text import say

_LOCAL = {"127.0.0.1", "localhost", "::1"}
_GRACE_SECONDS = 20.0
_READY_SECONDS = 60.0
_WORKER_PAUSE_SECONDS = 3.0
_POLL_SECONDS = 0.3
_DIRECT = build_opener(ProxyHandler({}))
"""Our own address is asked past any proxy, whose answer would say nothing of us."""


def serve_command(asked: argparse.Namespace, language: str) -> None:
    """Bring the database and the static files up to date, then serve until stopped."""
    require_port(asked.host, asked.port)
    if asked.host not in _LOCAL and not os.environ.get("SHUKE_HOSTS", "").strip():
        raise InputError(
            f"--host {asked.host} lets other machines in, and SHUKE_HOSTS does not say under which names: "
            "set it to what people type, for example SHUKE_HOSTS=crm.example.com,192.168.1.20"
        )
    start_django(gather=True)
    bring_up_to_date(language)
    serve(asked, language)


def work_command(asked: argparse.Namespace, language: str) -> None:
    """Run background jobs only: a second worker, or one on another machine."""
    del asked
    start_django()
    from django.core.management import call_command

    print(say("cli.serve.working", language), flush=True)
    call_command("work")


def manage_command(asked: argparse.Namespace, language: str) -> None:
    """Django's own commands: createsuperuser, migrate, shell …"""
    del language
    start_django()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["shuke manage", *asked.rest])


def start_django(*, gather: bool = False) -> None:
    """Load the settings; a wrong one is an `InputError`. `gather` for the process that collects the static files."""
    if gather:
        os.environ["SHUKE_GATHER_STATIC"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuke.web.settings")
    import django

    # By name: cli and web stand side by side and do not import each other.
    import_module("shuke.web.environment").prepare()
    django.setup()


def bring_up_to_date(language: str) -> None:
    """Migrations, then static files hashed and compressed."""
    from django.core.management import call_command

    number = len(waiting_migrations())
    if number:
        print(say("cli.serve.migrating", language, number=number), flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    print(say("cli.serve.gathering", language), flush=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=False)


def waiting_migrations() -> list[str]:
    """Names of the migrations that the database still lacks."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def require_port(host: str, port: int) -> None:
    """An `InputError` when something else listens there, or no port has that number."""
    if not 0 < port < 65_536:
        raise InputError(f"Unexpected --port {port}: give a whole number from 1 to 65535, such as --port 8000.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as reason:
            raise InputError(
                f"Cannot listen on {host}:{port} ({reason.strerror}): another program may use it; choose another port, "
                f"for example --port {port + 1}."
            ) from reason


def serve(asked: argparse.Namespace, language: str) -> None:
    """Start the web server and a worker, and watch over both until SIGTERM or Ctrl+C."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    started: dict[str, subprocess.Popen[bytes]] = {"web": _start(_web(asked))}
    if not asked.no_worker:
        started["worker"] = _start(_worker())
    try:
        is_ready = _wait_until_ready(started["web"], asked, stopping)
        if not stopping.is_set():
            print(say("cli.serve.ready" if is_ready else "cli.serve.slow", language, url=_url(asked)), flush=True)
        _watch(started, stopping, language)
    finally:
        print(say("cli.serve.stopping", language), flush=True)
        _end(list(started.values()))


def _web(asked: argparse.Namespace) -> list[str]:
    options = {"host": asked.host, "port": asked.port, "processes": asked.processes, "threads": asked.threads}
    options["parent"] = os.getpid()
    return ["shuke.web.serving", *(part for name, value in options.items() for part in (f"--{name}", str(value)))]


def _worker() -> list[str]:
    return ["shuke.web", "work", "--parent", str(os.getpid())]


def _start(module: list[str]) -> subprocess.Popen[bytes]:
    """A group of its own, so that Ctrl+C reaches only this process, which then stops the others in order."""
    environment = {name: value for name, value in os.environ.items() if name != "SHUKE_GATHER_STATIC"}
    return subprocess.Popen([sys.executable, "-m", *module], env=environment, start_new_session=True)  # noqa: S603


def _url(asked: argparse.Namespace) -> str:
    host = "127.0.0.1" if asked.host in {"0.0.0.0", "::"} else asked.host  # noqa: S104
    return f"http://[{host}]:{asked.port}/" if ":" in host else f"http://{host}:{asked.port}/"


def _wait_until_ready(web: subprocess.Popen[bytes], asked: argparse.Namespace, stopping: threading.Event) -> bool:
    """Whether it answered within a minute."""
    end = time.monotonic() + _READY_SECONDS
    while not stopping.is_set() and time.monotonic() < end:
        if web.poll() is not None:
            raise InputError(f"The web server ended at once with code {web.returncode}: its message stands above.")
        if _listens(asked):
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _listens(asked: argparse.Namespace) -> bool:
    try:
        with _DIRECT.open(_url(asked) + "health/", timeout=5):
            return True
    except URLError as reason:
        # An answer that refuses this host or asks for HTTPS is an answer too.
        return hasattr(reason, "code")
    except OSError:
        return False


def _watch(started: dict[str, subprocess.Popen[bytes]], stopping: threading.Event, language: str) -> None:
    """A worker that dies is started again; without the web server there is nothing to watch over."""
    while not stopping.wait(_POLL_SECONDS):
        if started["web"].poll() is not None:
            raise InputError(f"The web server ended with code {started['web'].returncode}: its message stands above.")
        worker = started.get("worker")
        if worker is not None and worker.poll() is not None:
            print(say("cli.serve.worker_died", language, code=worker.returncode), file=sys.stderr, flush=True)
            stopping.wait(_WORKER_PAUSE_SECONDS)
            started["worker"] = _start(_worker())


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask all, wait, and only then insist."""
    for process in processes:
        process.terminate()
    end = time.monotonic() + _GRACE_SECONDS
    for process in processes:
        try:
            process.wait(timeout=max(end - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
