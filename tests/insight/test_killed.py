"""A worker that is killed leaves nothing half done: the next one takes its job up, and the outcome is as if nothing
had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import shuke

PLACES = [
    "before the rows are booked",
    "after the rows are booked",
    "in the middle of a run",
    "in the middle of publishing",
]


def start(folder: Path, *what: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "SHUKE_DATA": str(folder), "DATABASE_URL": ""}
    inherited = os.environ.get("PYTHONPATH", "")
    environment["PYTHONPATH"] = os.pathsep.join([str(Path(shuke.__file__).parents[1]), inherited])
    command = [sys.executable, str(Path(__file__).with_name("killed.py")), what[0], str(folder), *what[1:]]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 120
    while not path.exists() and time.monotonic() < end and process.poll() is None:
        time.sleep(0.1)
    assert path.exists(), process.communicate()[1]


@pytest.mark.parametrize("place", PLACES)
def test_a_worker_killed_anywhere_is_followed_by_one_that_ends_the_work_once(tmp_path: Path, place: str) -> None:
    begun = start(tmp_path, "begin")
    assert begun.communicate(timeout=120)[1] == ""
    killed = start(tmp_path, "work", place)
    wait_for(tmp_path / "there", killed)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    told, errors = start(tmp_path, "work").communicate(timeout=180)
    of_import = "2" if "booked" in place else "1"
    of_run = "1" if "booked" in place else "2"
    assert told.strip() == (
        f"insight.import:done:{of_import} insight.run:done:{of_run} | imported | visible:190 | current:40"
    ), errors
