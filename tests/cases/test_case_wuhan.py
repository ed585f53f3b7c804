"""A city in Chinese formats: every figure of the case's README that an import can show."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from api.operations.checks import check_grid
from gis.errors import CrsError
from layers.intake.request import ImportResult

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
CASE = SHARED / "cases" / "wuhan"
BOUNDARIES = SHARED / "raw" / "china_admin_datav_gcj02" / "citys_420100.json"

pytestmark = pytest.mark.skipif(not CASE.is_dir(), reason="the Wuhan case is not beside the checkout")

Results = dict[str, ImportResult]


@pytest.fixture(scope="module", autouse=True)
def wuhan(bring: Any) -> Results:
    """Import the whole case, names before the things that are named."""
    return {
        "roads": bring("roads", CASE / "roads.gpkg"),
        "parcels": bring("parcels", CASE / "parcels.gpkg"),
        "green": bring("green", CASE / "green.geojson"),
        "capacity": bring("capacity", CASE / "capacity.xlsx"),
        "access_points": bring("access_points", CASE / "access_points.csv", crs="gcj02"),
        "transformers": bring("transformers", CASE / "transformers.csv", crs="EPSG:4326"),
        "feeders": bring("feeders", CASE / "feeders.shp"),
        "substations": bring("substations", CASE / "substations.geojson", stated={"name": "变电站"}),
    }


@pytest.fixture(scope="module")
def capacity_again(bring: Any, wuhan: Results) -> ImportResult:
    """Import the capacities once more, when all that they name is there."""
    del wuhan
    result: ImportResult = bring("capacity", CASE / "capacity.xlsx")
    return result


@pytest.mark.parametrize(
    ("layer", "rows_read", "crs", "encoding"),
    [
        ("roads", 29_580, "EPSG:4547", "UTF-8"),
        ("substations", 109, "EPSG:4326", "UTF-8"),
        ("feeders", 1_062, "EPSG:4547", "GBK"),
        ("access_points", 5_265, "gcj02", "GB18030"),
        ("transformers", 3_000, "EPSG:4326", "UTF-8"),
        ("parcels", 3_829, "EPSG:4547", "UTF-8"),
        ("green", 50, "EPSG:4326", "UTF-8"),
        ("capacity", 1_062, None, "UTF-8"),
    ],
)
def test_every_row_of_every_file_is_there(
    wuhan: Results, rows: Any, layer: str, rows_read: int, crs: str | None, encoding: str
) -> None:
    result = wuhan[layer]
    assert (result.total.read, result.total.written, result.total.rejected) == (rows_read, rows_read, 0)
    assert (result.crs, result.encoding) == (crs, encoding)
    assert rows(f"select count(*) from grid.{layer}") == [(rows_read,)]


def test_roads(rows: Any) -> None:
    assert dict(rows("select class, count(*) from grid.roads group by class")) == {
        "local": 17_585,
        "secondary": 4_900,
        "primary": 4_283,
        "expressway": 2_812,
    }
    [(kilometres, widths)] = rows(
        "select sum(st_length(geom::geography)) / 1000, count(width_m) / count(*)::float from grid.roads"
    )
    assert kilometres == pytest.approx(7_182, abs=1)
    assert widths == pytest.approx(0.40, abs=0.01)


def test_substations_have_the_highest_of_their_voltages(rows: Any) -> None:
    found = rows("select voltage_kv, count(*) from grid.substations group by 1 order by 1")
    assert found == [(110.0, 72), (220.0, 27), (500.0, 1), (None, 9)]
    assert rows("select count(name), count(distinct name) from grid.substations") == [(79, 79)]


def test_feeders_and_their_substations(rows: Any) -> None:
    assert dict(rows("select construction, count(*) from grid.feeders group by 1")) == {
        "cable": 646,
        "overhead": 416,
    }
    assert dict(rows("select voltage_kv, count(*) from grid.feeders group by 1")) == {10.0: 1_039, 20.0: 23}
    assert rows("select count(*) from grid.feeders where st_numgeometries(geom) > 1") == [(539,)]
    [(kilometres,)] = rows("select sum(st_length(geom::geography)) / 1000 from grid.feeders")
    assert kilometres == pytest.approx(4_196, abs=1)
    assert rows(
        "select count(*), count(distinct s.id) from grid.feeders f"
        " join grid.substations s on s.id = f.substation_id and s.name = f.substation_ref"
    ) == [(1_062, 79)]


def test_access_points_and_transformers_stand_at_their_feeders(rows: Any) -> None:
    kinds = dict(rows("select kind, count(*) from grid.access_points group by 1"))
    assert kinds == {"ring_main_unit": 4_096, "branch_box": 872, "switching_station": 297}
    assert rows("select count(*) from grid.access_points where spare_bays = 0") == [(2_103,)]
    near = (
        "select count(*), max(d) from (select st_distance(p.geom::geography, f.geom::geography) d"
        " from grid.{} p join grid.feeders f on f.id = p.feeder_id) t"
    )
    # Made 3-8 m and 8-40 m beside the line; both files round their degrees to 1e-6, which is up to 0.1 m.
    [(number, most)] = rows(near.format("access_points"))
    assert (number, most < 8.1) == (5_265, True)
    [(number, most)] = rows(near.format("transformers"))
    assert (number, most < 40.1) == (3_000, True)


def test_parcels(rows: Any) -> None:
    uses = (
        "R2 1686, M1 493, B1 384, A3 233, B2 183, G1 181, M2 147, W1 105, S4 97, R1 80, A1 74, U1 60, G2 57"
    )
    wanted = {use: int(number) for use, number in (each.split() for each in [*uses.split(", "), "A5 49"])}
    assert dict(rows("select land_use, count(*) from grid.parcels group by 1")) == wanted
    assert set(rows("select distinct land_use from grid.parcels where far is null")) == {("G1",), ("G2",)}
    assert rows("select count(load_kva), min(area_ha), max(area_ha) from grid.parcels") == [(376, 1.0, 49.92)]
    [(stated, measured)] = rows(
        "select sum(area_ha), sum(st_area(geom::geography)) / 10000 from grid.parcels"
    )
    assert stated == pytest.approx(37_164, abs=1)
    assert measured == pytest.approx(37_164, abs=2)


def test_every_capacity_joins_the_feeder_of_its_own_substation(
    capacity_again: ImportResult, rows: Any
) -> None:
    assert capacity_again.total.unchanged == 1_062
    assert rows(
        "select count(*), count(distinct f.id) from grid.capacity c join grid.feeders f on f.id = c.asset_id"
        " and f.substation_id = c.substation_id"
    ) == [(1_062, 1_062)]
    assert rows("select count(*) from grid.capacity where peak_a > limit_a") == [(11,)]
    assert rows("select count(*) from grid.capacity where pending_kva > 0") == [(308,)]
    assert rows("select count(*) from grid.capacity where pending_kva > published_kva") == [(21,)]
    assert dict(rows("select data_date, count(*) from grid.capacity group by 1")) == {
        date(2023, 12, 31): 44,
        date(2024, 9, 30): 178,
        date(2025, 2, 28): 66,
        date(2025, 3, 31): 774,
    }


def test_names_that_differ_are_told_one_by_one(capacity_again: ImportResult) -> None:
    page = (CASE / "README.md").read_text(encoding="utf-8")
    wanted = set(re.findall(r"^\| [^|]+ \| (10kV[^|]+) \| ([^|]+) \|$", page, re.MULTILINE))
    assert len(wanted) == 32
    messages = [each.message for each in capacity_again.findings if each.check == "name_spelling"]
    pairs = [re.findall("'([^']+)'", message) for message in messages]
    assert len(messages) == 32
    assert {(given, joined) for given, joined in pairs} == wanted


def test_an_irregular_name_and_an_impossible_unit_are_told(wuhan: Results) -> None:
    found = {each.check: each.message for each in wuhan["capacity"].findings}
    assert "10KV潭702疾控二回" in found["name_irregular"]
    assert "kWh" in found["energy_unit_assumed_power"]
    assert "kVA" in found["energy_unit_assumed_power"]


def test_names_of_what_is_not_there_yet_are_one_finding(wuhan: Results, told: Any) -> None:
    assert told(wuhan["capacity"])["referred_layer_empty"] >= 1
    assert told(wuhan["access_points"])["reference_unknown"] == 0


def test_places_in_no_stated_system_are_refused(bring: Any, tmp_path: Path) -> None:
    with pytest.raises(CrsError, match="does not say"):
        bring("transformers", CASE / "transformers.csv", dry_run=True)
    # The access points say GCJ02 in a column of their own; a table without it says nothing.
    own = CASE / "access_points.csv"
    assert bring("access_points", own, dry_run=True).crs == "gcj02"
    with own.open(encoding="gb18030", newline="") as stream:
        lines = list(csv.reader(stream))
    place = lines[0].index("坐标系")
    silent = tmp_path / "access_points.csv"
    with silent.open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows(line[:place] + line[place + 1 :] for line in lines)
    with pytest.raises(CrsError, match="does not say"):
        bring("access_points", silent, dry_run=True)


def test_gcj02_read_as_wgs84_is_noticed_beside_the_roads(bring: Any, wuhan: Results, told: Any) -> None:
    result = bring("access_points", CASE / "access_points.csv", crs="EPSG:4326", dry_run=True)
    [suspected] = [each for each in result.findings if each.check == "undeclared_datum"]
    assert "gcj02" in suspected.message
    assert told(result)["crs_overridden"] == 1
    for layer in ("access_points", "transformers", "parcels", "feeders", "substations", "green"):
        assert told(wuhan[layer])["undeclared_datum"] == 0, layer


def test_boundaries_of_datav_are_noticed_by_their_fields_and_beside_the_roads(bring: Any, told: Any) -> None:
    result = bring("city_area", BOUNDARIES, dry_run=True)
    messages = [each.message for each in result.findings if each.check == "undeclared_datum"]
    assert len(messages) == 2
    assert any("DataV" in message for message in messages)
    assert any("median" in message for message in messages)
    assert told(bring("city_area", BOUNDARIES, crs="gcj02", dry_run=True))["undeclared_datum"] == 0


def test_the_checks_find_the_defects_that_the_case_is_known_for(
    case_engine: Engine, capacity_again: ImportResult
) -> None:
    del capacity_again
    found = Counter(each.check for each in check_grid(case_engine, date(2025, 6, 1)))
    assert found["peak_above_rating"] == 11
    assert found["pending_above_published"] == 21
    assert found["reading_stale"] == 44
    assert found["roads_coincide"] == 25
    assert found["roads_disconnected"] == 0
    assert found["access_point_far_from_feeder"] == 0


def test_loads_of_the_transformers_are_capacities_as_well(bring: Any, rows: Any) -> None:
    result = bring("capacity", CASE / "transformers.csv")
    assert (result.total.read, result.total.inserted) == (3_000, 3_000)
    assert rows(
        "select count(*), sum((c.peak_kva > c.rated_kva)::int) from grid.capacity c"
        " join grid.transformers t on t.id = c.asset_id"
    ) == [(3_000, 33)]
