"""The awkward parcels of the demo district, as the check of frontage tells of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gis.findings import Finding
from gis.network.check import CHECKS
from gis.network.checks.parameters import CheckParameters
from gis.network.checks.subject import Subject
from layers.cluster import Cluster
from layers.queries.grid import read_grid
from tests.conftest import Fresh
from tests.shared_demo import copied_demo


@pytest.fixture(scope="module")
def found(
    run_folder: Path, cluster: Cluster, fresh_database: Fresh, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Finding]:
    with copied_demo(run_folder, cluster, fresh_database, tmp_path_factory.mktemp("frontage")) as engine:
        grid = read_grid(engine)
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
