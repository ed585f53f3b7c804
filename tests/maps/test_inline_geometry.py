"""Geometry inside a page is the geometry given, to half a metre, whatever its shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from maps.columns import cell, figure_column, text_column
from maps.inline_geometry import WORLD_BITS, InlineGeometry, encode, units_per_metre
from tests.maps.zones import box, line, parcels

TO_MERCATOR = Transformer.from_crs(4326, 3857, always_xy=True)
HALF_WORLD = 20037508.342789244


def decoded(made: InlineGeometry) -> list[list[Any]]:
    """Return each feature's parts in metres of EPSG:3857, by an own reading of the lists."""
    units = np.cumsum(np.asarray(made.steps).reshape(-1, 2), axis=0)
    metre = 2 * HALF_WORLD / 2**WORLD_BITS
    points = np.column_stack([units[:, 0] * metre - HALF_WORLD, HALF_WORLD - units[:, 1] * metre])
    features, part, point = [], 0, 0
    for count in made.parts:
        own = []
        for length in made.lengths[part : part + count]:
            own.append(points[point : point + length])
            point += int(length)
        part += int(count)
        features.append(own)
    assert part == len(made.lengths)
    assert point == len(points)
    return features


def mercator(shape: Any) -> Any:
    return shapely.transform(shape, lambda xy: np.column_stack(TO_MERCATOR.transform(xy[:, 0], xy[:, 1])))


def test_polygons_keep_holes_and_pieces() -> None:
    shapes = np.asarray(parcels().geometry, object)
    features = decoded(encode(shapes, "area"))
    assert len(features) == len(shapes)
    assert [len(each) for each in features[:3]] == [2, 2, 1]
    for shape, rings in zip(shapes, features, strict=True):
        # Outlines and holes run opposite ways, so signed areas add up to the true one.
        signed = sum(shapely.Polygon(ring).area * (1 if shapely.is_ccw(shapely.LinearRing(ring)) else -1)
                     for ring in rings)  # fmt: skip
        assert abs(signed) == pytest.approx(mercator(shape).area, rel=0.01)
    ring = shapely.LinearRing(features[2][0])
    assert shapely.hausdorff_distance(ring, mercator(shapes[2]).exterior) < 0.3


def test_rings_are_not_closed_and_points_do_not_repeat() -> None:
    (ring,) = decoded(encode(np.array([box(0, 0)], object), "area"))[0]
    assert len(ring) == 4
    dense = shapely.LineString([(120.6 + i * 1e-9, 31.1) for i in range(50)] + [(120.7, 31.1)])
    (points,) = decoded(encode(np.array([dense], object), "line"))[0]
    assert len(points) == 2


def test_what_has_no_geometry_keeps_its_row() -> None:
    shapes = np.array([None, shapely.Polygon(), box(0, 0), line((0, 0), (1, 1))], object)
    assert encode(shapes, "area").parts.tolist() == [0, 0, 1, 0]
    assert encode(np.array([], object), "area").steps.tolist() == []


def test_a_parcel_smaller_than_a_unit_keeps_a_point() -> None:
    tiny = box(0, 0, 1e-8)
    assert [len(ring) for ring in decoded(encode(np.array([tiny], object), "area", 0.3))[0]] == [1]


def test_simplifying_stays_within_its_tolerance() -> None:
    rng = np.random.default_rng(3)
    xy = np.column_stack([np.linspace(120.6, 120.7, 800), 31.1 + np.cumsum(rng.normal(0, 1e-5, 800))])
    shape = shapely.LineString(xy)
    (points,) = decoded(encode(np.array([shape], object), "line", 5.0))[0]
    assert len(points) < 300
    stretch = 1 / np.cos(np.deg2rad(31.1))
    assert shapely.hausdorff_distance(shapely.LineString(points), mercator(shape)) < (5.0 + 0.6) * stretch


def test_a_metre_is_longer_in_units_far_north() -> None:
    assert units_per_metre(60) == pytest.approx(2 * units_per_metre(0))
    assert 1 / units_per_metre(0) == pytest.approx(0.3, abs=0.01)


def test_columns_hold_no_nan_and_no_numpy() -> None:
    assert figure_column([1.26, float("nan"), np.float64(2), None, "1,000-2,000", np.inf]) == [
        1.3, None, 2, None, "1,000-2,000", None]  # fmt: skip
    assert text_column(["a", None, "b", "a", float("nan")]) == {
        "words": ["a", "b"],
        "codes": [0, -1, 1, 0, -1],
    }
    assert cell(np.bool_(True)) is True  # numpy's own bool is what is tested
    assert type(cell(np.int64(3))) is int
