"""A sheet of very many parcels: small ones as cells of their class, large ones as they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from maps import zone_cells
from maps.style import CLASSES
from maps.zone_map import zone_map_svg
from tests.maps.test_zone_sheet import paths
from tests.maps.zones import SOUTH, WEST, frame, parcels, zone_map, zones


def test_cells_beside_one_another_are_one_box() -> None:
    mask = np.array([[True, True, False, True], [False, False, False, True]])
    assert zone_cells.cell_data(mask) == "M0 0h80v40h-80zM120 0h40v40h-40zM120 40h40v40h-40z"
    assert zone_cells.cell_data(np.zeros((2, 2), bool)) == ""


def test_small_parcels_become_cells_of_the_class_of_most(monkeypatch: pytest.MonkeyPatch) -> None:
    small = [
        shapely.box(WEST + x, SOUTH + 0.02, WEST + x + 1e-6, SOUTH + 0.02 + 1e-6) for x in (0, 2e-6, 4e-6)
    ]
    many = frame(
        small,
        parcel_id=["a", "b", "c"],
        load_kva=[1.0, 1.0, 1.0],
        **{"class": ["filing", "unknown", "filing"]},
    )
    given = pd.concat([parcels(), many], ignore_index=True)
    content = zone_map(parcels=given, zones=zones().iloc[:0], context={})
    exact = zone_map_svg(content, "zh")
    monkeypatch.setattr(zone_cells, "MANY", 3)
    filing = CLASSES["filing"]
    (data,) = paths(content, fill=filing.fill, stroke=filing.ink)
    assert data.count("h40v40h-40z") == 1
    assert data.count("M") == 2 + 1
    (unknown,) = paths(content, fill=CLASSES["unknown"].fill, stroke=CLASSES["unknown"].ink)
    assert unknown.count("M") == 2
    assert "h40v40h-40z" not in exact
