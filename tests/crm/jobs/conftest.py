"""Handlers for jobs of the tests, registered for as long as a test runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import pytest
from pytest_django import Settings

from shuke.crm.jobs.worker import JobRun

Handler = Callable[[JobRun], Mapping[str, Any] | None]


@pytest.fixture
def handle(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Handler], None]:
    """`handle("test.work", function)` makes the function the handler of a kind."""
    module = ModuleType("handlers_of_tests")
    monkeypatch.setitem(sys.modules, "handlers_of_tests", module)
    settings.SHUKE_JOBS = {}

    def register(kind: str, handler: Handler) -> None:
        name = kind.replace(".", "_")
        setattr(module, name, handler)
        settings.SHUKE_JOBS = {**settings.SHUKE_JOBS, kind: f"handlers_of_tests.{name}"}

    return register
