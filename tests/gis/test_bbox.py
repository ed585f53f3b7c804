"""Boxes as requests write them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from gis.bbox import SYSTEMS, Box, read_bbox
from gis.errors import InputError

LON, LAT = st.floats(-179, 179), st.floats(-84, 84)


def written(*numbers: float) -> str:
    return ",".join(map(repr, numbers))


@given(west=LON, south=LAT, east=LON, north=LAT)
def test_a_box_is_what_was_written(west: float, south: float, east: float, north: float) -> None:
    if south > north:
        with pytest.raises(InputError, match="turned over"):
            read_bbox(written(west, south, east, north))
        return
    found = read_bbox(written(west, south, east, north))
    assert read_bbox(written(south, west, north, east), "EPSG:4490") == found
    if west <= east:
        assert found == (Box(west, south, east, north),)
    else:
        assert found == (Box(west, south, 180, north), Box(-180, south, east, north))


@given(lon=LON, lat=LAT)
def test_metres_become_the_degrees_that_proj_gives(lon: float, lat: float) -> None:
    x, y = Transformer.from_crs("OGC:CRS84", "EPSG:3857").transform(lon, lat)
    [box] = read_bbox(written(x, y, x + 1, y + 1), "EPSG:3857")
    assert box.west == pytest.approx(lon, abs=1e-9)
    assert box.south == pytest.approx(lat, abs=1e-9)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=7), st.sampled_from(sorted(SYSTEMS)))
def test_whatever_is_written_is_read_or_refused(numbers: list[float], system: str) -> None:
    with suppress(InputError):  # what is no box is refused
        boxes = read_bbox(written(*numbers), system)  # type: ignore[arg-type]  # one of the names
        assert len(numbers) in {4, 6}
        assert boxes
        assert all(box.west <= box.east and box.south <= box.north for box in boxes)


@pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,4,5", "1,2,3,x", "1 2 3 4", "0,0,1,0_0x", "1,2,3,nan"])
def test_what_is_no_box_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_bbox(text)
