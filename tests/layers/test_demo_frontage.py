"""The awkward parcels of the demo district, as the check of frontage tells of them."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pytest

from gis.findings import Finding
from gis.network.check import CHECKS
from gis.network.checks.parameters import CheckParameters
from gis.network.checks.subject import Subject
from gis.network.model import Grid
from layers.demo import frames, plan
from layers.demo.district import district


def _layer(frame: gpd.GeoDataFrame, **columns: str) -> gpd.GeoDataFrame:
    degrees = frame.to_crs(4326)
    return gpd.GeoDataFrame(
        {column: degrees[zh] for column, zh in columns.items()}, geometry=degrees.geometry, crs=4326
    )


@pytest.fixture(scope="module")
def found() -> dict[str, Finding]:
    place = district(lambda _: None)
    roads = _layer(
        frames.roads(place), id="道路编号", width_m="路宽", layer="层次", bridge="桥梁", tunnel="隧道"
    )
    roads["bridge"], roads["tunnel"] = roads["bridge"] == "是", roads["tunnel"] == "是"
    grades = {zh: grade for grade, zh in plan.GRADE_ZH.items()}
    roads["class"] = frames.roads(place)["道路等级"].map(grades).to_numpy()
    grid = Grid(
        {
            "roads": roads,
            "railways": _layer(frames.railways(place), id="铁路编号"),
            "water": _layer(frames.water(place), id="水系编号"),
            "parcels": _layer(frames.parcels(place), id="地块编号", name="地块名称"),
        }
    )
    findings = CHECKS["parcel_without_frontage"](Subject(grid, date(2026, 11, 21), CheckParameters()))
    return {str(finding.id): finding for finding in findings}


def test_a_parcel_within_a_works_is_shut_in(found: dict[str, Finding]) -> None:
    assert "before every one within 1,000 m" in found["LT-9001"].message


def test_a_parcel_within_another_lies_behind_it(found: dict[str, Finding]) -> None:
    assert "behind a parcel that overlaps it" in found["LT-9004"].message


def test_a_parcel_on_the_river_takes_a_street_on_its_own_bank(found: dict[str, Finding]) -> None:
    assert "the nearest verge that it reaches is" in found["LT-9007"].message


@pytest.mark.parametrize("number", ["9002", "9003", "9005", "9006", "9008", "9009", "9010"])
def test_the_other_awkward_parcels_front_a_street(found: dict[str, Finding], number: str) -> None:
    assert f"LT-{number}" not in found


def test_few_parcels_of_the_plan_front_no_street(found: dict[str, Finding]) -> None:
    assert 20 <= len(found) <= 50
