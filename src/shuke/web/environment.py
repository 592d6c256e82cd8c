"""Settings by environment variable, read strictly: a wrong value says what came, what is allowed and the cure."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from shuke.kit.errors import InputError

_YES_NO = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
_POSTGRES = {"postgres", "postgresql"}
# A page's statements are short: compiling them or starting workers for them takes longer than they run.
_SHORT_STATEMENTS = "-c jit=off -c max_parallel_workers_per_gather=0"
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; "
    "PRAGMA mmap_size=268435456; PRAGMA cache_size=-32768"
)


def text(name: str, default: str) -> str:
    """The variable's text without surrounding blanks; empty counts as not set.

    >>> text("SHUKE_NO_SUCH_VARIABLE", "CNY")
    'CNY'
    """
    return os.environ.get(name, "").strip() or default


def yes_no(name: str, *, default: bool) -> bool:
    """A switch: 1/true/yes/on or 0/false/no/off; anything else is an `InputError`.

    >>> yes_no("SHUKE_NO_SUCH_VARIABLE", default=False)
    False
    """
    value = text(name, "")
    if not value:
        return default
    try:
        return _YES_NO[value.lower()]
    except KeyError:
        raise InputError.of("error.setting.yes_no", name=name, value=value) from None


def whole(name: str, default: int, *, least: int = 1) -> int:
    """A whole number no smaller than `least`, else an `InputError`.

    >>> whole("SHUKE_NO_SUCH_VARIABLE", 200)
    200
    """
    value = text(name, "")
    if not value:
        return default
    if not value.isdecimal() or int(value) < least:
        raise InputError.of("error.setting.whole", name=name, value=value, least=least, default=default)
    return int(value)


def listed(name: str, default: tuple[str, ...]) -> list[str]:
    """Names separated by commas.

    >>> listed("SHUKE_NO_SUCH_VARIABLE", ("localhost",))
    ['localhost']
    """
    return [part.strip() for part in text(name, "").split(",") if part.strip()] or list(default)


def data_folder() -> Path:
    """Where Shuke keeps its database, ledger, uploads and secret key: SHUKE_DATA, else `var/shuke` here."""
    return Path(text("SHUKE_DATA", "var/shuke")).expanduser().resolve()


def database(url: str, folder: Path) -> dict[str, object]:
    """Django's settings for a database address: `postgres://user:password@host:5432/name` or `sqlite:///file`.

    Without an address, SQLite in the data folder.

    >>> database("postgres://shuke:geheim@db/crm", Path("data"))["NAME"]
    'crm'
    >>> database("", Path("data"))["NAME"]
    'data/records.sqlite3'
    """
    if not url:
        return _sqlite(str(folder / "records.sqlite3"))
    parts = _parts_of(url)
    if parts.scheme in _POSTGRES and parts.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "OPTIONS": {"options": _SHORT_STATEMENTS, **dict(parse_qsl(parts.query, keep_blank_values=True))},
            "CONN_MAX_AGE": 300,
            "CONN_HEALTH_CHECKS": True,
        }
    if parts.scheme == "sqlite" and parts.path.removeprefix("/"):
        return _sqlite(unquote(parts.path.removeprefix("/")))
    # Not the address itself, which holds a password.
    raise InputError.of("error.setting.database", scheme=parts.scheme)


def _parts_of(url: str) -> SplitResult:
    """The address in its parts. A sign of the password that ends a part would make others of the rest; what came of
    that is not told, since it is of the password."""
    unreadable = InputError(
        "DATABASE_URL cannot be read: in user and password write / as %2F, # as %23, ? as %3F, @ as %40, : as %3A, "
        "[ as %5B, ] as %5D and % as %25, as in postgres://user:p%2Fw@host:5432/name, and the port as a number. "
        "In the name of a SQLite file write # as %23."
    )
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise unreadable from None
    cut = "@" in parts.path or ("@" in parts.query and "@" not in parts.netloc)
    if parts.fragment or url.endswith("#") or (cut and parts.scheme in _POSTGRES):
        raise unreadable
    return parts


def _sqlite(name: str) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": None,
        # Web and worker write to one file: take the lock when a transaction begins, and wait for it; never fail late.
        "OPTIONS": {"init_command": _SQLITE_PRAGMAS, "transaction_mode": "IMMEDIATE", "timeout": 30},
    }


def secret_key(folder: Path, *, production: bool) -> str:
    """SHUKE_SECRET_KEY; outside production the one kept in the data folder, or one for this process alone.

    Reading settings writes no file: `prepare` keeps the key, before a server starts.
    """
    given = text("SHUKE_SECRET_KEY", "")
    if given:
        return given
    if production:
        raise InputError.of("error.setting.no_secret_key")
    kept = folder / "secret_key"
    return kept.read_text("ascii").strip() if kept.exists() else secrets.token_urlsafe(50)


def prepare() -> Path:
    """Make the data folder, and keep a secret key in it unless the environment gives one. Safe to run twice at once."""
    folder = data_folder()
    try:
        (folder / "static").mkdir(parents=True, exist_ok=True)
        if not text("SHUKE_SECRET_KEY", "") and not (folder / "secret_key").exists():
            _keep_key(folder)
    except OSError as reason:
        raise InputError.of("error.setting.data_folder", folder=folder, reason=reason.strerror) from reason
    return folder


def _keep_key(folder: Path) -> None:
    """Written whole beside its place, then linked: of two processes the first one's key stands, for both."""
    with tempfile.NamedTemporaryFile("w", dir=folder, encoding="ascii") as draft:
        draft.write(secrets.token_urlsafe(50))
        draft.flush()
        try:
            os.link(draft.name, folder / "secret_key")
        except FileExistsError:
            return
