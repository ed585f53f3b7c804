from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from gis.findings import Severity

if TYPE_CHECKING:
    from tests.gis.checks.conftest import Bench


def test_parcels_that_overlap(bench: Bench) -> None:
    bench.put("parcels", "P2", at=box(190, 50, 290, 150))
    finding = bench.the("parcels_overlap")
    assert finding.message == "Parcel P2 and parcel P1 share 1,000 m2, 10.0% of the smaller one."
    assert finding.lon == pytest.approx(114.00203, abs=2e-4)


@pytest.mark.parametrize("x", [200.0, 199.995, 199.92])
def test_parcels_that_touch_do_not_overlap(bench: Bench, x: float) -> None:
    bench.put("parcels", "P2", at=box(x, 50, 300, 150))
    assert bench.find("parcels_overlap") == []


def test_a_parcel_inside_another(bench: Bench) -> None:
    bench.add("parcels", "P1", id="P3", at=box(120, 70, 150, 100), area_ha=0.09)
    assert bench.the("parcel_nested").message == "Parcel P3 lies inside parcel P1 (900 m2)."
    assert bench.find("parcels_overlap") == []


def test_a_parcel_with_the_geometry_of_another(bench: Bench) -> None:
    turned = Polygon([(200, 150), (200, 50), (100, 50), (100, 150)])
    bench.add("parcels", "P1", id="P0", at=turned)
    assert bench.the("parcel_duplicate_geometry").message == "Parcel P1 has the same geometry as parcel P0."
    assert bench.find("parcel_nested") == []
    assert bench.find("parcels_overlap") == []


@pytest.mark.parametrize(
    "ring",
    [
        [(100, 50), (200, 150), (200, 50), (100, 150)],  # crosses itself
        [(100, 50), (200, 50), (200, 100), (300, 100), (200, 100), (100, 100)],  # has a spike
    ],
)
def test_an_invalid_parcel_may_overlap(bench: Bench, ring: list[tuple[float, float]]) -> None:
    bench.put("parcels", "P2", at=Polygon(ring))
    assert bench.the("geometry_invalid").id == "P2"
    assert "(5,000 m2)" in bench.the("parcel_nested").message
    assert bench.check()


def test_a_parcel_without_area_overlaps_nothing(bench: Bench) -> None:
    bench.put("parcels", "P2", at=Polygon([(100, 50), (150, 50), (120, 50)]))
    # Whether its ring is a line is a matter of rounding.
    found = {finding.check for finding in bench.check()} - {"geometry_invalid"}
    assert found == {"parcel_area_mismatch", "parcel_tiny"}


@pytest.mark.parametrize(("hectares", "fires"), [(1.049, False), (0.951, False), (1.06, True), (15.0, True)])
def test_a_stated_area_that_differs(bench: Bench, hectares: float, fires: bool) -> None:
    bench.put("parcels", "P1", area_ha=hectares)
    findings = bench.find("parcel_area_mismatch")
    assert bool(findings) is fires
    for finding in findings:
        assert f"states {hectares:.4g} ha, but its geometry measures 1 ha" in finding.message


def test_areas_are_measured_on_the_ground(bench: Bench) -> None:
    for road in bench.rows["roads"]:
        road["at"] = None
    far = box(180_000, 0, 181_000, 1000)  # 3,996 m from the meridian in 10,000: 0.08 % too large in the plane
    bench.put("parcels", "P1", at=far, area_ha=100.0)
    bench.put("parcels", "P2", at=box(-180_000, 0, -179_000, 1000), area_ha=100.0)
    assert "measures 99.92 ha" in bench.find("parcel_area_mismatch", area_difference_share=1e-4)[0].message


def test_a_sliver(bench: Bench) -> None:
    bench.put("parcels", "P1", at=box(100, 50, 103, 53))
    assert "measures 9 m2" in bench.the("parcel_tiny").message
    assert bench.find("parcel_tiny", tiny_parcel_m2=8.9) == []


def test_parts_of_a_parcel_far_apart(bench: Bench) -> None:
    near = MultiPolygon([box(0, 100, 50, 150), box(400, 100, 450, 150), box(800, 100, 850, 150)])
    bench.put("parcels", "P1", at=near)
    assert bench.find("parcel_parts_far_apart") == []
    bench.put("parcels", "P1", at=MultiPolygon([box(0, 100, 50, 150), box(650, 100, 700, 150)]))
    assert "has parts 600 m apart" in bench.the("parcel_parts_far_apart").message


@pytest.mark.parametrize(
    "code", ["R2", "R", "A33", "M1", "H11", "B1/R2", "R2+B1", "industrial", "Retail", None]
)
def test_land_use_that_is_known(bench: Bench, code: str | None) -> None:
    bench.put("parcels", "P1", land_use=code)
    assert bench.find("land_use_unknown") == []


@pytest.mark.parametrize("code", ["X1", "二类居住用地", "0701", "R2B", "r-2", "R12345"])
def test_land_use_that_is_not(bench: Bench, code: str) -> None:
    bench.put("parcels", "P1", land_use=code)
    if code == "R2B":  # two codes written together
        assert bench.find("land_use_unknown") == []
    else:
        assert f"'{code}'" in bench.the("land_use_unknown").message


def test_jurisdictions_that_overlap(bench: Bench) -> None:
    bench.put("jurisdictions", "liangzihu", at=box(-5000, -5000, 502, 5000))
    finding = bench.the("jurisdictions_overlap")
    assert finding.severity is Severity.ERROR
    assert "wujiang (东区) and liangzihu (西区) share 2 ha" in finding.message


def test_borders_drawn_at_two_scales_do_not_overlap(bench: Bench) -> None:
    bench.put("jurisdictions", "liangzihu", at=box(-5000, -5000, 500.9, 5000))
    assert bench.find("jurisdictions_overlap") == []


def test_a_jurisdiction_without_a_policy_file(bench: Bench) -> None:
    bench.rows["jurisdictions"][0]["id"] = "wujang"
    finding = bench.the("jurisdiction_unknown")
    assert (finding.severity, finding.id) == (Severity.WARNING, "wujang")
    assert "No policy file has the id of jurisdiction wujang" in finding.message
    assert finding.repair.startswith("Is wujiang meant?")
    assert "liangzihu" in finding.repair


def test_parcels_outside_all_jurisdictions(bench: Bench) -> None:
    bench.rows["jurisdictions"] = [bench.row("jurisdictions", "wujiang")]
    finding = bench.the("parcel_outside_jurisdictions")
    assert finding.message == "2 of 2 parcels lie in no jurisdiction: P1, P2."
    assert finding.lon is not None


@settings(deadline=None, max_examples=30)
@given(dx=st.floats(-150, 150), dy=st.floats(-150, 150))
def test_the_shared_area_of_two_squares(new_bench: Callable[[], Bench], dx: float, dy: float) -> None:
    bench = new_bench()
    bench.put("parcels", "P2", at=box(100 + dx, 50 + dy, 200 + dx, 150 + dy))
    shared = max(0.0, 100 - abs(dx)) * max(0.0, 100 - abs(dy))
    found = bench.find("parcels_overlap", nested_share=1.1, overlap_m2=1.0, overlap_share=0.0)
    if shared > 20:
        [finding] = found or bench.find("parcel_duplicate_geometry")
        if found:
            area = float(finding.message.split(" share ")[1].split(" m2")[0].replace(",", ""))
            assert area == pytest.approx(shared, rel=1e-3, abs=0.1)
    if shared < 0.9:
        assert found == []
