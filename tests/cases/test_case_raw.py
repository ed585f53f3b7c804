"""Files just as they were published: hostile extents, damaged bytes, two decimal signs in one row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gis.errors import InputError, SourceError

RAW = Path(__file__).parents[2].parent / "shared" / "data" / "raw"
NEW_YORK = RAW / "nationalgrid_ny_feeders"
HELGOLAND = RAW / "helgoland_osm_2024"

pytestmark = pytest.mark.skipif(not RAW.is_dir(), reason="the raw files are not beside the checkout")


def test_an_extent_that_ferries_stretch_is_told(bring: Any, rows: Any) -> None:
    result = bring("osm", HELGOLAND / "helgoland.pbf")
    [hostile] = [each for each in result.findings if each.check == "osm_extent_hostile"]
    assert "-4.04 to 15.04" in hostile.message
    assert "7.87 to 7.92" in hostile.message
    [(west, east)] = rows("select min(st_xmin(geom)), max(st_xmax(geom)) from grid.roads")
    assert 7.8 < west < east < 8.0


def test_a_damaged_extract_is_refused_and_leaves_nothing(bring: Any, rows: Any) -> None:
    before = rows("select count(*) from grid.import_batches")
    with pytest.raises(SourceError, match="damaged") as caught:
        bring("osm", HELGOLAND / "Corrupted_Osm.pbf")
    assert caught.value.repair
    assert rows("select count(*) from grid.import_batches") == before


def test_two_decimal_signs_in_one_row_are_told_apart(bring: Any, rows: Any, told: Any) -> None:
    result = bring("capacity", NEW_YORK / "OH.csv")
    assert (result.total.read, result.total.inserted) == (1_000, 1_000)
    [comma] = [each for each in result.findings if each.check == "decimal_comma"]
    assert "PEAK_AMPS_CURRENT_YEAR" in comma.message
    assert rows("select limit_a, peak_a from grid.capacity where asset_ref = '36_01_12261'") == [
        (266.0, 99.33)
    ]
    assert told(bring("capacity", NEW_YORK / "UG.csv"))["decimal_comma"] == 1
    assert rows("select count(*), sum((peak_a > limit_a)::int) from grid.capacity") == [(1_087, 11)]


def test_thousands_parted_by_narrow_blanks_are_places(bring: Any, rows: Any) -> None:
    result = bring("substations", NEW_YORK / "Substations.csv", crs="EPSG:3857")
    assert result.total.read == 518
    [(lon, lat)] = rows("select st_x(geom), st_y(geom) from grid.substations where name = 'CHITTENANGO'")
    assert (lon, lat) == (pytest.approx(-75.8706, abs=1e-4), pytest.approx(43.0401, abs=1e-4))


@pytest.mark.parametrize("name", ["111.csv", "111.txt"])
def test_an_open_capacity_list_as_it_was_published(bring: Any, rows: Any, told: Any, name: str) -> None:
    result = bring("capacity", RAW / "wuhan_feeder_open_capacity" / name)
    assert result.total.read == 3_242
    assert told(result)["energy_unit_assumed_power"] == 1
    assert rows("select min(published_kva) > 0 from grid.capacity where published_kva is not null") == [
        (True,)
    ]


@pytest.mark.parametrize(
    ("layer", "file"),
    [
        ("roads", "nationalgrid_ny_feeders/OH.csv"),
        ("jurisdictions", "china_admin_datav_gcj02/county_320509.json"),
        ("feeders", "helgoland_osm_2024/helgoland.pbf"),
        ("parcels", "helgoland_osm_2024/ATTRIBUTION.txt"),
        ("osm", "nationalgrid_ny_feeders/OH.csv"),
        ("claims", "npg_primaries_dfes2019/README.md"),
    ],
)
def test_a_file_of_another_kind_is_refused_in_words(bring: Any, layer: str, file: str) -> None:
    with pytest.raises(InputError) as caught:
        bring(layer, RAW / file, dry_run=True)
    assert caught.value.repair


def test_boundaries_of_datav_are_noticed_by_their_fields_alone(bring: Any) -> None:
    path = RAW / "china_admin_datav_gcj02" / "county_320509.json"
    result = bring("jurisdictions", path, stated={"id": "adcode"}, dry_run=True)
    [suspected] = [each for each in result.findings if each.check == "undeclared_datum"]
    assert "GCJ-02" in suspected.message
