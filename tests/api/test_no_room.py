"""A full disk: one error that names the file system, nothing half-written, and all as ever with room."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import psycopg
import pytest
import shapely
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.commands import layers as layer_commands
from api.operations.checks import write_findings
from api.operations.editions import Request, export_edition, publish_edition, shelf
from api.operations.files import whole_file
from api.operations.screening_files import write_table
from api.service import Service
from gis.errors import StorageError
from gis.findings import Finding, Severity
from layers.demo.formats import geojson
from layers.disk import room, without_room
from layers.editions.files import WRITERS, folder_of
from layers.editions.publish import PublishWatch
from tests.api.limited import room_for

DAY = date(2026, 11, 21)
QUIET = PublishWatch(lambda _: None, lambda: None)


def again(service: Service) -> str:
    return publish_edition(service.private, service.home, Request(DAY), DAY, QUIET).edition.id


def stored(service: Service) -> Path:
    return folder_of(service.home, shelf(service.private, DAY).editions[0])


def test_what_cannot_be_written_is_not_published_and_is_once_there_is_room(stocked: Service) -> None:
    before = set((stocked.home / "editions").iterdir())
    whole = next(stored(stocked).glob("*.gpkg")).stat().st_size
    # The first file, the GeoPackage, and of this the index of places, which GDAL leaves out in silence.
    for room_left in (100, whole // 2, whole - 4096):
        with room_for(room_left), pytest.raises(StorageError) as told:
            again(stocked)
        assert str(stocked.home / "editions") in told.value.detail
        assert "the file system /" in told.value.detail
        assert "free space" in told.value.repair
        assert set((stocked.home / "editions").iterdir()) == before
        assert [each.id for each in shelf(stocked.private, DAY).editions] == ["2026-Q4-1"]
    assert again(stocked) == "2026-Q4-2"


def test_a_file_that_finds_no_room_is_not_there_and_the_one_before_is(
    stocked: Service, tmp_path: Path
) -> None:
    for each in stored(stocked).glob("2026*"):
        each.unlink()
    for ending in WRITERS:
        out = tmp_path / f"out{ending}"
        out.write_bytes(b"before")
        there = set(tmp_path.iterdir())
        with room_for(100), pytest.raises(StorageError, match="the file system /"):
            export_edition(stocked.private, stocked.home, "2026-Q4-1", out)
        assert out.read_bytes() == b"before"
        assert set(tmp_path.iterdir()) == there
        assert export_edition(stocked.private, stocked.home, "2026-Q4-1", out).as_published


def test_a_download_that_finds_no_room_is_507_and_then_there(stocked: Service) -> None:
    next(stored(stocked).glob("*.gpkg")).unlink()
    path = "/api/v1/editions/2026-Q4-1/download.gpkg"
    beside = stocked.writer.draw(os.getpid)
    with TestClient(create_app(stocked)) as client:
        with room_for(1000, beside):
            told = {language: client.get(f"{path}?lang={language}") for language in ("zh", "en")}
        assert {each.status_code for each in told.values()} == {507}
        assert told["zh"].json()["title"] == "存储空间不足"
        assert told["en"].json()["title"] == "There is no room on the disk"
        assert str(stocked.home) not in told["en"].text
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".parquet", ".csv"])
def test_a_screening_is_whole_or_refused(tmp_path: Path, ending: str) -> None:
    rows: dict[str, Any] = {
        "id": [f"P{n}" for n in range(500)],
        "crossing_count": 1,
        "upper_bound": True,
        "limit_working_days": 1.0,
    }
    places = shapely.points(np.linspace(120, 121, 500), 31.0)
    screened: Any = SimpleNamespace(table=lambda: gpd.GeoDataFrame(rows, geometry=places, crs=4326))
    whole = tmp_path / f"whole{ending}"
    write_table(screened, whole)
    size = whole.stat().st_size
    for room_left in (100, size // 2, size - 1):
        with (
            room_for(room_left),
            pytest.raises(StorageError),
            whole_file(tmp_path / f"out{ending}", ending) as part,
        ):
            write_table(screened, part)
    assert [each.name for each in tmp_path.iterdir()] == [whole.name]


def test_findings_and_demo_files_that_find_no_room_are_told(tmp_path: Path) -> None:
    found = [Finding("a_check", Severity.ERROR, "feeders", "F1", "words", "repair", 120.0, 31.0)]
    with room_for(1000), pytest.raises(StorageError, match=r"findings.gpkg cannot be written"):
        write_findings(found, tmp_path / "findings.gpkg")
    assert not list(tmp_path.iterdir())
    frame = gpd.GeoDataFrame({"a": ["x" * 99] * 99}, geometry=shapely.points(np.zeros((99, 2))), crs=4326)
    with room_for(1000), pytest.raises(StorageError, match=r"a.geojson cannot be written"):
        geojson(frame, tmp_path / "a.geojson")


def test_a_server_of_the_database_without_room_is_told(kaimen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        words = 'could not extend file "base/1/2": No space left on device\nHINT:  Check free disk space.'
        raise OperationalError("insert", {}, psycopg.errors.DiskFull(words))

    monkeypatch.setattr(layer_commands, "check_grid", refuse)
    told = kaimen("check", "--json")
    assert told.code == 1
    assert told.error["title"] == "There is no room on the disk"
    assert "could not extend file" in told.error["detail"]
    assert "free space" in told.error["detail"]


def test_what_no_writer_understands_names_a_file_system(kaimen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(layer_commands, "check_grid", refuse)
    told = kaimen("check", "--json")
    assert told.error["title"] == "There is no room on the disk"
    assert "the file system /" in told.error["detail"]


def test_the_file_system_is_that_of_the_nearest_folder_that_is_there(tmp_path: Path) -> None:
    mounted = next(each for each in (tmp_path, *tmp_path.parents) if each.is_mount())
    assert room(tmp_path / "none" / "deeper").startswith(f"the file system {mounted} has ")
    assert room(Path("/proc/self")).startswith("the file system /proc has 0 MB of 0 MB")
    assert "none" in without_room(tmp_path / "none", "why").detail
