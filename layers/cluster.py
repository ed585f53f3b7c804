"""The private database cluster: PostgreSQL with PostGIS in a folder of its own.

It has no network address. Clients come through a Unix socket in a folder that only its owner (and
root) may enter, which is why it asks for no password. Every operation may be repeated, may run at
the same time as another, and first clears what a killed one left behind.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shlex
import shutil
import signal
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import psycopg

from gis.errors import ClusterError, KaimenError, StorageError
from layers.cluster_process import Account, account_for, alive, end_processes, installation_for, processes_in
from layers.disk import is_full, room, without_room

DATABASE = "kaimen"

_USER = "kaimen"
_PORT = 5432
_DATA = "postgres"
_PART = "postgres.part"  # what is being made or removed; whatever lies there may go
_START_S = 300  # recovery after a crash may take long
_STOP_STEPS = ((signal.SIGINT, 120.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))
_ORPHAN_STEPS = ((signal.SIGQUIT, 3.0), (signal.SIGKILL, 5.0))
_POLL_S = 0.02
_LOG_MAX_BYTES = 4_000_000
_LOG_KEPT_BYTES = 500_000
_LOG_SHOWN_LINES = 8
_LEAST_ROOM_BYTES = 1_000_000  # with less a server does not start

# For a machine of two cores that also runs the programs that ask.
_SETTINGS = {
    "cluster_name": "kaimen",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}


@dataclass(frozen=True)
class ClusterStatus:
    """What is known of a cluster without starting it."""

    state: Literal["missing", "stopped", "running"]
    version: str | None
    pid: int | None
    data: Path
    socket: Path


@dataclass(frozen=True)
class Cluster:
    """A private PostgreSQL cluster below a home folder.

    Parameters
    ----------
    home
        Folder that holds (or will hold) the data in ``postgres/`` and the log ``postgres.log``.
    settings
        Settings of the server over Kaimen's own, by PostgreSQL's names.
    """

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "home", self.home.resolve())

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.home / _DATA

    @property
    def log(self) -> Path:
        """The server's log, kept to a few megabytes."""
        return self.home / "postgres.log"

    @property
    def socket(self) -> Path:
        """Folder of the socket: short, as a socket's path has at most 107 bytes whatever the home is."""
        return Path("/tmp") / f"kaimen-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]}"  # noqa: S108 - ownership is checked

    def url(self, database: str = DATABASE) -> str:
        """Give the URL of a database, for libpq and SQLAlchemy alike; the cluster need not run."""
        return f"postgresql://{_USER}@/{database}?host={self.socket}&port={_PORT}"

    def start(self) -> None:
        """Make the cluster ready: it accepts connections and its database has PostGIS.

        Raises
        ------
        ClusterError
            When it cannot be made or started, with the last lines of its log.
        """
        with self._explained(), self._exclusive() as lock:
            account = account_for(self.home, self.data)
            account.check(self.home)
            self._trim_log()
            postmaster = self._postmaster(account)
            if postmaster is None or not self._reachable(account) or not self._becomes_ready(postmaster):
                self._end(account)
                if not (self.data / "PG_VERSION").exists():
                    self._create(account, lock)
                self._launch(account)
            self._prepare()

    def stop(self) -> None:
        """Stop the server cleanly; nothing happens when it does not run.

        Raises
        ------
        ClusterError
            When it belongs to somebody else or does not end.
        """
        with self._explained():
            if self.data.exists():
                with self._exclusive():
                    self._end(account_for(self.home, self.data))

    def reset(self) -> None:
        """Stop the server and delete its data and its log.

        Raises
        ------
        ClusterError
            As for `stop`, or when the data cannot be deleted.
        """
        with self._explained():
            if self.home.exists():
                with self._exclusive():
                    self._remove(account_for(self.home, self.data))

    def status(self) -> ClusterStatus:
        """Look at the cluster and change nothing.

        Raises
        ------
        ClusterError
            When it belongs to somebody else or is damaged.
        """
        with self._explained():
            if not self.data.exists():
                return ClusterStatus("missing", None, None, self.data, self.socket)
            pid = self._postmaster(account_for(self.home, self.data))
            state: Literal["stopped", "running"] = "stopped" if pid is None else "running"
            return ClusterStatus(state, str(self._major()), pid, self.data, self.socket)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what the system refuses into an error that names the folder and the repair."""
        try:
            yield
        except OSError as error:
            what = f"the private database in {self.home} is not usable: {error}"
            if is_full(error):
                raise without_room(self.home, str(error)) from error
            raise ClusterError(
                what, repair=_repair(str(error), "choose another folder by KAIMEN_HOME")
            ) from error

    @contextmanager
    def _exclusive(self) -> Iterator[int]:
        """Hold the home alone against every other process; yield the descriptor of the lock."""
        while True:
            self.home.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.home, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                # While waiting, the folder may have been removed and made anew.
                if self.home.exists() and os.path.samestat(os.fstat(lock), self.home.stat()):
                    yield lock
                    return
            finally:
                os.close(lock)

    def _major(self) -> int:
        try:
            return int((self.data / "PG_VERSION").read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError) as error:
            raise ClusterError(
                f"{self.data} is not a PostgreSQL data folder: PG_VERSION is missing or damaged",
                repair="move it away, or delete it with `kaimen db reset`",
            ) from error

    def _postmaster(self, account: Account) -> int | None:
        """Process id of the running server; None when the file that names it is stale."""
        pid = _first_number(self.data / "postmaster.pid")
        return pid if pid in processes_in(self.data, account) else None

    def _reachable(self, account: Account) -> bool:
        """Whether the socket is there, in a folder that is the account's own."""
        try:
            folder = self.socket.lstat()
        except FileNotFoundError:
            return False
        ours = stat.S_ISDIR(folder.st_mode) and folder.st_uid == account.uid
        return ours and (self.socket / f".s.PGSQL.{_PORT}").exists()

    def _end(self, account: Account) -> None:
        """End the server and what killed servers left, then remove their stale files."""
        postmaster = self._postmaster(account)
        ended = postmaster is None or end_processes([postmaster], *_STOP_STEPS)
        if not ended or not end_processes(processes_in(self.data, account), *_ORPHAN_STEPS):
            raise ClusterError(
                f"the processes of the private database in {self.data} do not end",
                repair="see the end of " + str(self.log),
            )
        # Nobody works in the data folder: a process id in these files is by now somebody else's.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        if self._owns_socket_folder(account):
            shutil.rmtree(self.socket)

    def _owns_socket_folder(self, account: Account) -> bool:
        try:
            folder = self.socket.lstat()
        except FileNotFoundError:
            return False
        return stat.S_ISDIR(folder.st_mode) and folder.st_uid in {account.uid, os.geteuid()}

    def _create(self, account: Account, lock: int) -> None:
        """Make the data folder beside its place and move it there when it is whole."""
        if self.data.exists() and any(self.data.iterdir()):
            self._major()
        programs = installation_for(None).programs
        self._discard_part(account)
        part = self.home / _PART
        part.mkdir(mode=0o700)
        account.give(part)
        # initdb inherits the lock: when this process is killed, the next waits until initdb has ended.
        command = [
            "--pgdata", _PART, "--username", _USER, "--encoding=UTF8", "--locale=C",
            "--auth-local=trust", "--auth-host=reject", "--no-instructions",
        ]  # fmt: skip
        answer = account.run(programs / "initdb", *command, folder=self.home, keep=(lock,))
        if answer.returncode:
            self._discard_part(account)
            raise self._failure(f"the private database cannot be made in {self.home}", answer.stdout)
        part.rename(self.data)

    def _remove(self, account: Account) -> None:
        self._end(account)
        self._discard_part(account)
        if self.data.exists():
            self.data.rename(self.home / _PART)
            self._discard_part(account)
        self.log.unlink(missing_ok=True)

    def _discard_part(self, account: Account) -> None:
        part = self.home / _PART
        if part.exists():
            end_processes(processes_in(part, account), *_ORPHAN_STEPS)
            shutil.rmtree(part)

    def _launch(self, account: Account) -> None:
        programs = installation_for(self._major()).programs
        self._make_socket_folder(account)
        settings = {
            **_SETTINGS,
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "port": str(_PORT),
            **self.settings,
        }
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        # pg_ctl passes its data folder through a shell: a relative name holds nothing to interpret.
        command = ["start", "-s", "-w", "-t", str(_START_S), "-D", _DATA, "-o", options]
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        with os.fdopen(os.open(self.log, flags, 0o644), "ab") as log:
            account.give(self.log)
            begin = os.fstat(log.fileno()).st_size
            answer = account.run(programs / "pg_ctl", *command, folder=self.home, output=log)
        if answer.returncode:
            with self.log.open("rb") as log:
                log.seek(begin)
                raise self._failure(f"the private database in {self.data} does not start", log.read())

    def _make_socket_folder(self, account: Account) -> None:
        try:
            self.socket.mkdir(mode=0o700)
        except FileExistsError as error:
            raise ClusterError(
                f"{self.socket}, the place of the private database's socket, belongs to somebody else",
                repair="have its owner or root remove it, or choose another folder by KAIMEN_HOME",
            ) from error
        account.give(self.socket)

    def _trim_log(self) -> None:
        """Keep the end of a long log; the server appends, so this is safe while it runs."""
        if self.log.exists() and self.log.stat().st_size > _LOG_MAX_BYTES:
            with self.log.open("r+b") as log:
                log.seek(-_LOG_KEPT_BYTES, os.SEEK_END)
                kept = log.read().partition(b"\n")[2]
                log.truncate(0)
                log.seek(0)
                log.write(kept)

    def _becomes_ready(self, postmaster: int) -> bool:
        """Wait until a server that another started says ``ready`` in its eighth line; false if it ends."""
        deadline = time.monotonic() + _START_S
        while alive(postmaster) and time.monotonic() < deadline:
            with suppress(FileNotFoundError):
                lines = (self.data / "postmaster.pid").read_bytes().splitlines()
                if alive(postmaster) and [line.strip() for line in lines[7:8]] == [b"ready"]:
                    return True
            time.sleep(_POLL_S)
        if not alive(postmaster):
            return False
        raise ClusterError(
            f"the private database in {self.data} started and did not become ready",
            repair=f"see the end of {self.log}",
        )

    def _prepare(self) -> None:
        """Make the database and the extension where a killed start left them out."""
        try:
            with self._connect("postgres") as connection:
                known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
                if known.fetchone() is None:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
            with self._connect(DATABASE) as connection:
                known = connection.execute("SELECT FROM pg_extension WHERE extname = 'postgis'")
                if known.fetchone() is None:
                    connection.execute("CREATE EXTENSION postgis")
        except psycopg.Error as error:
            raise self._failure(
                f"the private database in {self.data} is not usable", str(error).encode()
            ) from error

    def _failure(self, what: str, text: bytes) -> KaimenError:
        words = text.decode(errors="replace").strip()
        lines = tuple(line for line in words.splitlines() if line.strip())[-_LOG_SHOWN_LINES:]
        # Without room the server names a file and seldom the reason; to reset would be to lose the data.
        if shutil.disk_usage(self.home).free < _LEAST_ROOM_BYTES or _no_room(words):
            return StorageError(
                f"{what}: {room(self.home)}",
                repair="free space there, then run the command again; the data stays as it is",
                faults=lines,
            )
        anew = "repair what the lines say; `kaimen db reset` makes the database anew and deletes its data"
        return ClusterError(what, faults=lines, repair=_repair(words, anew))

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(self.url(database), autocommit=True, connect_timeout=10)


def _first_number(path: Path) -> int | None:
    try:
        return int(path.read_bytes().split(b"\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _no_room(words: str) -> bool:
    return "No space left" in words or "disk quota" in words.lower()


def _repair(words: str, otherwise: str) -> str:
    if "denied" in words or "not permitted" in words or "Read-only" in words:
        return "give the user who runs this the right to write there, or choose another folder by KAIMEN_HOME"
    return otherwise
