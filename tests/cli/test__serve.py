"""`shuke serve`, `shuke demo` and `shuke check`, as processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from shuke.cli import main

Shuke = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def shuke(tmp_path: Path) -> Iterator[Shuke]:
    """Start the command on a data folder of its own."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **settings: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "SHUKE_DATA": str(tmp_path / "data"), "SHUKE_DEBUG": "", "DATABASE_URL": ""}
        process = subprocess.Popen(
            [sys.executable, "-m", "shuke.cli", "--lang", "en", *arguments],
            env=environment | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, path: str = "/health/") -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=3) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False


def until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it said; it may still be at work, and would then not end by itself."""
    process.kill()
    return process.communicate()


def test_one_command_serves_pages_and_works_and_stops_when_asked(shuke: Shuke, tmp_path: Path) -> None:
    port = free_port()
    process = shuke("serve", "--port", str(port))
    assert until(lambda: answers(port)), ended(process)
    with urlopen(f"http://127.0.0.1:{port}/log-in/", timeout=5) as page:
        html = page.read().decode()
        assert "/static/ui/shuke." in html, "static files are served under names that carry their digest"
    assert until(lambda: "Background jobs: 0 waiting" in shuke("check").communicate()[0])
    process.send_signal(signal.SIGTERM)
    told, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert f"Ready: http://127.0.0.1:{port}/" in told
    assert not answers(port)


def test_a_killed_command_leaves_neither_server_nor_worker_behind(shuke: Shuke) -> None:
    port = free_port()
    process = shuke("serve", "--port", str(port))
    assert until(lambda: answers(port))
    process.kill()
    assert until(lambda: not answers(port), 20)


def test_a_port_in_use_is_told_with_another(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--lang", "en", "serve", "--port", str(port)]) == 1
    assert f"--port {port + 1}" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "en", "serve", "--port", port]) == 1
    assert "from 1 to 65535" in capsys.readouterr().err


def test_other_machines_are_let_in_only_under_names_that_are_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHUKE_HOSTS", raising=False)
    assert main(["--lang", "en", "serve", "--host", "0.0.0.0", "--port", str(free_port())]) == 1
    assert "SHUKE_HOSTS" in capsys.readouterr().err


def test_check_says_what_is_missing_and_how_to_mend_it(shuke: Shuke) -> None:
    process = shuke("check")
    told, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "✓ Settings: local or trial use" in told
    assert "✗ Database: " in told
    assert "shuke manage migrate" in told
    assert "not in order" in errors


def test_a_wrong_setting_is_one_sentence_and_no_traceback(shuke: Shuke) -> None:
    process = shuke("work", SHUKE_UPLOAD_MB="lots")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.strip() == "Refused: Unexpected SHUKE_UPLOAD_MB=lots: give a whole number of at least 1, such as 200."


def test_the_demo_touches_no_folder_that_holds_something_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    assert main(["--lang", "en", "demo", "--load-only", "--fresh", "--folder", str(tmp_path)]) == 1
    assert "--folder" in capsys.readouterr().err
    assert (tmp_path / "precious.txt").exists()


@pytest.mark.parametrize(("there", "asked"), [("", ["--shop"]), ("shop", [])])
def test_a_demo_does_not_take_the_other_one_for_its_own(
    there: str, asked: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".shuke-demo").write_text(there)
    (tmp_path / ".shuke-demo-loaded").touch()
    assert main(["--lang", "zh-hans", "demo", "--load-only", "--folder", str(tmp_path), *asked]) == 1
    assert "里是另一个演示" in capsys.readouterr().err
    assert (tmp_path / ".shuke-demo-loaded").exists()


def test_help_of_management_commands_is_told_by_themselves() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shuke.cli", "manage", "--help"], capture_output=True, text=True, check=True
    )
    assert "createsuperuser" in done.stdout
