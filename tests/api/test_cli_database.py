"""``kaimen db``, and what every command says of a database that cannot be used."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from layers.cluster import Cluster

STATUS = {"kind", "state", "url", "server", "schema_version", "newest_version", "data"}
NOBODY = "postgresql://clerk:geheim@127.0.0.1:1/grid"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder that the server's user can reach, and no database from outside."""
    made = Path(tempfile.mkdtemp(prefix="kaimen-test-"))
    made.chmod(0o755)
    monkeypatch.delenv("KAIMEN_DATABASE_URL", raising=False)
    monkeypatch.setenv("KAIMEN_HOME", str(made / "home"))
    yield made / "home"
    shutil.rmtree(made)


@pytest.fixture
def bare_url(cluster: Cluster) -> Iterator[str]:
    """Give the URL of a database without tables."""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("create database bare template template0")
        yield cluster.url("bare")
        connection.execute("drop database bare with (force)")


def test_a_private_database_from_nothing_to_nothing(home: Path, run_kaimen: Any) -> None:
    missing = run_kaimen("db", "status", "--json").json
    assert set(missing) == STATUS
    assert (missing["kind"], missing["state"], missing["server"]) == ("private", "missing", None)
    started = run_kaimen("db", "start", "--json").json
    assert (started["state"], started["data"]) == ("running", str(home / "postgres"))
    assert started["schema_version"] == started["newest_version"]
    with psycopg.connect(run_kaimen("db", "url", "--json").json["url"]) as connection:
        assert connection.execute("select count(*) from grid.parcels").fetchone() == (0,)
    assert run_kaimen("db", "start", "--json").json == started
    assert run_kaimen("db", "stop", "--json").json["state"] == "stopped"
    assert run_kaimen("db", "reset", "--yes", "--json").json["state"] == "missing"
    assert not (home / "postgres").exists()


def test_a_command_starts_the_private_database_itself(home: Path, run_kaimen: Any) -> None:
    assert run_kaimen("check", "--json").code == 0
    shown = run_kaimen("db", "status")
    assert "private database is running" in shown.out
    assert "up to date" in shown.out
    assert run_kaimen("db", "reset", "--yes").code == 0
    assert home.exists()


def test_nothing_is_deleted_unasked(home: Path, run_kaimen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir()
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    told = run_kaimen("db", "reset", "--json")
    assert told.code == 1
    assert "stopped on request" in told.error["detail"]


@pytest.mark.parametrize("command", ["check", "demo", "db start"])
def test_a_home_that_cannot_be_made_is_told(home: Path, run_kaimen: Any, command: str) -> None:
    home.write_text("a file stands here")
    told = run_kaimen(*command.split(), "--json")
    assert told.code == 1
    assert str(home) in told.error["detail"]
    assert "KAIMEN_HOME" in told.error["detail"]


def test_an_empty_setting_is_none(home: Path, run_kaimen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIMEN_DATABASE_URL", "")
    monkeypatch.setenv("KAIMEN_HOME", "")
    monkeypatch.chdir(home.parent)
    told = run_kaimen("db", "status", "--json").json
    assert (told["kind"], told["data"]) == ("private", str(home.parent / ".kaimen" / "postgres"))


def test_a_database_of_ones_own_is_described(kaimen: Any, database_url: str) -> None:
    told = kaimen("db", "status", "--json").json
    assert (told["kind"], told["state"], told["data"]) == ("external", "running", None)
    assert told["schema_version"] == told["newest_version"]
    assert "external database is running" in kaimen("db", "status").out
    assert kaimen("db", "url").out.strip() == kaimen("db", "url", "--json").json["url"]
    assert make_url(kaimen("db", "url").out.strip()).database == make_url(database_url).database


@pytest.mark.parametrize("command", ["start", "stop", "reset --yes"])
def test_a_database_of_ones_own_is_neither_started_nor_stopped(kaimen: Any, command: str) -> None:
    told = kaimen("db", *command.split(), "--json")
    assert told.code == 1
    assert "unset KAIMEN_DATABASE_URL" in told.error["detail"]


def test_an_empty_database_is_given_its_tables(
    bare_url: str, run_kaimen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIMEN_DATABASE_URL", bare_url)
    before = run_kaimen("db", "status", "--json").json
    assert before["schema_version"] is None
    assert "upgrade is due" in run_kaimen("db", "status").out
    after = run_kaimen("db", "upgrade", "--json").json
    assert after["schema_version"] == before["newest_version"]


def test_tables_of_a_newer_version_are_left_alone(kaimen: Any, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update grid.alembic_version set version_num = '9999'")
    told = kaimen("check", "--json")
    assert told.code == 1
    assert "9999" in told.error["detail"]


def test_a_role_without_rights_is_told_which_it_needs(
    bare_url: str, run_kaimen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(bare_url, autocommit=True) as connection:
        connection.execute("create role clerk login")
        try:
            monkeypatch.setenv("KAIMEN_DATABASE_URL", bare_url.replace("kaimen@", "clerk@", 1))
            told = run_kaimen("check", "--json")
        finally:
            connection.execute("drop role clerk")
    assert told.code == 1
    assert "permission denied" in told.error["detail"]
    assert "PostGIS" in told.error["detail"]


@pytest.mark.parametrize("command", ["check", "db status", "db url", "db upgrade"])
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "cannot be read"),
        ("mysql://clerk:geheim@localhost/grid", "'mysql'"),
        ("sqlite:///grid.db", "'sqlite'"),
        ("postgresql://clerk:geheim@localhost:port/grid", "cannot be read"),
    ],
)
def test_a_url_of_no_use_is_told(
    kaimen: Any, monkeypatch: pytest.MonkeyPatch, command: str, url: str, words: str
) -> None:
    monkeypatch.setenv("KAIMEN_DATABASE_URL", url)
    told = kaimen(*command.split(), "--json")
    assert told.code == 1
    assert words in told.error["detail"]
    assert "postgresql://" in told.error["detail"]
    assert "geheim" not in told.out + told.err


@pytest.mark.parametrize(
    "url", [NOBODY, f"{NOBODY}?nonsense=1", NOBODY.replace("postgresql", "postgresql+psycopg")]
)
def test_a_database_that_is_not_there_is_told(kaimen: Any, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("KAIMEN_DATABASE_URL", url)
    told = kaimen("check", "--json")
    assert told.code == 1
    assert told.error["title"] == "The database cannot be used"
    assert "geheim" not in told.out + told.err


def test_the_state_of_a_database_that_is_not_there(kaimen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIMEN_DATABASE_URL", NOBODY)
    told = kaimen("db", "status", "--json")
    assert (told.code, told.json["state"]) == (0, "stopped")
    assert "geheim" not in told.out
    assert kaimen("db", "url").out.strip() == NOBODY
