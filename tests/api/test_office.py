"""Newer data while requests are answered: each stands on one state, the older's file stays mapped."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api import office
from api.app import create_app
from api.operations.siting import Ground
from api.service import Service
from gis.corridors.arrays import to_arrays
from tests.api.limited import room_for

ASKED = "/api/v1/parcels/P1/connection?load_kva=100&jurisdiction=wujiang"
PATIENCE_S = 60


@pytest.fixture(autouse=True)
def _restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the data with every request."""
    monkeypatch.setattr(office, "CALM_S", 0.0)
    monkeypatch.setattr(office, "PAUSE_S", 0.0)


@pytest.fixture
def client(stocked: Service) -> Iterator[TestClient]:
    with TestClient(create_app(stocked)) as asked:
        yield asked


def lay_a_road(service: Service) -> None:
    """Change the data as an import does."""
    with service.private.begin() as connection:
        batch = connection.scalar(text("select max(batch_id) from grid.layer_versions"))
        connection.execute(
            text(
                "insert into grid.roads (id, class, geom, batch_id) values ('R9', 'secondary', st_setsrid("
                "st_makeline(st_makepoint(120.595, 31.13), st_makepoint(120.66, 31.13)), 4326), :batch)"
            ),
            {"batch": batch},
        )
        connection.execute(text("update grid.layer_versions set changed_at = now() where layer = 'roads'"))


def mapped_files(service: Service) -> list[str]:
    """Return the corridor files that this process has mapped, as the system names them."""
    lines = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    folder = str(service.home / "corridors")
    return sorted({line[line.index(folder) :] for line in lines if folder in line})


def until_newer(service: Service, than: Ground) -> Ground:
    deadline = time.monotonic() + PATIENCE_S
    while (found := service.office.ground()) is than:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def test_requests_stand_on_one_state_each_while_a_newer_one_takes_its_place(
    stocked: Service, client: TestClient
) -> None:
    assert client.get(ASKED).status_code == 200
    old = stocked.office.ground()
    before = {name: array.tobytes() for name, array in to_arrays(old.network.corridors).items()}
    file = stocked.home / "corridors" / "corridors.arrays"
    assert mapped_files(stocked) == [str(file)]
    codes: list[int] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            codes.append(client.get(ASKED).status_code)

    asker = threading.Thread(target=ask)
    asker.start()
    lay_a_road(stocked)
    new = until_newer(stocked, old)
    ended.set()
    asker.join(PATIENCE_S)
    assert set(codes) == {200}
    assert new.network.corridors.graph.streets.edges > old.network.corridors.graph.streets.edges
    # Who still stands on the older state has every byte of it, although its file has been replaced.
    assert mapped_files(stocked) == [str(file), f"{file} (deleted)"]
    assert {name: array.tobytes() for name, array in to_arrays(old.network.corridors).items()} == before
    stocked.office._desks.clear()  # they are the last that keep it
    del old
    deadline = time.monotonic() + PATIENCE_S
    while mapped_files(stocked) != [str(file)]:  # a thread that waits keeps what it did last
        assert time.monotonic() < deadline
        assert client.get(ASKED).status_code == 200
        gc.collect()


def test_where_the_newer_state_finds_no_room_the_older_answers_and_the_log_says_so(
    stocked: Service, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get(ASKED).status_code == 200
    old = stocked.office.ground()
    lay_a_road(stocked)
    with room_for(1000):
        deadline = time.monotonic() + PATIENCE_S
        while "cannot be made ready" not in caplog.text:
            assert client.get(ASKED).status_code == 200
            assert time.monotonic() < deadline
        assert stocked.office.ground() is old
        until_still(stocked)
    assert "the file system /" in caplog.text
    assert until_newer(stocked, old) is not old


def until_still(service: Service) -> None:
    """Wait until no newer state is being prepared, and let none be begun."""
    service.office._looked = time.monotonic() + PATIENCE_S  # the pause after a fault
    with service.office._building:  # held while one is prepared
        service.office._looked = 0.0  # asked again from now on
