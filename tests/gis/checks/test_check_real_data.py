"""Figures that are known of real street networks and land, where their files are at hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest

from gis.network.check import CHECKS
from gis.network.checks.parameters import CheckParameters
from gis.network.checks.road_network import noding_of
from gis.network.checks.subject import Subject
from gis.network.model import Grid

CASES = Path(__file__).parents[4] / "shared" / "data" / "cases"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the real data is not beside the checkout")


def _subject(layer: str, file: str, thing: list[str]) -> Subject:
    frame = gpd.read_file(CASES / file).to_crs(4326)
    frame["id"] = frame[thing].astype(str).agg("/".join, axis=1)
    return Subject(Grid({layer: frame}), date(2025, 6, 1), CheckParameters())


@pytest.fixture(scope="module")
def streets() -> Subject:
    return _subject("roads", "wuhan/roads.gpkg", ["road_id"])


def test_streets_are_noded_but_for_their_bridges(streets: Subject) -> None:
    noding = noding_of(streets)
    assert noding.sampled == 29_580
    assert (noding.meeting_ends, noding.ends_at_vertices) == (56_522, 56_519)
    assert noding.bare_crossings == 4_026
    assert len(list(CHECKS["roads_shared_noding_suggested"](streets))) == 1


def test_streets_that_coincide(streets: Subject) -> None:
    assert len(CHECKS["roads_coincide"](streets)) == 25


def test_streets_are_one_network(streets: Subject) -> None:
    assert CHECKS["roads_disconnected"](streets) == []


def test_blocks_that_are_inset_do_not_overlap() -> None:
    blocks = _subject("parcels", "wuhan/parcels.gpkg", ["地块编号"])
    assert CHECKS["parcels_overlap"](blocks) == []
    assert CHECKS["parcel_nested"](blocks) == []


def test_land_drawn_by_many_hands_overlaps() -> None:
    land = _subject("parcels", "malta/parcels.geojson", ["osm_type", "osm_id"])
    assert len(CHECKS["parcels_overlap"](land)) == 4
    assert len(CHECKS["parcel_nested"](land)) == 3
