"""The command line run inside the test's process, and from outside."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

import pytest
import shapely
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.app import create_app
from api.cli import main
from api.drawer import Drawer
from api.operations.editions import Request, publish_edition
from api.operations.tokens import create_token
from api.service import Service
from api.settings import Settings
from layers.database import open_engine
from layers.editions.publish import PublishWatch
from layers.tokens import Role
from tests.api.stored_town import store
from tests.gis.editions.districts import fill, rows
from tests.gis.siting.small_town import drawn_town

ROOT = Path(__file__).parents[2]
REFUSAL = {"title", "detail", "faults"}


@pytest.fixture(scope="session", autouse=True)
def one_drawer() -> Iterator[None]:
    """Let all services of the tests draw in one process: each would begin its own for a single page."""
    shared = Drawer("warning")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.service.Drawer", lambda _: shared)
        yield


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON object and nothing else."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value

    @property
    def error(self) -> dict[str, Any]:
        """The refusal on standard output; its words must stand on standard error, and no traceback."""
        assert set(self.json) == {"error"}
        told: dict[str, Any] = self.json["error"]
        assert set(told) == REFUSAL
        assert told["title"]
        assert told["detail"]
        assert self.err.strip()
        assert "Traceback" not in self.err
        return told


def run(*arguments: object) -> Answer:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return Answer(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def run_kaimen() -> Callable[..., Answer]:
    """Run a command with the environment as it is."""
    return run


@pytest.fixture
def kaimen(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """Run a command on the test's own database: ``kaimen("check", "--json").json``."""
    monkeypatch.setenv("KAIMEN_DATABASE_URL", database_url)
    monkeypatch.setenv("KAIMEN_HOME", str(tmp_path / "home"))
    return run


@pytest.fixture
def kaimen_outside(database_url: str, tmp_path: Path) -> Callable[..., Answer]:
    """Run a command as a process of its own on the test's own database."""

    def outside(*arguments: str | bytes, stdout: IO[bytes] | int = subprocess.PIPE) -> Answer:
        environment = os.environ | {
            "KAIMEN_DATABASE_URL": database_url,
            "KAIMEN_HOME": str(tmp_path / "home"),
        }
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=120,
            check=False,
        )
        return Answer(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())

    return outside


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Write a text file: ``table("a.csv", "id,name", "1,x", encoding="gb18030")``."""

    def write(name: str, *lines: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
        return path

    return write


@pytest.fixture
def drawn(tmp_path: Path) -> Callable[..., Path]:
    """Write a GeoJSON file: ``drawn("a.geojson", ({"id": "A"}, shapely.Point(120, 31)))``."""

    def write(name: str, *rows: tuple[dict[str, Any], shapely.Geometry]) -> Path:
        features: Sequence[dict[str, Any]] = [
            {
                "type": "Feature",
                "properties": properties,
                "geometry": json.loads(shapely.to_geojson(geometry)),
            }
            for properties, geometry in rows
        ]
        path = tmp_path / name
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return path

    return write


@pytest.fixture
def service(engine: Engine, public_engine: Engine, tmp_path: Path) -> Service:
    """What the test's application answers from: the test's own database, and the public's view of it."""
    settings = Settings(home=tmp_path / "home", database_url=None, rate_limit=0)
    return Service(settings, private=engine, public=public_engine)


@pytest.fixture
def shared_service(shared_engines: tuple[Engine, Engine], tmp_path: Path) -> Service:
    """What the application of a module's tests answers from, where none of them changes it."""
    settings = Settings(home=tmp_path / "home", database_url=None, rate_limit=0)
    return Service(settings, *shared_engines)


@pytest.fixture
def bearer(service: Service) -> Callable[[Role], dict[str, str]]:
    """Make a token and give the header that shows it: ``client.get("/", headers=bearer("planner"))``."""

    def make(role: Role) -> dict[str, str]:
        return {"Authorization": f"Bearer {create_token(service.private, role, None, 1).whole}"}

    return make


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    """The test's application, asked inside this process."""
    with TestClient(create_app(service)) as asked:
        yield asked


ROADS = """
insert into grid.roads (id, class, geom, batch_id)
select 'R' || n, 'secondary', st_setsrid(st_makeline(st_makepoint(x0, y0), st_makepoint(x1, y1)), 4326), 1
from (values
    (1, 120.595, 31.1097, 120.660, 31.1097), (2, 120.595, 31.1013, 120.660, 31.1013),
    (3, 120.6005, 31.095, 120.6005, 31.160), (4, 120.635, 31.095, 120.635, 31.160)
) as lines(n, x0, y0, x1, y1)
"""


@pytest.fixture
def stocked(service: Service) -> Service:
    """A service over the small district, with streets, and with an edition."""
    fill(service.private, rows())
    with service.private.begin() as connection:
        connection.execute(text(ROADS))
        connection.execute(text("insert into grid.layer_versions (layer, batch_id) values ('roads', 1)"))
    day, quiet = date(2026, 11, 21), PublishWatch(lambda _: None, lambda: None)
    publish_edition(service.private, service.home, Request(day), day, quiet)
    return service


class TownCommands:
    """Run commands on the database of the small town, in this process or as one of their own."""

    def __init__(self, url: str, home: Path) -> None:
        self.environment = {"KAIMEN_DATABASE_URL": url, "KAIMEN_HOME": str(home)}

    def __call__(self, *arguments: object) -> Answer:
        """Run a command in this process."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            return run(*arguments)

    def outside(self, *arguments: object) -> Answer:
        """Run a command as a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", *(str(each) for each in arguments)],
            cwd=ROOT,
            env=os.environ | self.environment,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="session")
def town_url(
    fresh_database: Callable[[], AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Give the URL of a database with the small town of the siting tests; nobody changes its layers."""
    with fresh_database() as url:
        engine = open_engine(url)
        store(engine, drawn_town(), tmp_path_factory.mktemp("town"))
        engine.dispose()
        yield url


@pytest.fixture(scope="session")
def kaimen_town(town_url: str, tmp_path_factory: pytest.TempPathFactory) -> TownCommands:
    """Run a command on the small town: ``kaimen_town("screen", "--json").json``."""
    return TownCommands(town_url, tmp_path_factory.mktemp("home"))
