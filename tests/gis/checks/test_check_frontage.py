from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shapely import LineString, Polygon, box

from gis.findings import Severity

if TYPE_CHECKING:
    from tests.gis.checks.conftest import Bench

CHECK = "parcel_without_frontage"
BETWEEN = LineString([(-900, 30), (900, 30), (900, 3_000)])


def test_a_parcel_at_a_street_is_no_finding(bench: Bench) -> None:
    assert bench.find(CHECK) == []


def test_a_parcel_whose_street_is_far(bench: Bench) -> None:
    bench.put("parcels", "P1", at=box(100, 121, 200, 221))
    finding = bench.the(CHECK)
    assert finding.severity == Severity.WARNING
    assert (finding.layer, finding.id) == ("parcels", "P1")
    assert finding.message == "Parcel P1 fronts no street: the nearest verge that it reaches is 120 m away."
    assert "until then it is led to that verge" in finding.repair
    assert finding.lon == pytest.approx(114.0016, abs=1e-3)


def test_a_parcel_without_any_street_near(bench: Bench) -> None:
    bench.put("parcels", "P1", at=box(100, 2_000, 200, 2_100))
    assert bench.the(CHECK).message == "Parcel P1 fronts no street: there is none within 1,000 m."


@pytest.mark.parametrize("layer", ["water", "railways"])
def test_a_parcel_behind_a_barrier(bench: Bench, layer: str) -> None:
    bench.rows[layer] = [{"id": "B1", "name": "B1", "at": BETWEEN}]
    bench.put("parcels", "P2", at=None)
    message = bench.the(CHECK).message
    assert message.startswith("Parcel P1 fronts no street: before every one within 1,000 m lies")


def test_an_expressway_is_no_frontage_and_a_bridge_no_barrier(bench: Bench) -> None:
    bench.put("parcels", "P2", at=None)
    bench.add("roads", "R1", id="X1", at=BETWEEN, **{"class": "expressway"})
    assert "before every one" in bench.the(CHECK).message
    bench.put("roads", "X1", bridge=True, layer=1)
    assert bench.find(CHECK) == []


def test_a_street_that_is_cut_off_is_no_frontage(bench: Bench) -> None:
    bench.put("parcels", "P1", at=box(100, 400, 160, 460))
    bench.put("parcels", "P2", at=None)
    bench.add("roads", "R1", id="R9", at=LineString([(90, 390), (190, 390)]), width_m=8.0)
    assert "reaches is 819 m away" in bench.the(CHECK).message
    bench.put("roads", "R9", at=LineString([(90, 390), (90, -20)]))
    assert bench.find(CHECK) == []


def test_a_parcel_inside_another(bench: Bench) -> None:
    bench.add("parcels", "P1", id="P3", at=box(120, 70, 150, 100))
    message = bench.the(CHECK).message
    assert message.startswith("Parcel P3 fronts no street")
    bench.put("parcels", "P3", at=box(120, 60, 150, 95))
    bench.put("parcels", "P1", at=box(100, 40, 200, 150))
    for road in bench.rows["roads"]:
        road["width_m"] = 80.0
    assert "it lies behind a parcel that overlaps it" in bench.the(CHECK).message


def test_a_grid_without_roads_or_parcels(bench: Bench) -> None:
    bench.put("parcels", "P1", at=Polygon())
    bench.put("parcels", "P2", at=None)
    assert bench.find(CHECK) == []
    bench.put("parcels", "P2", at=box(100, 2_000, 200, 2_100))
    bench.rows["roads"] = []
    assert bench.find(CHECK) == []
