"""What leaves of a screening: the columns of the list, and of these only what is nobody's own affair."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from gis.editions.canonical import area_token, table_bytes
from gis.editions.columns import PARCELS, ZONES
from gis.editions.screened import LEAST_LOADS, areas, freeze_screening
from tests.gis.editions.districts import grid, put, rows
from tests.gis.editions.screenings import SECRETS, found


def frozen(load_kva: float | None = 1_000.0, **parcel: Any) -> Any:
    made = put(rows(), "parcels", "P1", **parcel) if parcel else rows()
    return freeze_screening(found(load_kva), grid(made)["parcels"], "2026-Q4-1")


def column(made: Any, name: str) -> dict[str, str | None]:
    return dict(zip(made.parcels["parcel_id"].to_pylist(), made.parcels[name].to_pylist(), strict=True))


def test_the_list_holds_nothing_of_the_grid() -> None:
    names = {each.name for each in (*PARCELS, *ZONES)}
    assert not names & {
        "asset_id", "asset_name", "open_capacity_kva", "bottleneck_level", "options", "load_source",
        "important", "access_point", "crossing_m",
    }  # fmt: skip


def test_no_asset_and_no_option_leaves() -> None:
    made = frozen()
    for table, columns in ((made.parcels, PARCELS), (made.zones, ZONES)):
        data = b"".join(table_bytes(table, columns)).decode()
        assert not [each for each in SECRETS if f'"{each}"' in data]
        assert '"4321.0"' not in data


def test_parcels_of_important_users_are_withheld_and_counted() -> None:
    made = frozen()
    assert made.parcels["parcel_id"].to_pylist() == ["P1", "P2", "P3", "P5", "P7", "P8"]
    assert made.withheld == 2
    assert made.facts()["withheld"] == 2


def test_a_load_that_a_customer_states_is_not_told() -> None:
    assert column(frozen(), "load_kva") == {
        "P1": "800.0", "P2": None, "P3": "950.0", "P5": "5000.0", "P7": "700.0", "P8": None,
    }  # fmt: skip


def test_that_a_customer_is_important_is_told_by_no_test() -> None:
    failed = column(frozen(), "failed_test")
    assert failed["P3"] is None
    assert failed["P2"] == "route.length_m at_most 200"
    assert failed["P5"] == "insufficient_capacity"


def test_lengths_are_rounded_up() -> None:
    assert column(frozen(), "length_m") == {
        "P1": "150.0", "P2": "250.0", "P3": "400.0", "P5": None, "P7": None, "P8": None,
    }  # fmt: skip


def test_the_area_is_the_stated_one_or_else_measured() -> None:
    measured, stated = column(frozen(), "area_ha"), column(frozen(area_ha=3.25), "area_ha")
    assert stated["P1"] == "3.2500"
    assert float(measured["P1"] or 0) == pytest.approx(0.001**2 * 111_320 * 0.856 * 110_870 / 1e4, rel=0.01)


def test_every_row_says_day_run_and_edition() -> None:
    [first, *_] = frozen().parcels.to_pylist()
    assert (first["on"], first["run_id"], first["edition_id"]) == ("2026-11-21", "run-1", "2026-Q4-1")
    assert (first["class"], first["level"], first["jurisdiction"]) == ("plug_and_play", "feeder", "wujiang")


def test_zones_have_an_id_a_length_and_their_holes() -> None:
    made = frozen().zones
    assert made["zone_id"].to_pylist() == ["filing-600", "plug_and_play-200"]
    assert made["reach_m"].to_pylist() == ["600.0", "200.0"]
    outer, inner = (shapely.from_wkb(each) for each in made["geometry"].to_pylist())
    assert len(outer.geoms[0].interiors) == 1
    assert shapely.area(shapely.intersection(outer, inner)) < 1e-9


def test_the_middle_of_few_loads_draws_no_zones() -> None:
    assert len(frozen(load_kva=None).zones) == 0
    many = found(load_kva=None)
    wide = many.rows.iloc[np.zeros(LEAST_LOADS, dtype=int)].assign(
        parcel_id=[f"P{n}" for n in range(LEAST_LOADS)]
    )
    made = freeze_screening(replace(many, rows=wide), grid(rows())["parcels"], "2026-Q4-1")
    assert len(made.zones) == 2


@pytest.mark.parametrize(
    ("shape", "parts"),
    [
        (None, None),
        (shapely.Polygon(), None),
        (shapely.Point(120, 31), None),
        (shapely.box(120.123456789, 31, 121, 32), 1),
        (shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]), 2),
        (shapely.GeometryCollection([shapely.Point(1, 1), shapely.box(0, 0, 1, 1)]), 1),
        (
            shapely.GeometryCollection(
                [shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)])]
            ),
            2,
        ),
    ],
)
def test_an_area_is_polygons_on_the_seventh_decimal(shape: Any, parts: int | None) -> None:
    [made] = areas(np.array([shape], dtype=object)).to_pylist()
    if parts is None:
        assert made is None
        return
    again = shapely.from_wkb(made)
    assert (again.geom_type, len(again.geoms), shapely.get_srid(again)) == ("MultiPolygon", parts, 4326)
    assert all(each.exterior.is_ccw for each in again.geoms)
    assert area_token(made).startswith('{"coordinates":[[[[')


@pytest.mark.parametrize(
    "shape",
    [
        shapely.box(0, 0, 1, 1),
        shapely.MultiPolygon([shapely.box(0, 0, 1.00000000001, 1)]),
    ],
)
def test_another_area_has_no_canonical_form(shape: shapely.Geometry) -> None:
    with pytest.raises(ValueError, match=r"area|decimals"):
        area_token(shapely.to_wkb(shapely.set_srid(shape, 4326), hex=True, include_srid=True))
