"""A country from OpenStreetMap with tables beside it: the figures of the case's README."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from api.operations.checks import check_grid
from layers.intake.request import ImportResult

CASE = Path(__file__).parents[2].parent / "shared" / "data" / "cases" / "malta"

pytestmark = pytest.mark.skipif(not CASE.is_dir(), reason="the Malta case is not beside the checkout")

Results = dict[str, ImportResult]


@pytest.fixture(scope="module", autouse=True)
def malta(bring: Any) -> Results:
    """Import the whole case."""
    table = CASE / "capacity.csv"
    return {
        "osm": bring("osm", CASE / "malta-latest.osm.pbf"),
        "feeders": bring("feeders", CASE / "feeders.geojson"),
        "parcels": bring("parcels", CASE / "parcels.geojson"),
        "access_points": bring(
            "access_points", table, where={"role": "secondary"}, stated={"kind": "=switching_station"}
        ),
        "capacity": bring("capacity", table),
    }


def test_the_extract_fills_its_layers(malta: Results) -> None:
    result = malta["osm"]
    assert {name: counts.written for name, counts in result.counts.items()} == {
        "roads": 18_186,
        "substations": 79,
        "feeders": 3,
        "parcels": 195,
        "green": 748,
        "water": 523,
        "railways": 14,
    }
    assert result.total.rejected == 0


def test_roads_keep_the_nodes_they_share(rows: Any) -> None:
    [(roads, with_nodes)] = rows("select count(*), count(node_ids) from grid.roads")
    assert roads == with_nodes
    assert rows("select count(*) from grid.roads where cardinality(node_ids) <> st_numpoints(geom)") == [(0,)]


def test_old_tags_and_odd_names_of_substations_are_kept(rows: Any) -> None:
    assert rows("select count(*) from grid.substations where name = 'Mc. Donalds'") == [(1,)]
    assert rows("select voltage_kv from grid.substations where name like 'Xewkija%'") == [(11.0,)]
    assert rows("select voltage_kv from grid.substations where name = 'maghtab'") == [(None,)]
    assert rows("select count(*) from grid.substations where not st_isvalid(geom)") == [(0,)]


def test_parcels_of_the_file_are_those_of_the_extract(malta: Results, rows: Any) -> None:
    parcels = malta["parcels"].total
    assert (parcels.read, parcels.inserted, parcels.written) == (195, 0, 195)
    assert dict(rows("select land_use, count(*) from grid.parcels group by 1")) == {
        "industrial": 181,
        "commercial": 7,
        "retail": 3,
        "construction": 3,
        "greenfield": 1,
    }
    [(hectares, named, small)] = rows(
        "select sum(st_area(geom::geography)) / 10000, count(name),"
        " sum((st_area(geom::geography) < 1000)::int) from grid.parcels"
    )
    assert hectares == pytest.approx(613, abs=1)
    assert (named, small) == (51, 8)


def test_every_feeder_knows_its_substation(malta: Results, rows: Any) -> None:
    assert malta["feeders"].total.inserted == 63
    [(number, kilometres)] = rows(
        "select count(*), sum(st_length(f.geom::geography)) / 1000 from grid.feeders f"
        " join grid.substations s on s.id = f.substation_id"
    )
    assert number == 63
    assert kilometres == pytest.approx(162, abs=1)


def test_every_row_of_the_table_joins_an_object_of_the_extract(malta: Results, rows: Any, told: Any) -> None:
    assert malta["capacity"].total.inserted == 77
    assert told(malta["capacity"])["reference_unknown"] == 0
    assert rows("select count(*) from grid.capacity c join grid.substations s on s.id = c.asset_id") == [
        (77,)
    ]
    assert rows("select count(limit_kva), sum((peak_kw > limit_kva)::int) from grid.capacity") == [(21, 0)]
    power_factors = [each for each in malta["capacity"].findings if each.check == "power_factor_assumed"]
    assert any("firm_mw" in each.message and "0.95" in each.message for each in power_factors)


def test_places_of_a_table_without_coordinates_are_those_of_its_substations(
    malta: Results, rows: Any
) -> None:
    assert (malta["access_points"].total.read, malta["access_points"].total.inserted) == (56, 56)
    assert rows(
        "select count(*), count(distinct p.feeder_id) from grid.access_points p"
        " join grid.substations s on s.id = p.id and st_intersects(p.geom, s.geom)"
        " join grid.feeders f on f.id = p.feeder_id where p.kind = 'switching_station'"
    ) == [(56, 21)]


def test_the_checks_find_the_defects_that_the_case_is_known_for(case_engine: Engine) -> None:
    found = Counter(each.check for each in check_grid(case_engine, date(2025, 6, 1)))
    assert found["parcels_overlap"] == 4
    assert found["parcel_nested"] == 3
    assert found["roads_disconnected"] == 1
    assert found["capacity_without_asset"] == 0
    assert found["access_point_far_from_feeder"] == 0
