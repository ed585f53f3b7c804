"""What is asked side by side: the service as `kaimen serve` runs it, tipg, the database by pgbench."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.api.test_serving import PATIENCE_S, ROOT, serving, until
from tests.api.test_serving import refuses as closed

_TICKS = os.sysconf("SC_CLK_TCK")
_LOOK_UP = """\
\\set n random(0, {most})
select asset_id, open_capacity_kva, status from disclosure.published
where edition_id = '{edition}' and asset_id = 'A' || lpad(:n::text, 6, '0');
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server on the loopback, and the processes that answer."""

    port: int
    workers: tuple[int, ...]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def processor_s(self) -> float:
        """Return the time of the processor that all who answer have taken until now, in s."""
        told = [Path(f"/proc/{each}/stat").read_text(encoding="utf-8") for each in self.workers]
        fields = [each.rpartition(")")[2].split() for each in told]
        return sum(int(each[11]) + int(each[12]) for each in fields) / _TICKS


@contextmanager
def kaimen(
    monkeypatch: pytest.MonkeyPatch, folder: Path, database_url: str, workers: int = 1
) -> Iterator[Server]:
    """Serve as `kaimen serve` does, without a limit of rates."""
    monkeypatch.setenv("KAIMEN_RATE_LIMIT", "0")
    folder.mkdir()
    with serving(folder, database_url, "--workers", str(workers)) as served:
        if workers > 1:
            until(lambda: len(served.workers()) == workers)
        who = served.workers() if workers > 1 else [served.process.pid]
        yield Server(urlsplit(served.url).port or 0, tuple(who))
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(PATIENCE_S) == 0


@contextmanager
def tipg(database_url: str, *schemas: str) -> Iterator[Server]:
    """Serve the tables of some schemas by tipg, one process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.benchmarks.tipg_server", database_url, str(port), *schemas]
    with subprocess.Popen(command, cwd=ROOT) as process:
        made = Server(port, (process.pid,))
        until(lambda: process.poll() is not None or not closed(made.address))
        assert process.poll() is None
        yield made
        process.terminate()


def pgbench(database_url: str, folder: Path, edition: str, assets: int, connections: int) -> float:
    """Return how often a second the database alone answers for a row by its key, prepared."""
    with psycopg.connect(database_url) as connection:
        major = connection.info.server_version // 10_000
    found = shutil.which("pgbench", path=f"/usr/lib/postgresql/{major}/bin{os.pathsep}{os.environ['PATH']}")
    assert found, "pgbench comes with the server of PostgreSQL"
    script = folder / "look_up.sql"
    script.write_text(_LOOK_UP.format(edition=edition, most=assets - 1), encoding="utf-8")
    command = [
        found,
        "-n",
        "-M",
        "prepared",
        "-c",
        str(connections),
        "-T",
        "5",
        "-f",
        str(script),
        database_url,
    ]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate = re.search(r"^tps = ([0-9.]+)", told, re.MULTILINE)
    assert rate, told
    return float(rate[1])
