from __future__ import annotations

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from shapely import wkt

from gis.dictionary.model import GeometryKind
from gis.geometry import Cleaned, clean, first_coordinates

SQUARE = "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))"
BOW_TIE = "POLYGON ((0 0, 4 4, 4 0, 0 4, 0 0))"


def array(*texts: str | None) -> NDArray[np.object_]:
    made = np.empty(len(texts), dtype=object)
    made[:] = [None if text is None else wkt.loads(text) for text in texts]
    return made


def cleaned(text: str | None, *kinds: GeometryKind) -> Cleaned:
    return clean(array(text), kinds)


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        (None, "polygon", "geometry_missing"),
        ("POLYGON EMPTY", "polygon", "geometry_empty"),
        ("LINESTRING (1 1, 1 1)", "line", "geometry_zero_length"),
        ("POLYGON ((0 0, 1 1, 2 2, 0 0))", "polygon", "geometry_collapsed"),
        ("POINT (1 1)", "polygon", "geometry_wrong_kind"),
        ("LINESTRING (0 0, 1 1)", "point", "geometry_wrong_kind"),
        ("LINESTRING (0 0, 1 1, 2 0)", "polygon", "geometry_wrong_kind"),
        ("MULTIPOINT (0 0, 1 1)", "point", "geometry_wrong_kind"),
        ("POINT (NaN NaN)", "point", "geometry_not_finite"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_reason(
    text: str | None, kind: GeometryKind, reason: str
) -> None:
    result = cleaned(text, kind)
    assert result.refused.tolist() == [reason]
    assert result.geometry.tolist() == [None]


def test_a_coordinate_that_is_not_finite_is_refused() -> None:
    line = shapely.LineString([(0, 0), (1, 1)])
    broken = shapely.transform(line, lambda xy: np.where(xy == 1, np.nan, xy))
    result = clean(np.array([broken], dtype=object), ("line",))
    assert result.refused.tolist() == ["geometry_not_finite"]


def test_a_bow_tie_becomes_two_triangles_and_is_told() -> None:
    result = cleaned(BOW_TIE, "polygon")
    assert result.repaired.tolist() == [True]
    assert result.geometry[0].is_valid
    assert result.geometry[0].area == pytest.approx(8)


def test_heights_and_measures_are_dropped() -> None:
    result = cleaned("POLYGON Z ((0 0 9, 4 0 9, 4 4 9, 0 0 9))", "polygon")
    assert not shapely.has_z(result.geometry[0])


def test_multi_parts_are_kept() -> None:
    text = "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))"
    assert cleaned(text, "polygon").geometry[0].geom_type == "MultiPolygon"
    assert (
        cleaned("MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))", "line").geometry[0].geom_type == "MultiLineString"
    )


def test_a_multi_point_of_one_is_that_point() -> None:
    assert cleaned("MULTIPOINT (3 4)", "point").geometry[0].wkt == "POINT (3 4)"


def test_the_outline_drawn_as_closed_line_is_a_polygon() -> None:
    result = cleaned("LINESTRING (0 0, 4 0, 4 4, 0 4, 0 0)", "polygon")
    assert result.closed_line.tolist() == [True]
    assert result.geometry[0].area == 16


def test_a_closed_road_stays_a_line() -> None:
    assert cleaned("LINESTRING (0 0, 4 0, 4 4, 0 0)", "line").geometry[0].geom_type == "LineString"


def test_parts_of_another_kind_are_left_out_and_told() -> None:
    result = cleaned(f"GEOMETRYCOLLECTION ({SQUARE}, POINT (9 9))", "polygon")
    assert result.lost_parts.tolist() == [True]
    assert result.geometry[0].equals(wkt.loads(SQUARE))


def test_good_geometry_comes_back_as_it_is() -> None:
    given = array(SQUARE, "POLYGON ((0 0, 1 0, 1 1, 0 0), (0.5 0.1, 0.6 0.1, 0.6 0.2, 0.5 0.1))")
    result = clean(given, ("polygon",))
    assert shapely.equals_identical(result.geometry, given).all()
    assert not (result.repaired | result.closed_line | result.lost_parts).any()


def test_nothing_is_no_trouble() -> None:
    assert len(clean(np.empty(0, dtype=object), ("polygon",)).geometry) == 0


def test_first_coordinates_follow_the_rows() -> None:
    found = first_coordinates(array("LINESTRING (1 2, 3 4)", None, "POINT (5 6)"))
    assert found[0].tolist() == [1, 2]
    assert np.isnan(found[1]).all()
    assert found[2].tolist() == [5, 6]
