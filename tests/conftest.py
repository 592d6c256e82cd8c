"""Both engines, opened once for the whole run; a test that asks for `engine` runs on each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings

from shuke.engines import DuckDBEngine, Engine, open_engine
from shuke.kit.errors import MissingPartError

# No deadlines: a test that fails because the machine is busy says nothing of the code.
settings.register_profile("shuke", deadline=None)
settings.load_profile("shuke")

_SKIPPED_FOR_A_MISSING_PART = "missing part: "


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
    with opened as engine:
        yield engine


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.getfixturevalue(f"{request.param}_engine")
