"""NumPy is told how many threads to take before it comes in, by every process of ours."""

import os
import subprocess
import sys

import pytest

AS_NUMPY_COMES = """
import os, sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            print("threads:", os.environ.get("OPENBLAS_NUM_THREADS"))

sys.meta_path.insert(0, Watch())
"""


def told(code, **environment):
    """What a new process prints."""
    kept = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", AS_NUMPY_COMES + code], capture_output=True, env=kept | environment, check=True
    )
    return done.stdout.decode().split("\n")[:-1]


@pytest.mark.parametrize("room", ["cli", "web"])
def test_the_command_and_the_web_app_take_one_thread(room):
    assert told(f"import shuke.{room}, numpy") == ["threads: 1"]


def test_what_the_environment_says_stands():
    assert told("import shuke.cli, numpy", OPENBLAS_NUM_THREADS="4") == ["threads: 4"]


def test_who_uses_the_library_keeps_the_threads_they_had_and_loads_what_they_ask_for():
    asked = "import shuke; print('numpy' in sys.modules); print(shuke.read_purchases.__name__, shuke.value.__name__)"
    assert told(asked) == ["False", "threads: None", "read_purchases shuke.value"]


def test_every_public_name_is_there_and_no_other():
    lacking = "[name for name in shuke.__all__ if getattr(shuke, name) is None or name not in dir(shuke)]"
    assert told(f"import shuke; print({lacking}, hasattr(shuke, 'helper'))")[-1] == "[] False"
