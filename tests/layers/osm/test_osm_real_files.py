"""Real extracts: Malta against its published figures, Helgoland with its hostile extent."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import osmium
import pytest
import shapely
from numpy.typing import NDArray

from gis.errors import SourceError
from layers.sources.osm import OsmSource, open_osm

if TYPE_CHECKING:
    from tests.layers.osm.conftest import Layers, OsmBench

SHARED = Path(__file__).parents[3].parent / "shared" / "data"
MALTA = SHARED / "cases" / "malta"
HELGOLAND = SHARED / "raw" / "helgoland_osm_2024"

needs_malta = pytest.mark.skipif(not MALTA.is_dir(), reason="the Malta extract is not beside the checkout")
needs_helgoland = pytest.mark.skipif(
    not HELGOLAND.is_dir(), reason="the Helgoland extract is not beside the checkout"
)


def _figures(lines: Iterable[NDArray[np.int64]]) -> tuple[int, int, int]:
    """Return nodes, edges (consecutive node pairs) and connected components."""
    parts = list(lines)
    ends = np.concatenate([part[:-1] for part in parts]), np.concatenate([part[1:] for part in parts])
    ids, dense = np.unique(np.concatenate(ends), return_inverse=True)
    start, end = np.split(dense, 2)
    label = np.arange(len(ids))
    while (label[start] != label[end]).any():
        least = np.minimum(label[start], label[end])
        np.minimum.at(label, label[start], least)
        np.minimum.at(label, label[end], least)
        while (label != label[label]).any():
            label = label[label]
    return len(ids), len(start), len(np.unique(label))


@pytest.fixture(scope="module")
def malta(osm: OsmBench) -> tuple[Layers, OsmSource]:
    source = open_osm(MALTA / "malta-latest.osm.pbf")
    return osm.read(source), source


def _malta_ways() -> dict[str, tuple[dict[str, str], NDArray[np.int64]]]:
    processor = osmium.FileProcessor(str(MALTA / "malta-latest.osm.pbf"), osmium.osm.WAY)
    processor.with_filter(osmium.filter.KeyFilter("highway"))
    return {
        f"way/{way.id}": (dict(way.tags), np.array([node.ref for node in way.nodes]))
        for way in processor
        if isinstance(way, osmium.osm.Way)
    }


@needs_malta
def test_malta_roads_are_the_published_figures_less_areas_plus_pedestrian_streets(
    malta: tuple[Layers, OsmSource],
) -> None:
    tables, _ = malta
    foot = {"footway", "cycleway", "path", "steps", "pedestrian", "platform", "raceway"}
    ways = _malta_ways()
    published = {thing for thing, (tags, _) in ways.items() if tags["highway"] not in foot}
    assert _figures(ways[thing][1] for thing in published) == (82_536, 91_963, 270)

    areas = {thing for thing, (tags, _) in ways.items() if tags.get("area") == "yes"}
    pedestrian = {thing for thing, (tags, _) in ways.items() if tags["highway"] == "pedestrian"}
    assert set(tables["roads"].index) == (published | pedestrian) - areas
    assert _figures(tables["roads"]["node_ids"]) == (80_943, 89_190, 286)
    for thing, nodes in tables["roads"]["node_ids"].items():
        assert np.array_equal(nodes, ways[str(thing)][1])


@needs_malta
def test_malta_substations_hold_every_one_of_the_capacity_table(malta: tuple[Layers, OsmSource]) -> None:
    tables, _ = malta
    with (MALTA / "capacity.csv").open(encoding="utf-8") as file:
        listed = {f"{row['osm_type']}/{row['osm_id']}": row for row in csv.DictReader(file)}
    rows = tables["substations"]
    assert (len(rows), len(listed)) == (79, 77)
    assert set(listed) < set(rows.index)
    others = rows.drop(index=list(listed))
    assert sorted(others["voltage_kv"]) == [132.0, 132.0]
    assert rows.loc[list(listed), "voltage_kv"].isna().sum() == sum(
        not row["voltage"] for row in listed.values()
    )
    assert "Mc. Donalds" in set(rows["name"])


@needs_malta
def test_malta_parcels_are_the_published_ones(osm: OsmBench, malta: tuple[Layers, OsmSource]) -> None:
    tables, _ = malta
    features = json.loads((MALTA / "parcels.geojson").read_text(encoding="utf-8"))["features"]
    expected = {f"{each['properties']['osm_type']}/{each['properties']['osm_id']}": each for each in features}
    rows = tables["parcels"]
    assert set(rows.index) == set(expected)
    assert rows["land_use"].value_counts().to_dict() == {
        "industrial": 181,
        "commercial": 7,
        "retail": 3,
        "construction": 3,
        "greenfield": 1,
    }
    for thing, feature in expected.items():
        ours = osm.row(tables, "parcels", thing)
        theirs = shapely.geometry.shape(feature["geometry"])
        assert ours["land_use"] == feature["properties"]["landuse"]
        assert ours["geometry"].symmetric_difference(theirs).area == 0, thing


@needs_malta
def test_malta_is_read_without_losing_anything(osm: OsmBench, malta: tuple[Layers, OsmSource]) -> None:
    tables, source = malta
    assert source.rejected == {}
    assert osm.checks(source) == {"osm_width_unreadable"}
    assert source.data_until == "2016-11-09T20:28:02Z"
    assert set(tables) == {"roads", "substations", "feeders", "parcels", "green", "water", "railways"}
    for rows in tables.values():
        assert rows.index.is_unique
        assert shapely.is_valid(rows["geometry"].to_numpy()).all()


@needs_malta
def test_a_truncated_extract_is_refused_before_the_first_row(tmp_path: Path) -> None:
    whole = (MALTA / "malta-latest.osm.pbf").read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(SourceError, match="damaged"):
        next(iter(open_osm(path, chunk_rows=1).chunks()))


@needs_helgoland
def test_helgoland_tells_its_hostile_extent_and_keeps_to_the_island(osm: OsmBench) -> None:
    source = open_osm(HELGOLAND / "helgoland.pbf")
    tables = osm.read(source)
    (finding,) = (each for each in source.findings if each.check == "osm_extent_hostile")
    assert "-4.04 to 15.04" in finding.message
    assert "47.27 to 61.03" in finding.message
    west, south, east, north = shapely.total_bounds(tables["roads"]["geometry"].to_numpy())
    assert 7.8 < west < east < 8.0
    assert 54.1 < south < north < 54.3
    assert finding.lon == pytest.approx((west + east) / 2)


@needs_helgoland
def test_the_corrupted_extract_is_refused(osm: OsmBench) -> None:
    assert "damaged" in osm.refusal(HELGOLAND / "Corrupted_Osm.pbf").detail
