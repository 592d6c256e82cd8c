"""What the worker does for timelines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shuke.crm.jobs.worker import JobRun
from shuke.crm.timeline import writes


def clean(job: JobRun) -> Mapping[str, Any]:
    """Remove for good what was deleted an hour ago, and files that no touch knows."""
    return writes.clean()
