"""The questions that a service asks itself as it starts."""

from __future__ import annotations

import html
import json
import logging
import threading
import time
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from api import office, rehearsal
from api.app import create_app
from api.operations import published, tiles
from api.operations.editions import Request, publish_edition
from api.operations.front import bounds
from api.operations.siting import Ground
from api.rehearsal import Rehearsal, whole_tiles
from api.service import Service
from gis.bbox import Box
from layers.editions.publish import PublishWatch
from tests.api.open.exports import screened
from tests.api.test_office import lay_a_road
from tests.api.test_serving import serving, until

ASKED = "/api/v1/parcels/P1/connection?load_kva=100&jurisdiction=wujiang"


def test_after_it_the_first_who_asks_finds_everything_laid_out(
    stocked: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(*_: object) -> None:
        raise AssertionError("it was laid out already")

    Rehearsal(stocked).look()
    monkeypatch.setattr(office, "ground", again)
    monkeypatch.setattr(Ground, "published", again)
    with TestClient(create_app(stocked)) as client:
        assert client.get(ASKED).status_code == 200


def test_after_it_the_first_visit_of_the_map_and_the_zones_waits_for_no_tile(
    stocked: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    screened(stocked.private)
    Rehearsal(stocked).look()
    first_visit(stocked, monkeypatch)


def test_after_an_import_the_first_who_comes_waits_for_nothing_either(
    stocked: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "CALM_S", 0.0)
    screened(stocked.private)
    kept = Rehearsal(stocked)
    kept.look()
    before = stocked.office.version
    lay_a_road(stocked)
    kept.look()  # the page, at once; the ground of the newer data is begun
    until(lambda: stocked.office.version != before)
    kept.look()
    first_visit(stocked, monkeypatch)

    def again(*_: object, **__: object) -> None:
        raise AssertionError("it was laid out already")

    monkeypatch.setattr(office, "ground", again)
    monkeypatch.setattr(Ground, "published", again)
    monkeypatch.setattr(Ground, "parcel_tree", again)
    monkeypatch.setattr(rehearsal, "_turn", again)
    kept.look()  # nothing has changed
    with TestClient(create_app(stocked)) as client:
        assert client.get(ASKED).status_code == 200


def test_what_is_published_anew_is_rehearsed(stocked: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Rehearsal(stocked)
    kept.look()
    screened(stocked.private)
    day, quiet = date(2026, 11, 22), PublishWatch(lambda _: None, lambda: None)
    publish_edition(stocked.private, stocked.home, Request(day), day, quiet)
    kept.look()
    first_visit(stocked, monkeypatch)


def test_a_database_that_is_away_is_told_once_and_looked_for_again(
    stocked: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Rehearsal(stocked)
    rehearsed: list[str] = []
    monkeypatch.setattr(rehearsal, "_page", lambda _: rehearsed.append("page"))
    monkeypatch.setattr(rehearsal, "_answers", lambda _: rehearsed.append("answers"))
    for _ in range(2):
        caplog.clear()
        with monkeypatch.context() as away:
            away.setattr(rehearsal, "newest", refuse)
            for _ in range(3):
                kept.look()
        assert [each.message for each in caplog.records] == [
            "it cannot be seen whether the data have changed: OperationalError"
        ]
        kept.look()
    assert rehearsed == ["page", "answers"]


def fail(_: Service) -> None:
    raise ZeroDivisionError


def refuse(*_: object) -> None:
    raise OperationalError("select", {}, Exception("gone"))


def test_a_fault_in_one_part_is_told_and_the_other_is_rehearsed(
    stocked: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Rehearsal(stocked)
    parts: list[Service] = []
    monkeypatch.setattr(rehearsal, "_page", fail)
    monkeypatch.setattr(rehearsal, "_answers", parts.append)
    for _ in range(2):
        kept.look()
    assert parts == [stocked]
    assert caplog.text.count("the first question will have to wait") == 1


def test_of_several_processes_one_rehearses_at_a_time(
    stocked: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way: list[Service] = []
    most: list[int] = []

    def slow(service: Service) -> None:
        under_way.append(service)
        most.append(len(under_way))
        time.sleep(0.1)
        under_way.remove(service)

    several = [Service(stocked.settings, stocked.private, stocked.public, tmp_path) for _ in range(3)]
    kept = [Rehearsal(each) for each in several]
    monkeypatch.setattr(rehearsal, "_page", slow)
    monkeypatch.setattr(rehearsal, "_answers", lambda _: None)
    for each in kept:
        each.look()
    lay_a_road(stocked)
    most.clear()
    threads = [threading.Thread(target=each.look) for each in kept]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1]


def first_visit(stocked: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open the map and its zones, with every tile of the whole town, where no tile can be made any more."""

    def again(*_: object, **__: object) -> None:
        raise AssertionError("it was made already")

    monkeypatch.setattr(tiles, "working_tile", again)
    monkeypatch.setattr(tiles, "extent_of_layers", again)
    monkeypatch.setattr(published, "capacity_tile", again)
    held = bounds(stocked)
    assert held is not None
    drawn = set()
    with TestClient(create_app(stocked)) as client:
        page = html.unescape(client.get("/?view=zones").text)
        told = json.loads(page.partition('id="page-data"')[2].partition(">")[2].partition("</script>")[0])
        urls = [each["url"] for each in (*told["tiles"], *told["runs"][0]["tiles"])]
        shown = [each for each in urls if "/feeders/" not in each and "{z}" in each]
        # Parcels without a class are drawn from near alone.
        shown = [each for each in shown if "/parcels/" not in each or "run=" in each]
        for at in whole_tiles(Box(*held)):
            for each in shown:
                url = each.format(z=at.zoom, x=at.column, y=at.row)
                answer = client.get(url)
                assert answer.status_code in {200, 204}
                assert "immutable" in answer.headers["cache-control"]
                drawn |= {each.split("/")[2]} if answer.content else set()
    assert drawn == {"base", "capacity", "parcels", "zones"}


@pytest.mark.parametrize(
    ("box", "zoom"),
    [
        (Box(120.31, 31.02, 120.76, 31.38), 10),
        (Box(-180.0, -90.0, 180.0, 90.0), 0),
        (Box(120.6, 31.1, 120.6, 31.1), 16),
        (Box(113.7, 29.97, 115.08, 31.36), 8),
    ],
)
def test_the_tiles_of_the_whole_cover_it_and_fit_on_a_screen(box: Box, zoom: int) -> None:
    found = whole_tiles(box)
    assert max(each.zoom for each in found) == zoom
    for deep in {each.zoom for each in found}:
        inside = [each.degrees() for each in found if each.zoom == deep]
        assert len(inside) <= 4 * 3
        west, south = (min(each[side] for each in inside) for side in (0, 1))
        east, north = (max(each[side] for each in inside) for side in (2, 3))
        assert west <= box.west
        assert box.east <= east
        assert south <= max(box.south, -85.05)
        assert min(box.north, 85.05) <= north


def test_where_there_is_nothing_to_answer_from_the_log_says_so(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "kaimen.faults"):
        Rehearsal(service).look()
    assert "the first question will have to wait" in caplog.text
    assert "roads" in caplog.text


@pytest.mark.parametrize("workers", [1, 2])
def test_a_service_rehearses_as_it_starts_and_after_an_import(
    stocked: Service, tmp_path: Path, database_url: str, workers: int
) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    file = folder / "corridors" / "corridors.arrays"
    with serving(folder, database_url, "--workers", str(workers)):
        until(file.exists)
        before = file.stat().st_ino
        lay_a_road(stocked)
        until(lambda: file.stat().st_ino != before)  # though nobody has asked
