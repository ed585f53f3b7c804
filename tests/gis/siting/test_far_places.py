"""A drawn place far from all roads is refused: it is meant to lie elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis.errors import InputError
from gis.siting.seekers import FARTHEST_M, Drawing
from tests.gis.siting.small_town import small_town
from tests.gis.siting.towns import ORIGIN, ZONE, Bench


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(small_town())


@pytest.fixture(scope="module")
def drawing(bench: Bench) -> Drawing:
    return Drawing.of(bench.network)


def north_of_all(bench: Bench, metres: float) -> shapely.Point:
    """Return the place so far north of the northernmost corner of a road, degrees."""
    streets = bench.network.corridors.graph.streets
    top = int(np.argmax(streets.y))
    lon, lat = streets.zone.to_wgs84([streets.x[top]], [streets.y[top] + metres])
    return shapely.Point(lon[0], lat[0])


def test_only_what_lies_farther_than_the_limit_is_refused(bench: Bench, drawing: Drawing) -> None:
    drawing.site(north_of_all(bench, FARTHEST_M - 1.0), bench.searchers)
    with pytest.raises(InputError, match="more than 50 km from every road") as refusal:
        drawing.site(north_of_all(bench, FARTHEST_M + 1.0), bench.searchers)
    assert refusal.value.repair == "give a place within the data, longitude first"
    assert "经度在前" in refusal.value.said.repair.zh


def test_a_polygon_that_reaches_the_roads_is_not_far(bench: Bench, drawing: Drawing) -> None:
    far, near = north_of_all(bench, 2 * FARTHEST_M), north_of_all(bench, 1_000.0)
    drawing.site(shapely.box(near.x, near.y, far.x + 0.01, far.y), bench.searchers)


def test_numbers_in_the_wrong_order_are_told_with_the_right_one(bench: Bench, drawing: Drawing) -> None:
    lon, lat = (float(each[0]) for each in ZONE.to_wgs84([ORIGIN[0]], [ORIGIN[1]]))
    lon, lat = round(lon + 0.001, 6), round(lat + 0.0001, 6)
    with pytest.raises(InputError) as refusal:
        drawing.site(shapely.Point(lat, lon), bench.searchers)
    told = refusal.value.said
    assert told.repair.en == f"longitude comes first, then latitude: is {lon:.10g},{lat:.10g} meant?"
    assert told.repair.zh == f"经度在前，纬度在后：是否指 {lon:.10g},{lat:.10g}？"
    west, south, east, north = drawing.extent
    assert (
        f"longitude {west:.2f} to {east:.2f} and from latitude {south:.2f} to {north:.2f}" in told.detail.en
    )
    assert f"{lat:.10g},{lon:.10g}" in told.detail.zh


@pytest.mark.parametrize(
    ("lon", "lat"), [(-66.0, -30.7), (-66.0, 30.7), (14.5, 35.9), (180.0, 0.0), (0.0, 90.0)]
)
def test_the_other_side_of_the_world_is_far_too(
    bench: Bench, drawing: Drawing, lon: float, lat: float
) -> None:
    with pytest.raises(InputError, match="more than 50 km"):
        drawing.site(shapely.Point(lon, lat), bench.searchers)
