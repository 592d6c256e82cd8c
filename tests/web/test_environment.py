"""Settings by environment variable."""

from __future__ import annotations

import stat
import traceback
from pathlib import Path

import pytest

from shuke.kit.errors import InputError
from shuke.web import environment


@pytest.mark.parametrize(
    ("value", "meaning"), [("1", True), ("yes", True), ("OFF", False), ("0", False), ("  ", False)]
)
def test_a_switch_reads_the_usual_words(monkeypatch: pytest.MonkeyPatch, value: str, meaning: bool) -> None:
    monkeypatch.setenv("SHUKE_DEBUG", value)
    assert environment.yes_no("SHUKE_DEBUG", default=False) is meaning


def test_a_switch_that_is_neither_says_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUKE_DEBUG", "maybe")
    with pytest.raises(InputError, match="Unexpected SHUKE_DEBUG=maybe: use 1 \\(on\\) or 0 \\(off\\)"):
        environment.yes_no("SHUKE_DEBUG", default=False)


@pytest.mark.parametrize("value", ["0", "-3", "12.5", "many"])
def test_a_limit_must_be_a_whole_number_above_zero(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SHUKE_UPLOAD_MB", value)
    with pytest.raises(InputError, match="at least 1"):
        environment.whole("SHUKE_UPLOAD_MB", 200)


def test_hosts_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUKE_HOSTS", "crm.example.com, 10.0.0.5 ,")
    assert environment.listed("SHUKE_HOSTS", ("localhost",)) == ["crm.example.com", "10.0.0.5"]


def test_a_postgres_address_may_carry_escaped_signs_and_options() -> None:
    read = environment.database("postgres://shu%40ke:p%2Fw@db.example:6432/crm?sslmode=require", Path("data"))
    assert (read["USER"], read["PASSWORD"], read["HOST"], read["PORT"]) == ("shu@ke", "p/w", "db.example", "6432")
    assert read["OPTIONS"] == {"sslmode": "require", "options": "-c jit=off -c max_parallel_workers_per_gather=0"}


def test_what_a_pooler_refuses_may_be_left_out_of_a_postgres_address() -> None:
    read = environment.database("postgres://shuke@pooler:6432/crm?options=", Path("data"))
    assert read["OPTIONS"] == {"options": ""}


def test_sqlite_may_stand_in_any_file() -> None:
    assert environment.database("sqlite:////srv/shuke/records.db", Path("data"))["NAME"] == "/srv/shuke/records.db"


@pytest.mark.parametrize("url", ["mysql://root@db/crm", "postgres://db", "sqlite:///", "records.db"])
def test_an_address_of_another_kind_is_refused_with_the_two_that_work(url: str) -> None:
    with pytest.raises(InputError, match="postgres://user:password@host:5432/name"):
        environment.database(url, Path("data"))


def test_an_address_that_is_refused_does_not_show_its_password() -> None:
    with pytest.raises(InputError) as refused:
        environment.database("mysql://root:geheim@db/crm", Path("data"))
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://shuke:ge/heim@db:5432/crm",
        "postgres://shuke:12/geheim@db:5432/crm",
        "postgres://shuke:ge#heim@db:5432/crm",
        "postgres://shuke:geheim#@db:5432/crm",
        "postgres://shuke:ge?heim@db:5432/crm",
        "postgres://shuke:ge@geheim/x@db:5432/crm",
        "postgres://shuke:ge[heim@db:5432/crm",
        "postgres://shuke:geheim@db:54x2/crm",
        "postgres://shuke:geheim/crm",
        "postgres://shuke:geheim\u2100@db/crm",
        "sqlite:////srv/no#1.db",
        "sqlite:////srv/records#",
    ],
)
def test_an_address_with_a_sign_that_cuts_it_says_how_to_write_it_and_nothing_of_the_password(url: str) -> None:
    with pytest.raises(InputError, match="# as %23") as refused:
        environment.database(url, Path("data"))
    told = "".join(traceback.format_exception(refused.value, limit=0))
    assert not any(part in told for part in ("geheim", "heim", "54x2", "no#1"))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgres://shuke:p%2Fw%23@db:5432/crm", "crm"),
        ("postgres://shuke:a@b@db/crm?application_name=me@here", "crm"),
        ("sqlite:////srv/me@here/records.db", "/srv/me@here/records.db"),
        ("sqlite:////srv/no%231.db", "/srv/no#1.db"),
    ],
)
def test_an_address_that_can_be_read_is(url: str, name: str) -> None:
    assert environment.database(url, Path("data"))["NAME"] == name


def test_production_asks_for_a_secret_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SHUKE_SECRET_KEY", raising=False)
    with pytest.raises(InputError, match="SHUKE_SECRET_KEY is not set"):
        environment.secret_key(tmp_path, production=True)


def test_elsewhere_a_key_is_made_once_and_kept_for_its_owner_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SHUKE_SECRET_KEY", raising=False)
    monkeypatch.setenv("SHUKE_DATA", str(tmp_path / "data"))
    folder = environment.prepare()
    first = environment.secret_key(folder, production=False)
    environment.prepare()
    assert environment.secret_key(folder, production=False) == first
    assert len(first) >= 50
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600


def test_reading_the_settings_writes_no_file(tmp_path: Path) -> None:
    assert len(environment.secret_key(tmp_path, production=False)) >= 50
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_that_cannot_be_made_names_the_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("SHUKE_DATA", str(tmp_path / "file" / "data"))
    with pytest.raises(InputError, match="SHUKE_DATA"):
        environment.prepare()
