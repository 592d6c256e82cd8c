"""`shuke check`: is everything there and in order, and if not, how to mend it."""

from __future__ import annotations

import argparse
import stat
from collections.abc import Callable
from pathlib import Path

from shuke.cli._serve import start_django, waiting_migrations
from shuke.cli._why import why
from shuke.engines import open_engine
from shuke.kit.errors import InputError, ShukeError
from shuke.kit.text import number, say
from shuke.ledger import Ledger


def check_command(asked: argparse.Namespace, language: str) -> None:
    """One line a part; exit code 1 when any of them is not in order."""
    del asked
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError

    broken = 0
    for name, part in _PARTS.items():
        title = say(f"cli.check.{name}", language)
        try:
            print(f"✓ {title}: {part(language)}")
        except (ShukeError, DatabaseError, ImproperlyConfigured, OSError) as reason:
            broken += 1
            print(f"✗ {title}: {why(reason, language)}")
            if part is _settings:
                # Without them, no other part can be looked at.
                break
    if broken:
        raise InputError.of("cli.check.broken", number=broken)
    print(say("cli.check.fine", language))


def _settings(language: str) -> str:
    start_django()
    from django.conf import settings
    from django.core.checks import ERROR, run_checks

    found = run_checks(include_deployment_checks=settings.SHUKE_PRODUCTION)
    wrong = [message for message in found if message.level >= ERROR]
    if wrong:
        raise InputError("; ".join(f"{message.msg} {message.hint or ''}".strip() for message in wrong))
    mode = "production" if settings.SHUKE_PRODUCTION else "debug" if settings.DEBUG else "local"
    return say(f"cli.check.mode.{mode}", language, hosts=", ".join(settings.ALLOWED_HOSTS))


def _folder(language: str) -> str:
    del language
    from django.conf import settings

    probe = Path(settings.SHUKE_DATA) / ".probe"
    probe.touch()
    probe.unlink()
    key = Path(settings.SHUKE_DATA) / "secret_key"
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        raise InputError.of("cli.check.open_key", file=key)
    return str(settings.SHUKE_DATA)


def _database(language: str) -> str:
    del language
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    waiting = waiting_migrations()
    if waiting:
        raise InputError.of("cli.check.migrations", number=len(waiting), command="shuke manage migrate")
    return f"{connection.vendor} {connection.settings_dict['NAME']}"


def _people(language: str) -> str:
    from shuke.crm.people.models import Role, User

    owners = User.objects.filter(role=Role.OWNER, is_active=True).count()
    if not owners:
        raise InputError.of("cli.check.no_owner", command="shuke manage createsuperuser")
    return say("cli.check.users", language, number=number(User.objects.filter(is_active=True).count(), language))


def _ledger(language: str) -> str:
    from django.conf import settings

    folder = Path(settings.SHUKE_LEDGER)
    if not folder.exists():
        return say("cli.check.no_ledger", language)
    ledger = Ledger(folder)
    imports = ledger.imports()
    ledger.version()  # the list of imports is one table, the purchases are another
    rows = sum(made.rows for made in imports if made.state != "undone")
    return say("cli.check.imports", language, number=number(len(imports), language), rows=number(rows, language))


def _engine(language: str) -> str:
    del language
    with open_engine("duckdb") as engine:
        engine.fetch("SELECT 1 AS one")
    return "DuckDB"


def _worker(language: str) -> str:
    from shuke.crm.jobs.models import Job, State
    from shuke.crm.jobs.reads import a_worker_lives

    waiting = Job.objects.filter(state=State.QUEUED).count()
    if waiting and not a_worker_lives():
        raise InputError.of("cli.check.no_worker", number=waiting, command="shuke work")
    return say("cli.check.waiting", language, number=waiting)


_PARTS: dict[str, Callable[[str], str]] = {
    "settings": _settings,
    "folder": _folder,
    "database": _database,
    "people": _people,
    "ledger": _ledger,
    "engine": _engine,
    "worker": _worker,
}
