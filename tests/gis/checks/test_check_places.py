from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from shapely import LineString, MultiLineString, Point, Polygon, box

from gis.findings import Severity

if TYPE_CHECKING:
    from tests.gis.checks.conftest import Bench


@pytest.mark.parametrize(("metres", "fires"), [(29.9, False), (30.2, True)])
def test_an_access_point_far_from_its_feeder(bench: Bench, metres: float, fires: bool) -> None:
    bench.put("access_points", "A1", at=Point(400, metres))
    assert bool(bench.find("access_point_far_from_feeder")) is fires


def test_the_distance_is_told(bench: Bench) -> None:
    bench.put("access_points", "A1", at=Point(400, 587))
    finding = bench.the("access_point_far_from_feeder")
    assert finding.severity is Severity.ERROR
    assert "lies 587 m from its feeder F1 (10kV东湖线) (at most 30 m)" in finding.message
    assert finding.lat == pytest.approx(30.4996, abs=1e-2)


def test_a_transformer_far_from_its_feeder(bench: Bench) -> None:
    bench.put("transformers", "D1", at=Point(600, 499))
    assert bench.find("transformer_far_from_feeder") == []
    bench.put("transformers", "D1", at=Point(600, -501))
    assert "lies 501 m" in bench.the("transformer_far_from_feeder").message


def test_a_thing_without_a_feeder_has_no_distance(bench: Bench) -> None:
    bench.unjoin("access_points", "A1", "feeder", None)
    bench.put("access_points", "A1", at=Point(9000, 0))
    assert bench.find("access_point_far_from_feeder") == []


def test_a_feeder_that_does_not_reach_its_substation(bench: Bench) -> None:
    bench.put("feeders", "F1", at=LineString([(219, 0), (800, 0)]))
    assert bench.find("feeder_disconnected_from_substation") == []
    bench.put("feeders", "F1", at=LineString([(320, 0), (800, 0)]))
    assert "no nearer than 300 m" in bench.the("feeder_disconnected_from_substation").message
    assert bench.find("feeder_disconnected_from_substation", substation_distance_m=1100.0) == []


def test_a_feeder_without_geometry(bench: Bench) -> None:
    bench.put("feeders", "F1", at=None)
    finding = bench.the("feeder_without_geometry")
    assert (finding.id, finding.lon, finding.severity) == ("F1", None, Severity.ERROR)
    assert bench.find("geometry_missing") == []


def test_a_cable_without_access_points(bench: Bench) -> None:
    bench.add("feeders", "F1", id="F3")
    bench.add("feeders", "F2", id="F4")
    assert bench.the("cable_without_access_point").id == "F3"
    bench.rows["access_points"] = []
    assert bench.find("cable_without_access_point") == []


@pytest.mark.parametrize(("kilovolts", "fires"), [(10, False), (35, True), (220, True), (500, False)])
def test_a_substation_without_feeders(bench: Bench, kilovolts: float, fires: bool) -> None:
    bench.add("substations", "S2", id="S3", name="南湖变电站", voltage_kv=kilovolts, at=Point(0, 900))
    assert [each.id for each in bench.find("substation_without_feeder")] == (["S3"] if fires else [])


def test_a_feeder_above_the_voltage_of_its_substation(bench: Bench) -> None:
    bench.put("substations", "S2", voltage_kv=10)
    assert bench.find("feeder_voltage_above_substation") == []
    bench.put("feeders", "F2", voltage_kv=20)
    finding = bench.the("feeder_voltage_above_substation")
    assert "has 20 kV, its substation S2 (西湖变电站) only 10 kV" in finding.message
    assert finding.severity is Severity.ERROR


def test_substations_of_one_name(bench: Bench) -> None:
    bench.add("substations", "S2", id="S3", name="西湖 变电站", at=Point(0, 900))
    assert "2 substations are called 西湖变电站: S2, S3." in bench.the("substation_name_repeated").message


@pytest.mark.parametrize(
    ("at", "words"), [(Point(2020, 0), "lies 20 m from"), (box(1990, -10, 2010, 10), "overlaps substation")]
)
def test_substations_that_may_be_one(bench: Bench, at: Point | Polygon, words: str) -> None:
    bench.add("substations", "S2", id="S3", name="南湖变电站", at=at)
    assert words in bench.the("substations_coincide").message
    bench.put("substations", "S3", at=Point(2031, 0))
    assert bench.find("substations_coincide") == []


def test_a_feeder_in_pieces(bench: Bench) -> None:
    parts = [[(20, 0), (500, 0)], [(500, 0), (500, 100)], [(600, 50), (900, 50)]]
    bench.put("feeders", "F1", at=MultiLineString(parts))
    finding = bench.the("feeder_in_pieces")
    assert "is in 2 pieces: 300 m of 880 m hang apart, the nearest 100 m away" in finding.message


def test_the_piece_at_the_substation_is_the_feeder(bench: Bench) -> None:
    parts = [[(20, 0), (120, 0)], [(300, 0), (900, 0)]]
    bench.put("feeders", "F1", at=MultiLineString(parts))
    assert "600 m of 700 m hang apart" in bench.the("feeder_in_pieces").message
    bench.unjoin("feeders", "F1", "substation", None)
    assert "100 m of 700 m hang apart" in bench.the("feeder_in_pieces").message


@pytest.mark.parametrize(
    "lateral",
    [
        [(500, 0), (500, 100)],  # at a vertex
        [(250, 0), (250, 100)],  # between two vertices
        [(250, 0.9), (250, 100)],  # across a gap of less than a metre
        [(250, -50), (250, 100)],  # crossing
    ],
)
def test_a_lateral_that_touches_is_no_piece(bench: Bench, lateral: list[tuple[float, float]]) -> None:
    bench.put("feeders", "F1", at=MultiLineString([[(20, 0), (500, 0)], lateral]))
    assert bench.find("feeder_in_pieces") == []


def test_parts_of_two_feeders_do_not_join(bench: Bench) -> None:
    bench.put("feeders", "F1", at=MultiLineString([[(20, 0), (500, 0)], [(700, 0), (900, 0)]]))
    bench.put("feeders", "F2", at=MultiLineString([[(2000, 0), (700, 0)], [(700, 0), (500, 0)]]))
    assert bench.the("feeder_in_pieces").id == "F1"


def test_geometry_that_is_missing(bench: Bench) -> None:
    bench.put("parcels", "P1", at=None)
    bench.put("roads", "R3", at=LineString())
    assert [(each.layer, each.id) for each in bench.find("geometry_missing")] == [
        ("roads", "R3"),
        ("parcels", "P1"),
    ]


def test_geometry_that_is_not_valid(bench: Bench) -> None:
    bench.put("parcels", "P1", at=Polygon([(100, 50), (200, 150), (200, 50), (100, 150)]))
    finding = bench.the("geometry_invalid")
    assert "Self-intersection" in finding.message
    assert finding.lon == pytest.approx(114.0016, abs=2e-3)


def test_coordinates_that_are_not_numbers_count_as_missing(bench: Bench) -> None:
    bench.put("access_points", "A1", at=Point(np.nan, np.nan))
    assert bench.the("geometry_missing").id == "A1"


def test_a_thing_far_from_the_rest(bench: Bench) -> None:
    bench.put("access_points", "A1", at=Point(30_000, 30_000))
    assert bench.find("far_from_the_rest") == []
    bench.put("access_points", "A1", at=Point(60_000, 0))
    assert "lies 58.9 km from the middle" in bench.the("far_from_the_rest").message


def test_a_layer_far_from_the_rest_is_one_finding(bench: Bench) -> None:
    for parcel in ("P1", "P2"):
        bench.put("parcels", parcel, at=box(0, 120_000, 100, 120_100))
    finding = bench.the("far_from_the_rest")
    assert (finding.layer, finding.id) == ("parcels", None)
    assert "2 of 2 rows" in finding.message


def test_a_province_is_not_far_from_itself(bench: Bench) -> None:
    for number in range(5):
        bench.add("roads", "R1", id=f"R1-{number}", at=LineString([(0, 0), (60_000 * number, 0)]))
        bench.add("roads", "R1", id=f"R2-{number}", at=LineString([(0, 0), (0, 60_000 * number)]))
    assert bench.find("far_from_the_rest") == []


def test_lengths_far_from_the_meridian(bench: Bench) -> None:
    for road in ("R1", "R2", "R3"):
        bench.put("roads", road, at=LineString([(0, 0), (100_000, 0)]))
    bench.add("roads", "R1", id="R4", at=LineString([(400_000, 0), (600_000, 0)]))
    finding = bench.the("planar_length_differs")
    assert (finding.layer, finding.id) == ("roads", None)
    assert "longer than on the ground" in finding.message
    assert "central meridian 114°" in finding.message
