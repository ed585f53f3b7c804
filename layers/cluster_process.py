"""PostgreSQL's programs, the account that runs them, and the processes that work in a folder."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from gis.errors import ClusterError

OLDEST_MAJOR = 15

_DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")
_DEBIAN_SHARE = Path("/usr/share/postgresql")
_POSTGIS = Path("extension/postgis.control")
_UNPRIVILEGED = ("postgres", "nobody")
_POLL_S = 0.02
# PostgreSQL takes settings from the environment (PGPORT, PGDATA, ...): its programs get none of it.
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


@dataclass(frozen=True)
class Installation:
    """One major version of PostgreSQL as it is installed on this machine."""

    major: int
    programs: Path
    postgis: bool


def installations() -> list[Installation]:
    """Find PostgreSQL where Debian puts it and where ``pg_config`` on the PATH says, newest first."""
    found: dict[int, Installation] = {}
    for programs in _DEBIAN_PROGRAMS.glob("[0-9]*/bin"):
        major = programs.parent.name
        if major.isdecimal() and (programs / "postgres").exists() and (programs / "initdb").exists():
            postgis = (_DEBIAN_SHARE / major / _POSTGIS).exists()
            found[int(major)] = Installation(int(major), programs, postgis)
    other = _installation_on_path()
    if other is not None and (other.major not in found or not found[other.major].postgis):
        found[other.major] = other
    return sorted(found.values(), key=lambda one: one.major, reverse=True)


def _installation_on_path() -> Installation | None:
    program = shutil.which("pg_config")
    if program is None:
        return None
    answer = subprocess.run(  # noqa: S603 - the first pg_config of the user's own PATH is meant
        [program, "--bindir", "--sharedir", "--version"], capture_output=True, text=True, check=False
    )
    match = re.fullmatch(r"(.+)\n(.+)\nPostgreSQL (\d+).*\n", answer.stdout)
    if match is None or not (Path(match[1]) / "initdb").exists():
        return None
    return Installation(int(match[3]), Path(match[1]), (Path(match[2]) / _POSTGIS).exists())


def installation_for(major: int | None) -> Installation:
    """Choose the installation for a data folder, or the newest with PostGIS for a new one.

    Parameters
    ----------
    major
        Major version of the data folder; None when there is none yet.

    Raises
    ------
    ClusterError
        When nothing suitable is installed.
    """
    known = installations()
    for one in known:
        if one.postgis and one.major >= OLDEST_MAJOR and major in {None, one.major}:
            return one
    have = ", ".join(f"{one.major} {'with' if one.postgis else 'without'} PostGIS" for one in known)
    have = f"installed: {have}" if have else "no PostgreSQL is installed"
    if major is None:
        raise ClusterError(
            f"PostgreSQL {OLDEST_MAJOR} or newer with PostGIS is needed; {have}",
            repair="install postgresql and postgresql-NN-postgis-3 (`./dev demo` does it),"
            " or set KAIMEN_DATABASE_URL to a database of yours",
        )
    raise ClusterError(
        f"the private database was made by PostgreSQL {major}; {have}",
        repair=f"install the package postgresql-{major}-postgis-3,"
        " or start anew with `kaimen db reset`, which deletes the data",
    )


@dataclass(frozen=True)
class Account:
    """The user under whom PostgreSQL runs; never the real root.

    Parameters
    ----------
    uid, gid
        Owner of the data folder and of the processes, as this process sees them.
    mapped
        Whether they run in a user namespace where root's files belong to an unprivileged user:
        the way for root's own folders, which no other user can reach.
    """

    uid: int
    gid: int
    mapped: bool = False

    def run(
        self,
        *command: str | Path,
        folder: Path,
        output: IO[bytes] | int = subprocess.PIPE,
        errors: int = subprocess.STDOUT,
        keep: tuple[int, ...] = (),
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program as this account; `keep` are the descriptors it inherits."""
        prefix = _namespace() if self.mapped else []
        other = self.uid != os.geteuid()
        return subprocess.run(  # noqa: S603 - programs and arguments are Kaimen's own
            [*prefix, *command],
            cwd=folder,
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            pass_fds=keep,
            user=self.uid if other else None,
            group=self.gid if other else None,
            extra_groups=[] if other else None,
            check=False,
        )

    def can(self, *command: str | Path) -> bool:
        """Whether a program ends well when this account runs it."""
        try:
            return self.run(*command, folder=Path("/")).returncode == 0
        except (OSError, subprocess.SubprocessError):
            return False

    def check(self, home: Path) -> None:
        """Make sure that PostgreSQL can run as this account.

        Raises
        ------
        ClusterError
            When root finds no unprivileged way.
        """
        if self.mapped and not self.can("true"):
            raise ClusterError(
                f"PostgreSQL never runs as root, {home} is root's, and the kernel allows no user namespace",
                repair="choose a folder that every user can reach by KAIMEN_HOME, such as /var/lib/kaimen",
            )

    def give(self, path: Path) -> None:
        """Make this account the owner of a path."""
        if self.uid != os.geteuid():
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def _namespace() -> list[str]:
    # initdb looks its user up in the system's list, so the number must be one that has a name.
    entry = _known_users()[0]
    return ["unshare", "--user", f"--map-user={entry.pw_uid}", f"--map-group={entry.pw_gid}"]


def _known_users() -> list[pwd.struct_passwd]:
    entries = {entry.pw_name: entry for entry in pwd.getpwall()}
    return [entries[name] for name in _UNPRIVILEGED if name in entries]


def account_for(home: Path, data: Path) -> Account:
    """Choose the account: the owner of the data when there is some, else one that can reach the home.

    Raises
    ------
    ClusterError
        When the data belong to somebody else.
    """
    me = os.geteuid()
    if data.exists():
        owner = data.stat()
        if me not in {0, owner.st_uid}:
            name = _name(owner.st_uid)
            raise ClusterError(
                f"the private database in {data} belongs to user {name}, not to {_name(me)}",
                repair=f"run this as {name} or as root, or choose another folder by KAIMEN_HOME",
            )
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    elif me != 0:
        return Account(me, os.getegid())
    else:
        for entry in _known_users():
            account = Account(entry.pw_uid, entry.pw_gid)
            if account.can("test", "-x", home):
                return account
    return Account(0, os.getegid(), mapped=True)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def processes_in(folder: Path, account: Account) -> list[int]:
    """Find the account's processes whose working folder is the given one, also after its removal.

    PostgreSQL works inside its data folder, so this finds its server and what a killed server left.
    """
    numbered = (path for path in Path("/proc").iterdir() if path.name.isdecimal())
    links = [path / "cwd" for path in numbered if _owned(path, account)]
    if not links:
        return []
    # Root without the right to trace others (as in containers) cannot read these links, their owner can.
    reader = Account(account.uid, account.gid)
    printed = ("-maxdepth", "0", "-printf", r"%h %l\0")
    answer = reader.run("find", *links, *printed, folder=Path("/"), errors=subprocess.DEVNULL)
    wanted = {os.fsencode(folder), os.fsencode(folder) + b" (deleted)"}
    pairs = (line.partition(b" ") for line in answer.stdout.split(b"\0"))
    return [int(process.rpartition(b"/")[2]) for process, _, link in pairs if link in wanted]


def _owned(process: Path, account: Account) -> bool:
    try:
        return process.stat().st_uid == account.uid
    except FileNotFoundError:
        return False


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not yet collected by its parent does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2][:1]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {b"Z", b"X"}


def end_processes(pids: Iterable[int], *steps: tuple[signal.Signals, float]) -> bool:
    """Send each signal in turn, wait its seconds for all to end, and say whether they did."""
    left = [pid for pid in pids if alive(pid)]
    for number, patience_s in steps:
        for pid in left:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + patience_s
        while left and time.monotonic() < deadline:
            time.sleep(_POLL_S)
            left = [pid for pid in left if alive(pid)]
    return not left
