"""Siting on real districts: one parcel and all agree, and nothing is offered that should not be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from api.operations.siting import Ground, ground, live_desk
from gis.metric_zone import project
from gis.siting.assess import Desk, assess
from gis.siting.classes import SiteClass
from gis.siting.question import Question
from gis.siting.screen import Screening, one_of, screen
from gis.siting.sites import Sites
from layers.cluster import Cluster
from tests.cases.routes_case import CASES, QUIET, filled
from tests.gis.siting.towns import ids

POLICY = "liangzihu"
SAMPLE = 300
LIMIT_M = 2_000.0
DAYS = {"wuhan": date(2025, 4, 30), "malta": date(2026, 11, 21)}
NEAR_M = 120.0
"""How far a red line and a tap may lie from the verges that the length is measured between, together."""


@dataclass(frozen=True, slots=True)
class District:
    """A district with its desk, its question and what a screening found."""

    ground: Ground
    desk: Desk
    sites: Sites
    question: Question
    screening: Screening


@pytest.fixture(scope="module", params=["wuhan", "malta"])
def district(request: pytest.FixtureRequest, run_folder: Path, cluster: Cluster, template: str) -> District:
    """Import a district with its readings, and screen it."""
    name = request.param
    if not (CASES / name).is_dir():
        pytest.skip(f"the {name} case is not beside the checkout")
    with filled(run_folder, cluster, name) as (engine, home):
        made = ground(engine, home, QUIET)
    desk = live_desk(made, DAYS[name])
    sites = made.parcels.under(POLICY)
    question = Question.of(DAYS[name])
    return District(made, desk, sites, question, screen(desk, sites, question, alone=made.seeker))


def test_the_classes_add_up_and_more_than_one_is_met(district: District) -> None:
    counts = district.screening.by_class()
    assert sum(counts.values()) == len(district.sites)
    assert sum(count > 0 for count in counts.values()) >= 4, counts
    assert counts["plug_and_play"] + counts["filing"] + counts["approval"] > 0
    assert set(counts) == {each.value for each in SiteClass}


def test_one_parcel_has_what_all_parcels_have(district: District) -> None:
    rows = district.screening.rows
    chance = np.random.default_rng(20261121)
    for number in chance.permutation(len(rows))[:SAMPLE].tolist():
        site = one_of(district.sites, number)
        alone, row = (
            assess(district.desk, site, district.question, district.ground.seeker(number)),
            rows.iloc[number],
        )
        told = (alone.name, alone.failed_test)
        assert told == (row["class"], row["failed_test"]), row["parcel_id"]
        options = json.loads(row["options"])
        assert ids(alone, district.desk) == [each["asset_id"] for each in options], row["parcel_id"]
        lengths = [each.choice.measures()["length_m"] for each in alone.proposals]
        assert lengths == [each["length_m"] for each in options], row["parcel_id"]


def _options(district: District) -> pd.DataFrame:
    rows = district.screening.rows
    return pd.DataFrame(
        [
            {"parcel": number, "load_kva": load, **option}
            for number, (load, told) in enumerate(zip(rows["load_kva"], rows["options"], strict=True))
            for option in json.loads(told)
        ]
    )


def test_every_option_is_open_near_and_known(district: District) -> None:
    options = _options(district)
    assert len(options) > 50
    assert (options["open_capacity_kva"] >= options["load_kva"] - 0.06).all()  # both rounded
    assert (options["length_m"] <= LIMIT_M).all()
    assert options["length_m"].min() >= 0.0
    for level, some in options.groupby("level"):
        served, offer = district.ground.network.levels[level], district.desk.offers[level]  # type: ignore[index]
        refused = set(served.ids[~offer.offered].tolist())
        assert not refused & set(some["asset_id"])
        assert set(offer.status[np.isin(served.ids, some["asset_id"].unique())]) <= {"open", "tight"}


def test_no_route_is_shorter_than_the_straight_line(district: District) -> None:
    options = _options(district)
    zone = district.ground.network.corridors.graph.streets.zone
    parcels = project(district.sites.geometry, zone)
    checked = 0
    for level, some in options.groupby("level"):
        served = district.ground.network.levels[level]  # type: ignore[index]
        at = {name: row for row, name in enumerate(served.ids.tolist())}
        points: Any = shapely.points(
            np.column_stack([served.taps.attachments.low_x, served.taps.attachments.low_y])
        )
        start = served.taps.attachments.start[served.taps.start]
        for row in some.to_dict("records"):
            owner, parcel = at[row["asset_id"]], parcels[row["parcel"]]
            own = points[start[owner] : start[owner + 1]]
            ends = served.shapes[owner] if served.shapes[owner] is not None else shapely.multipoints(own)
            nearest = min(
                float(shapely.distance(parcel, ends)),
                float(shapely.distance(parcel, shapely.multipoints(own))) if len(own) else np.inf,
            )
            assert row["length_m"] >= nearest - NEAR_M, row
            checked += 1
    assert checked == len(options)
