"""Cities and the table that all benchmarks of corridors and routes share."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from layers.cluster import Cluster
from layers.database import open_engine
from tests.benchmarks.cities import CITIES, City
from tests.benchmarks.figures import Board
from tests.conftest import FAST

ROUNDS = 5
BOARD = pytest.StashKey[Board]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--table", type=Path, help="file to write the table of corridors and routes to")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[BOARD] = Board()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    board = config.stash[BOARD]
    if not board.rows:
        return
    page = board.page(ROUNDS)
    terminalreporter.section("benchmarks")
    terminalreporter.write(page)
    target: Path | None = config.getoption("--table")
    if target is not None and exitstatus == pytest.ExitCode.OK:
        target.write_text(page, encoding="utf-8")
    elif target is not None:
        terminalreporter.write_line(f"{target} is left as it was: something failed", red=True)


@pytest.fixture(scope="session")
def board(pytestconfig: pytest.Config) -> Board:
    """Give the table."""
    return pytestconfig.stash[BOARD]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Run a private cluster on the disk, where the product's lies and where large cities have room."""
    home = Path(tempfile.mkdtemp(prefix="kaimen-bench-"))
    home.chmod(0o755)  # as root, the server's user has to reach it
    made = Cluster(home, FAST)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def scratch(cluster: Cluster) -> Iterator[Callable[[str], str]]:
    """Give the URLs of new databases, copies of the one named; they are dropped in the end."""
    names: list[str] = []
    with psycopg.connect(cluster.url(), autocommit=True) as connection:

        def made(template: str) -> str:
            names.append(f"bench_{uuid.uuid4().hex}")
            connection.execute(f"create database {names[-1]} template {template}".encode())
            return cluster.url(names[-1])

        yield made
        for name in names:
            connection.execute(f"drop database {name} with (force)".encode())


@pytest.fixture(scope="session", params=CITIES)
def city(
    request: pytest.FixtureRequest, scratch: Callable[[str], str], template: str, board: Board
) -> Iterator[City]:
    """Give each city; one whose files are not beside the checkout is left out, and the table says so."""
    with ExitStack() as ended:

        def engine() -> Engine:
            made = open_engine(scratch(template))
            ended.callback(made.dispose)
            return made

        found = CITIES[request.param](engine)
        if found is None:
            board.note(request.param, "Left out: its files are not beside the checkout (`../shared/data`).")
            pytest.skip(f"the files of {request.param} are not beside the checkout")
        graph, taps = found.corridors.graph, found.taps
        board.note(
            found.name,
            f"{found.segments:,} segments, {found.mean_m:.0f} m on average; {graph.corners:,} corners,"
            f" {graph.arcs:,} arcs, {len(found.parcels):,} parcels,"
            f" {len(taps.kind):,} taps of {len(taps.feeder_ids):,} feeders."
            f" {found.note}",
        )
        yield found
