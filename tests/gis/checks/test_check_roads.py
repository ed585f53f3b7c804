from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shapely import LineString

if TYPE_CHECKING:
    from tests.gis.checks.conftest import Bench


def test_a_road_without_a_class_is_one_finding(bench: Bench) -> None:
    bench.put("roads", "R1", **{"class": None})
    assert bench.the("road_class_unknown").id == "R1"
    assert [each.check for each in bench.check()] == ["road_class_unknown"]


@pytest.mark.parametrize("reverse", [False, True])
def test_roads_that_coincide(bench: Bench, reverse: bool) -> None:
    line = bench.row("roads", "R1")["at"]
    bench.add("roads", "R1", id="R9", at=line.reverse() if reverse else line)
    finding = bench.the("roads_coincide")
    assert finding.message.startswith("Road R9")
    assert "lies exactly on road R1" in finding.message


def test_roads_on_two_levels_do_not_coincide(bench: Bench) -> None:
    bench.add("roads", "R1", id="R9", layer=1, bridge=True)
    assert bench.find("roads_coincide") == []


def test_roads_of_one_extent_do_not_coincide(bench: Bench) -> None:
    bench.put("roads", "R2", at=LineString([(0, 0), (50, 60), (100, 100)]))
    bench.put("roads", "R3", at=LineString([(0, 0), (60, 50), (100, 100)]))
    assert bench.find("roads_coincide") == []


@pytest.mark.parametrize(("metres", "fires"), [(1.9, True), (2.0, False), (120.0, False), (350.0, True)])
def test_a_width_that_no_road_has(bench: Bench, metres: float, fires: bool) -> None:
    bench.put("roads", "R1", width_m=metres)
    assert bool(bench.find("road_width_implausible")) is fires


def test_a_road_that_is_bridge_and_tunnel(bench: Bench) -> None:
    bench.put("roads", "R1", bridge=True, tunnel=False)
    assert bench.find("road_level_conflict") == []
    bench.put("roads", "R1", tunnel=True)
    assert bench.the("road_level_conflict").id == "R1"


def test_nodes_that_coincide(bench: Bench) -> None:
    bench.put("roads", "R1", node_ids=[1, 2, 3])
    bench.put("roads", "R2", node_ids=[3, 4])
    bench.put("roads", "R3", node_ids=[3, 5])
    assert bench.find("road_nodes_coincide") == []
    bench.put("roads", "R3", node_ids=[33, 5])
    finding = bench.the("road_nodes_coincide")
    assert finding.message == "Nodes 3, 33 of roads R1, R2, R3 lie on one point but are not joined."
    assert finding.lon == pytest.approx(114.0104, abs=1e-3)


def test_nodes_that_are_not_one_for_each_vertex_are_left_alone(bench: Bench) -> None:
    bench.put("roads", "R1", node_ids=[1, 9])
    bench.put("roads", "R2", node_ids=[3, 4])
    assert bench.find("road_nodes_coincide") == []


def _bridge(bench: Bench) -> None:
    """Let a road cross R1 without a common vertex."""
    bench.add("roads", "R3", id="R4", at=LineString([(450, -20), (450, 300)]))
    bench.add("roads", "R3", id="R5", at=LineString([(450, 300), (700, 300), (700, -20), (700, -300)]))


def test_noded_roads_with_a_bridge_suggest_shared_noding(bench: Bench) -> None:
    _bridge(bench)
    bench.put("roads", "R5", at=LineString([(450, 300), (700, 300), (700, -300)]))
    finding = bench.the("roads_shared_noding_suggested")
    assert "100.0% of the road ends" in finding.message
    assert "1 pairs of roads cross without sharing one" in finding.message
    assert "--noding shared" in finding.repair


def test_a_crossing_at_a_vertex_of_one_road_alone_is_bare(bench: Bench) -> None:
    _bridge(bench)
    assert bench.the("roads_shared_noding_suggested").layer == "roads"


def test_a_crossing_at_a_vertex_of_both_is_a_junction(bench: Bench) -> None:
    bench.add("roads", "R3", id="R4", at=LineString([(450, 300), (450, -20), (450, -300)]))
    assert bench.find("roads_shared_noding_suggested") == []


def test_roads_that_are_not_noded_suggest_nothing(bench: Bench) -> None:
    bench.add("roads", "R3", id="R4", at=LineString([(300, -20), (300, 300)]))
    bench.add("roads", "R3", id="R5", at=LineString([(600, -20), (600, 300)]))
    bench.add("roads", "R3", id="R6", at=LineString([(700, 300), (700, -300)]))
    assert bench.find("roads_shared_noding_suggested") == []
    assert bench.find("roads_shared_noding_suggested", noding_share=0.5)


@pytest.mark.parametrize("settled", [{"layer": 1}, {"bridge": True}, {"node_ids": [8, 9, 10]}])
def test_a_crossing_whose_level_is_known_suggests_nothing(bench: Bench, settled: dict[str, object]) -> None:
    _bridge(bench)
    bench.put("roads", "R5", **settled)
    assert bench.find("roads_shared_noding_suggested") == []


def test_roads_imported_as_noded_suggest_nothing(bench: Bench) -> None:
    _bridge(bench)
    for road in bench.rows["roads"]:
        road["noding"] = "shared"
    assert bench.find("roads_shared_noding_suggested") == []


def test_a_sample_says_so(bench: Bench) -> None:
    _bridge(bench)
    finding = bench.the("roads_shared_noding_suggested", noding_sample=4)
    assert "a sample of 4 roads" in finding.message


def test_roads_that_are_cut_off(bench: Bench) -> None:
    bench.add("roads", "R1", id="R8", at=LineString([(0, 700), (400, 700)]))
    bench.add("roads", "R1", id="R9", at=LineString([(400, 700), (400, 800)]))
    bench.add("roads", "R1", id="R7", at=LineString([(1500, 700), (1700, 700)]))
    finding = bench.the("roads_disconnected")
    assert "3 of 6 roads (0.7 km) are cut off" in finding.message
    assert "in 2 pieces" in finding.message
    assert finding.lat == pytest.approx(30.4977, abs=1e-2)
    assert bench.find("roads_disconnected", small_component_roads=1) == []


def test_roads_that_meet_between_vertices_are_joined(bench: Bench) -> None:
    bench.add("roads", "R1", id="R8", at=LineString([(200, -20), (200, 300)]))
    assert bench.find("roads_disconnected") == []


@pytest.mark.parametrize("apart", [{"layer": 1}, {"noding": "shared"}])
def test_a_bridge_does_not_join(bench: Bench, apart: dict[str, object]) -> None:
    bench.add("roads", "R1", id="R8", at=LineString([(200, -300), (200, 300)]))
    for road in bench.rows["roads"] if "noding" in apart else [bench.row("roads", "R8")]:
        road.update(apart)
    assert "1 of 4 roads" in bench.the("roads_disconnected").message
