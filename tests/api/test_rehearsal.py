"""The questions that a service asks itself as it starts."""

from __future__ import annotations

import html
import json
import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api import office
from api.app import create_app
from api.operations import published, tiles
from api.operations.front import bounds
from api.operations.siting import Ground
from api.rehearsal import rehearse, whole_tiles
from api.service import Service
from gis.bbox import Box
from tests.api.open.exports import screened
from tests.api.test_serving import serving, until

ASKED = "/api/v1/parcels/P1/connection?load_kva=100&jurisdiction=wujiang"


def test_after_it_the_first_who_asks_finds_everything_laid_out(
    stocked: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(*_: object) -> None:
        raise AssertionError("it was laid out already")

    rehearse(stocked)
    monkeypatch.setattr(office, "ground", again)
    monkeypatch.setattr(Ground, "published", again)
    with TestClient(create_app(stocked)) as client:
        assert client.get(ASKED).status_code == 200


def test_after_it_the_first_visit_of_the_map_and_the_zones_waits_for_no_tile(
    stocked: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(*_: object, **__: object) -> None:
        raise AssertionError("it was made already")

    screened(stocked.private)
    rehearse(stocked)
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
        rehearse(service)
    assert "the first question will have to wait" in caplog.text
    assert "roads" in caplog.text


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_service_that_starts_rehearses(tmp_path: Path, database_url: str, workers: int) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    with serving(folder, database_url, "--workers", str(workers)):
        until((folder / "corridors" / "corridors.arrays").exists)
