from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.editions.canonical import ring_of
from gis.editions.places import cell_of
from gis.metric_zone import metric_zone
from tests.gis.editions.districts import frozen, grid, put, rows

GRID_M = 1000


def shape(lon: float, lat: float, grid_m: int = GRID_M) -> shapely.Polygon:
    [place] = cell_of(np.array([lon]), np.array([lat]), grid_m).to_pylist()
    made = shapely.from_wkb(place)
    assert isinstance(made, shapely.Polygon)
    return made


@settings(max_examples=150, deadline=None)
@given(lon=st.floats(-179, 179), lat=st.floats(-60, 70), grid_m=st.sampled_from([100, 1000, 5000]))
def test_a_cell_is_a_square_of_the_plane_that_holds_the_position(lon: float, lat: float, grid_m: int) -> None:
    zone = metric_zone([lon], [lat])
    corners = shapely.get_coordinates(shape(lon, lat, grid_m))
    x, y = zone.to_metric(corners[:, 0], corners[:, 1])
    assert np.abs(x / grid_m - np.round(x / grid_m)).max() * grid_m < 0.02
    assert np.abs(y / grid_m - np.round(y / grid_m)).max() * grid_m < 0.02
    assert np.allclose([np.ptp(x), np.ptp(y)], grid_m, atol=0.05)
    [at_x], [at_y] = zone.to_metric([lon], [lat])
    assert x.min() - 0.02 <= at_x <= x.max() + 0.02
    assert y.min() - 0.02 <= at_y <= y.max() + 0.02


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.floats(70, 140), st.floats(15, 55)), min_size=1, max_size=12),
    st.permutations(range(12)),
)
def test_an_asset_has_the_same_cell_whatever_others_there_are(
    places: list[tuple[float, float]], order: list[int]
) -> None:
    x, y = np.array(places).T
    together = cell_of(x, y, GRID_M).to_pylist()
    alone = [cell_of(x[at : at + 1], y[at : at + 1], GRID_M).to_pylist()[0] for at in range(len(x))]
    assert together == alone
    mixed = [each for each in order if each < len(x)]
    assert cell_of(x[mixed], y[mixed], GRID_M).to_pylist() == [together[each] for each in mixed]


def test_the_place_in_the_cell_cannot_be_told() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.uniform(120.6, 120.9, 4000), rng.uniform(31.0, 31.3, 4000)
    cells = shapely.from_wkb(cell_of(x, y, GRID_M).to_pylist())
    zone = metric_zone(x, y)
    at = np.stack(zone.to_metric(x, y), axis=1)
    middle = shapely.centroid(cells)
    guess = np.stack(zone.to_metric(shapely.get_x(middle), shapely.get_y(middle)), axis=1)
    away = np.hypot(*(at - guess).T)
    # Of a point anywhere in a square of 1,000 m the middle is 383 m away on average, and up to 707 m.
    assert away.mean() == pytest.approx(383, rel=0.05)
    assert away.max() > 650
    offsets = (at - guess) / GRID_M
    assert np.abs(offsets.mean(axis=0)).max() < 0.03
    assert np.allclose(offsets.std(axis=0), 1 / np.sqrt(12), rtol=0.05)


def test_no_corner_of_a_place_is_a_vertex_of_an_asset() -> None:
    made = rows()
    vertices = {
        (f"{x:.7f}", f"{y:.7f}")
        for layer in ("substations", "feeders", "transformers")
        for shape in grid(made)[layer]["geometry"]
        for x, y in shapely.get_coordinates(shape)
    }
    places = frozen(made).published["geometry"].to_pylist()
    corners = {corner for each in places for corner in ring_of(each)}
    assert corners
    assert not corners & vertices


def test_what_is_not_drawn_has_the_cell_of_what_it_hangs_on() -> None:
    published = frozen(rows()).published
    place = dict(zip(published["asset_id"].to_pylist(), published["geometry"].to_pylist(), strict=True))
    assert place["M1"] == place["S1"]
    assert place["M3"] == place["S2"] != place["S1"]


def test_an_asset_without_any_place_has_none() -> None:
    made = put(rows(), "main_transformers", "M4", substation_id=None)
    published = frozen(made).published
    place = dict(zip(published["asset_id"].to_pylist(), published["geometry"].to_pylist(), strict=True))
    assert place["M4"] is None
