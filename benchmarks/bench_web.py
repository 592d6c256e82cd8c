"""How fast is the web app with a million scored customers, ten people at work, on SQLite and on PostgreSQL?

    python benchmarks/bench_web.py                      1 M customers, about 20 M purchase lines (about 5 GB of disk)
    python benchmarks/bench_web.py --customers 20000    a smaller try
    python benchmarks/bench_web.py --only sqlite

Purchases are made once into a ledger (kept in var/bench), then for each database customers are entered by name, scored
at two dates and published, `shuke serve` is started as anybody would, and ten users with sessions of their own walk its
pages. Server time is the `Server-Timing` of each answer; *seen* is what the user's side waited, on the same machine.
Users pause a second on average between clicks, which is busy; the last figures are without any pause.
PostgreSQL is one of its own (`.ci/with-postgres`), with its defaults, writes to disk made sure of.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import bench_web_data as data
import bench_web_load as load

ROOT = Path(__file__).resolve().parent.parent
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_WITH_POSTGRES = ROOT / ".ci" / "with-postgres"


def folder_of(customers: int) -> Path:
    return Path(f"var/bench/web-{customers}").absolute()


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """Fill one database, serve it, walk it."""
    records = folder_of(asked.customers) / asked.only
    environment = {
        **os.environ,
        "SHUKE_DATA": str(records),
        "SHUKE_LEDGER": str(records.parent / "ledger"),
        "DATABASE_URL": _own_postgresql() if asked.only == "postgresql" else "",
        "DJANGO_SETTINGS_MODULE": "shuke.web.settings",
    }
    found: dict[str, Any] = {}
    paces = [pace()]
    if not asked.again:
        shutil.rmtree(records, ignore_errors=True)
        found = task("fill", asked, environment)
        paces.append(pace())
        print(f"{DATABASES[asked.only]} filled: {found}", file=sys.stderr, flush=True)
    os.environ.update(environment)
    _start_django()  # users type pinyin, which is the customers' app to know
    with serving(environment) as port:
        calm = load.measure(port, asked.customers, asked.seconds, asked.think)
        found["pages"] = load.rows(calm)
        found["pages_a_second"] = load.pages_a_second(calm, asked.seconds)
        hurried = load.measure(port, asked.customers, asked.seconds / 4, 0)
        found["hurried"] = load.rows(hurried)
        found["hurried_a_second"] = load.pages_a_second(hurried, asked.seconds / 4)
    found["paces"] = [*paces, pace()]
    return found


def pace() -> float:
    """Seconds of 20 million additions in a loop: how fast this machine computes just now. Machines that are shared
    differ by half from hour to hour, and figures of two of them can only be read beside this."""
    started, total = time.perf_counter(), 0
    for number in range(20_000_000):
        total += number
    return time.perf_counter() - started


def _own_postgresql() -> str:
    """The database that every new PostgreSQL has; tests make theirs beside it."""
    return urlsplit(os.environ["SHUKE_TEST_DATABASE_URL"])._replace(path="/postgres").geturl()


def fill(asked: argparse.Namespace) -> dict[str, float]:
    _start_django()
    return data.fill(asked.customers)


def prepare(asked: argparse.Namespace) -> dict[str, float]:
    data.prepare(folder_of(asked.customers), asked.customers)
    return {}


TASKS = {"prepare": prepare, "fill": fill, "measure": measure}


def _start_django() -> None:
    import django

    from shuke.web.environment import prepare

    prepare()
    django.setup()


def task(
    name: str, asked: argparse.Namespace, environment: dict[str, str] | None = None, before: tuple[str, ...] = ()
) -> dict[str, Any]:
    """One step in a process of its own; what it prints last is its answer."""
    options = [f"--customers={asked.customers}", f"--seconds={asked.seconds}", f"--think={asked.think}"]
    options += [f"--only={asked.only}"] if asked.only else []
    options += ["--again"] if asked.again else []
    command = [*before, sys.executable, __file__, "--task", name, *options]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[int]:
    """`shuke serve` on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "shuke.cli", "--lang", "en", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not _answers(port):
            assert server.poll() is None, "the server ended: its message stands above"
            assert time.monotonic() < until, "the server did not answer within a minute"
            time.sleep(0.2)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/", timeout=3) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def missing(database: str, *, again: bool) -> str:
    """Why this database cannot be measured here, if so."""
    if database == "postgresql" and again:
        return "its records went with it: measure without --again"
    if database == "postgresql" and not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return "missing part: PostgreSQL (apt-get install postgresql)"
    return ""


def report(database: str, customers: int, found: dict[str, Any], think: float) -> None:
    name = DATABASES[database]
    print(f"\n{name}, {customers:,} customers")
    if "publish_2" in found:
        print(f"\n| step on {name} | s | of the processor, s |\n| --- | ---: | ---: |")
        print(f"| customers entered by name | {found['customers']:.1f} | |")
        for number, what in ((1, "scores published, the first time"), (2, "scores published, with what changed")):
            print(f"| {what} | {found[f'publish_{number}']:.1f} | {found[f'busy_{number}']:.1f} |")
        print(f"\nPeak memory of scoring and publishing: {found['peak_gb']:.1f} GB")
    print(f"\n20 M additions in a loop before, between and after: {', '.join(f'{s:.1f}' for s in found['paces'])} s")
    _table(found["pages"], f"a click every {think:g} s each, {found['pages_a_second']:.1f} answers a second")
    _table(found["hurried"], f"no pause at all, {found['hurried_a_second']:.1f} answers a second")


def _table(pages: list[list[Any]], pace: str) -> None:
    print(f"\n{data.USERS} users, {pace}:\n")
    print("| page | answers | server p50, ms | p95 | p99 | of the processor p50 | seen p50 | p95 | p99 |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for kind, count, figures in pages:
        print(f"| {kind} | {count} | {' | '.join(f'{value:.0f}' for value in figures)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=180, help="how long the users walk")
    parser.add_argument("--think", type=float, default=1.0, help="seconds between clicks, on average")
    parser.add_argument("--only", choices=tuple(DATABASES))
    parser.add_argument("--again", action="store_true", help="walk the records of the last measure once more (SQLite)")
    parser.add_argument("--task", choices=tuple(TASKS), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.task:
        print(json.dumps(TASKS[asked.task](asked)))
        return
    task("prepare", asked)
    for database in [asked.only] if asked.only else list(DATABASES):
        if why := missing(database, again=asked.again):
            print(f"\n{DATABASES[database]}: not measured, {why}")
            continue
        asked.only = database
        before = (str(_WITH_POSTGRES),) if database == "postgresql" else ()
        found = task("measure", asked, os.environ | {"SHUKE_POSTGRES_SAFE": "1"}, before)
        report(database, asked.customers, found, asked.think)


if __name__ == "__main__":
    main()
