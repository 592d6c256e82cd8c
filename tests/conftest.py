"""Both engines, opened once for the whole run; a test that asks for `engine` runs on each. And the cast of the pages:
an owner, a manager, a colleague, and a stranger whom the thing at hand does not concern."""

from __future__ import annotations

import os

# Before NumPy is imported: its threads wait busily for one another, and two workers of pytest fill the cores anyway.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Spark's Java compiles what runs long; here everything is short.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from django.utils import translation

from shuke.engines import DuckDBEngine, Engine, open_engine
from shuke.kit.errors import MissingPartError
from shuke.kit.text import use_names

if TYPE_CHECKING:
    from django.test import Client

    from shuke.crm.people.models import User

_SKIPPED_FOR_A_MISSING_PART = "missing part: "
_SPARK_ON_FEW_ROWS = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "1",
}
"""Plans are run as they are: to compile each takes longer than to run it on a hundred rows, and says the same."""


# A slow machine is no wrong answer: no property test has a time limit.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


def _settings_of_the_pages() -> None:
    """Before Django reads them: a data folder that goes away, SQLite in memory or the PostgreSQL that CI names."""
    for name in [name for name in os.environ if name.startswith("SHUKE_") and name != "SHUKE_TEST_DATABASE_URL"]:
        del os.environ[name]
    folder = tempfile.mkdtemp(prefix="shuke-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["SHUKE_DATA"] = folder
    os.environ["SHUKE_DEBUG"] = "1"
    os.environ["DATABASE_URL"] = os.environ.get("SHUKE_TEST_DATABASE_URL", "")
    os.environ["DJANGO_SETTINGS_MODULE"] = "shuke.web.settings"
    (Path(folder) / "static").mkdir()


def _start_django() -> None:
    """Here and not in pytest-django's own time: the conftest of an app's tests imports its models."""
    import django
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()


_settings_of_the_pages()
_start_django()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Workers inherit the environment: with the settings named there, they would read them before this file is loaded,
    and share one data folder.
    """
    if getattr(session.config.option, "numprocesses", None):
        del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.fixture(scope="session")
def duckdb_engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as engine:
        yield engine


@pytest.fixture(scope="session")
def spark_engine() -> Iterator[Engine]:
    if shutil.which("java") is None:
        pytest.skip(_SKIPPED_FOR_A_MISSING_PART + "Java 17, for the Spark engine")
    try:
        opened = open_engine("spark", memory_limit="2GB")
    except MissingPartError as reason:
        pytest.skip(_SKIPPED_FOR_A_MISSING_PART + str(reason))
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    assert session is not None
    for name, value in _SPARK_ON_FEW_ROWS.items():
        session.conf.set(name, value)
    with opened as engine:
        yield engine


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.getfixturevalue(f"{request.param}_engine")


@pytest.fixture(autouse=True)
def _nothing_left_over() -> Iterator[None]:
    """A page asked for in a test leaves its language in force in this thread, the names that its run gives to codes,
    and what very many were found by: the next test begins without."""
    from shuke.crm.customers.search import FREQUENT

    yield
    translation.deactivate()
    use_names({})
    FREQUENT.forget()


def _user(username: str, name: str, role: str) -> User:
    from shuke.crm.people.writes import add_user

    return add_user(username=username, password=f"{username}-has-a-password", name=name, role=role, language="en")


@pytest.fixture
def owner(db: None) -> User:
    return _user("owner", "陈老板", "owner")


@pytest.fixture
def manager(db: None) -> User:
    return _user("manager", "林经理", "manager")


@pytest.fixture
def colleague(db: None) -> User:
    return _user("colleague", "Ana", "staff")


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody of another team, who sees only customers of their own."""
    from shuke.crm.people.models import Role, Team

    scopes = dict.fromkeys(("read", "write", "assign"), "own")
    rights = ["see", "tag", "reveal", "save_view"]
    Role.objects.create(code="adviser", names={"en": "Adviser"}, rights=rights, scopes={"customers": scopes})
    bo = _user("stranger", "Bo", "adviser")
    bo.team = Team.objects.create(name="Elsewhere")
    bo.save(update_fields=["team"])
    return bo


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """A browser in which the user is logged in: `as_user(manager).get("/customers/")`."""
    from django.test import Client

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return log_in
