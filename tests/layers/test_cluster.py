"""The private cluster as it is killed, raced, moved, damaged and met by other users."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest

from gis.errors import ClusterError
from layers.cluster import Cluster
from layers.cluster_process import Account, account_for, alive, installations, processes_in

FAST = {"fsync": "off", "shared_buffers": "16MB"}
ROOT = os.geteuid() == 0
START = "import pathlib, sys; from layers.cluster import Cluster; Cluster(pathlib.Path(sys.argv[1])).start()"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that every user can reach, unlike pytest's own."""
    made = Path(tempfile.mkdtemp(prefix="kaimen-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def fresh(folder: Path) -> Iterator[Cluster]:
    cluster = Cluster(folder / "home", FAST)
    yield cluster
    cluster.reset()


@pytest.fixture(scope="module")
def kept() -> Iterator[Cluster]:
    """Give one cluster for the tests that leave it whole, in a folder with an awkward name."""
    above = Path(tempfile.mkdtemp(prefix="kaimen-test-"))
    above.chmod(0o755)
    home = above / "开门接电 the open grid's $HOME" / "配电网可开放容量" / ("long " * 20)
    cluster = Cluster(home, FAST)
    yield cluster
    cluster.reset()
    shutil.rmtree(above)


@pytest.fixture
def running(kept: Cluster) -> Cluster:
    kept.start()
    return kept


def ask(cluster: Cluster, question: str) -> object:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        row = connection.execute(question.encode()).set_result(-1).fetchone()
    assert row is not None
    return row[0]


def pids(cluster: Cluster) -> list[int]:
    return processes_in(cluster.data, account_for(cluster.home, cluster.data))


def postmaster(cluster: Cluster) -> int:
    pid = cluster.status().pid
    assert pid is not None
    return pid


def as_plain_user(action: Callable[[], None]) -> str:
    """Run an action as an unprivileged user and give the words of the ClusterError, if any."""
    if not ROOT:
        return _words(action)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        words = "the child failed"
        try:
            words = _words(action)
        finally:
            os.write(writer, words.encode())
            os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as stream:
        return stream.read().decode()


def _words(action: Callable[[], None]) -> str:
    try:
        action()
    except ClusterError as error:
        return str(error)
    return ""


def test_an_empty_folder_becomes_ready_and_stops_cleanly(fresh: Cluster) -> None:
    assert fresh.status().state == "missing"
    fresh.start()
    first = fresh.status()
    fresh.start()
    assert fresh.status() == first
    assert first.state == "running"
    assert first.version == str(installations()[0].major)
    assert str(ask(fresh, "SELECT postgis_version()")).startswith("3.")
    assert ask(fresh, "SELECT current_setting('listen_addresses')") == ""
    assert ask(fresh, "SELECT current_setting('server_encoding')") == "UTF8"
    assert Path(f"/proc/{first.pid}").stat().st_uid != 0
    fresh.stop()
    fresh.stop()
    assert fresh.status().state == "stopped"
    assert "database system is shut down" in fresh.log.read_text(encoding="utf-8")


def test_a_long_home_with_spaces_and_chinese_works_through_a_short_private_socket(running: Cluster) -> None:
    assert len(os.fsencode(running.home)) > 150
    assert len(os.fsencode(running.socket / ".s.PGSQL.5432")) <= 107
    assert running.socket.stat().st_mode & 0o777 == 0o700
    assert ask(running, "SELECT 1") == 1


def test_the_postmaster_alone_is_killed_while_a_backend_works(running: Cluster) -> None:
    ask(running, "CREATE TABLE kept AS SELECT 7 AS n; SELECT n FROM kept")
    with closing(psycopg.connect(running.url(), autocommit=True)) as connection:
        connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1e12) n")
        time.sleep(0.1)
        os.kill(postmaster(running), signal.SIGKILL)
        orphans = [pid for pid in pids(running) if alive(pid)]
        assert orphans
        running.start()
    assert not set(orphans) & set(pids(running))
    assert ask(running, "SELECT n FROM kept") == 7
    ask(running, "DROP TABLE kept; SELECT 1")


def kill_all(cluster: Cluster) -> None:
    """Kill every process of a cluster; one may end by itself between being listed and being killed."""
    for pid in pids(cluster):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_everything_is_killed(running: Cluster) -> None:
    kill_all(running)
    running.start()
    assert ask(running, "SELECT 1") == 1


def test_the_process_id_of_a_stale_file_belongs_to_another_program_by_now(running: Cluster) -> None:
    files = (running.data / "postmaster.pid", running.socket / ".s.PGSQL.5432.lock")
    stale = {path: path.read_bytes() for path in files}
    account = account_for(running.home, running.data)
    running.stop()
    other = subprocess.Popen(["sleep", "60"], user=account.uid, group=account.gid)
    try:
        running.socket.mkdir(mode=0o700)
        account.give(running.socket)
        for path, content in stale.items():
            path.write_bytes(b"%d\n" % other.pid + content.partition(b"\n")[2])
            account.give(path)
        assert running.status().state == "stopped"
        running.start()
        assert ask(running, "SELECT 1") == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_the_socket_folder_vanishes_under_a_running_server(running: Cluster) -> None:
    before = postmaster(running)
    shutil.rmtree(running.socket)
    running.start()
    assert ask(running, "SELECT 1") == 1
    assert postmaster(running) != before


def test_a_socket_folder_of_somebody_else_is_not_used(running: Cluster, tmp_path: Path) -> None:
    running.stop()
    running.socket.symlink_to(tmp_path)
    try:
        with pytest.raises(ClusterError, match="belongs to somebody else"):
            running.start()
    finally:
        running.socket.unlink()
    if ROOT:
        running.socket.mkdir()
        os.chown(running.socket, 12345, 12345)
        with pytest.raises(ClusterError, match="belongs to somebody else"):
            running.start()
        running.socket.rmdir()
    running.start()


def test_a_server_that_cannot_start_shows_its_log_and_the_repair(running: Cluster) -> None:
    running.stop()
    configuration = running.data / "postgresql.conf"
    good = configuration.read_text(encoding="utf-8")
    configuration.write_text(good + "\nno_such_setting = 1\n", encoding="utf-8")
    with pytest.raises(ClusterError) as caught:
        running.start()
    configuration.write_text(good, encoding="utf-8")
    assert any("no_such_setting" in fault for fault in caught.value.faults)
    assert "kaimen db reset" in caught.value.repair
    running.start()


def test_a_long_log_keeps_its_end(running: Cluster) -> None:
    with running.log.open("a", encoding="utf-8") as log:
        log.write("x" * 5_000_000 + "\nthe last line\n")
    running.start()
    assert running.log.stat().st_size < 1_000_000
    assert running.log.read_text(encoding="utf-8").endswith("the last line\n")


def test_data_of_another_major_version_name_both_versions_and_the_package(running: Cluster) -> None:
    running.stop()
    version = running.data / "PG_VERSION"
    good = version.read_text(encoding="ascii")
    version.write_text("99\n", encoding="ascii")
    with pytest.raises(ClusterError) as caught:
        running.start()
    version.write_text(good, encoding="ascii")
    assert "PostgreSQL 99" in caught.value.detail
    assert f"{good.strip()} with PostGIS" in caught.value.detail
    assert "postgresql-99-postgis-3" in caught.value.repair
    assert "kaimen db reset" in caught.value.repair


def test_a_folder_of_something_else_is_left_alone(folder: Path) -> None:
    precious = folder / "postgres" / "precious"
    precious.parent.mkdir()
    precious.touch()
    if ROOT:
        os.chown(precious.parent, 12345, 12345)
    for action in (Cluster(folder).start, Cluster(folder).status):
        with pytest.raises(ClusterError, match="is not a PostgreSQL data folder"):
            action()
    assert precious.exists()


def test_two_starts_at_once_make_one_cluster(fresh: Cluster) -> None:
    command = [sys.executable, "-c", START, str(fresh.home)]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    assert [one.communicate()[1] for one in both] == [b"", b""]
    assert [one.returncode for one in both] == [0, 0]
    assert ask(fresh, "SELECT 1") == 1


def test_a_start_killed_while_it_makes_the_data_folder_is_repeated(fresh: Cluster) -> None:
    part = fresh.home / "postgres.part"
    with subprocess.Popen([sys.executable, "-c", START, str(fresh.home)]) as first:
        while not (part / "PG_VERSION").exists():
            time.sleep(0.005)
        first.kill()
    assert not fresh.data.exists()
    fresh.start()
    assert ask(fresh, "SELECT 1") == 1
    assert not part.exists()


def test_the_home_is_removed_under_a_running_server(fresh: Cluster) -> None:
    fresh.start()
    before = pids(fresh)
    shutil.rmtree(fresh.home)
    fresh.start()
    assert ask(fresh, "SELECT 1") == 1
    assert not [pid for pid in before if alive(pid)]


def test_reset_leaves_nothing(fresh: Cluster) -> None:
    fresh.start()
    fresh.reset()
    assert list(fresh.home.iterdir()) == []
    assert not fresh.socket.exists()
    fresh.reset()


def test_a_plain_user_has_a_cluster_that_root_may_use_as_well(folder: Path) -> None:
    if ROOT:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    cluster = Cluster(folder / "home", FAST)
    assert as_plain_user(cluster.start) == ""
    server = postmaster(cluster)
    assert Path(f"/proc/{server}").stat().st_uid == folder.stat().st_uid
    cluster.stop()
    cluster.start()
    assert Path(f"/proc/{postmaster(cluster)}").stat().st_uid == folder.stat().st_uid
    assert as_plain_user(cluster.start) == ""
    assert as_plain_user(cluster.reset) == ""


def test_a_plain_user_is_told_whose_cluster_it_is(folder: Path) -> None:
    assert "KAIMEN_HOME" in as_plain_user(Cluster(Path("/root/kaimen")).start)
    if ROOT:
        cluster = Cluster(folder, FAST)
        cluster.data.mkdir(mode=0o700)
        for action in (cluster.start, cluster.stop, cluster.reset):
            words = as_plain_user(action)
            assert "belongs to user root, not to nobody" in words
            assert "KAIMEN_HOME" in words


def test_a_cluster_works_where_nobody_else_can_reach(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    cluster = Cluster(tmp_path / "home", FAST)
    if ROOT and not Account(0, 0, mapped=True).can("true"):
        with pytest.raises(ClusterError, match="allows no user namespace"):
            cluster.start()
        return
    cluster.start()
    assert ask(cluster, "SELECT 1") == 1
    kill_all(cluster)
    cluster.start()
    assert ask(cluster, "SELECT 1") == 1
    cluster.reset()


def test_every_test_has_a_database_of_its_own(database_url: str, cluster: Cluster) -> None:
    assert database_url != cluster.url()
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE mine (n int)")
        row = connection.execute("SELECT ST_AsText(ST_Point(1, 2)) FROM spatial_ref_sys LIMIT 1").fetchone()
    assert row == ("POINT(1 2)",)
