"""Each class and each failed test, worked out by hand on one straight street."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from gis.siting.assess import Assessment, assess
from gis.siting.question import Question
from gis.siting.seekers import Drawing
from gis.siting.sites import Load, drawn_site
from tests.gis.siting.towns import (
    OLD,
    ON,
    Bench,
    Row,
    Town,
    along_one_street,
    box,
    ids,
    line,
    plot,
    reading,
    refused,
    street,
    unit,
)

KVA = 1_000.0


@pytest.fixture(scope="module")
def bench() -> Bench:
    """Parcels along a street, named after the metres to the only access point; it has 2000 kVA open."""
    town = along_one_street(
        roads={
            "high": street((-100, 0), (3_000, 0), city=True),
            "wide": street((-100, 300), (3_000, 300), width_m=31.0, city=True),
            "link": street((-100, 0), (-100, 300), city=True),
            "island": street((-500, -2_000), (900, -2_000)),
        },
        parcels={
            **{f"P{at}": plot(at, at + 0.9) for at in (100, 200, 201, 600, 601, 2_000, 2_001)},
            "north": {"geometry": box(100, 5, 140, 45)},
            "vip": plot(50, 60, important=True),
            "island": {"geometry": box(0, -1_995, 30, -1_960)},
            "far": {"geometry": box(50, 4_000, 90, 4_040)},
            "nowhere": {},
        },
        feeders={"F": line("T1"), "W": line("T1")},
        access_points={"A": unit(0, feeder="F")},
        capacity={"F": reading(2_000.0)},
    )
    return Bench(town)


def verdict(made: Assessment) -> tuple[str, str | None]:
    return made.name, made.failed_test


@pytest.mark.parametrize(
    ("parcel", "length_m", "name", "failed_test"),
    [
        ("P100", 100.0, "plug_and_play", None),
        ("P200", 200.0, "plug_and_play", None),
        ("P201", 201.0, "filing", "route.length_m at_most 200"),
        ("P600", 600.0, "filing", "route.length_m at_most 200"),
        ("P601", 601.0, "approval", "route.length_m at_most 600"),
        ("P2000", 2_000.0, "approval", "route.length_m at_most 600"),
        ("north", 110.0, "plug_and_play", None),
        ("vip", 50.0, "approval", "important is false"),
    ],
)
def test_an_option_by_its_length_and_procedure(
    bench: Bench, parcel: str, length_m: float, name: str, failed_test: str | None
) -> None:
    made = bench.assess(parcel, KVA)
    assert [each.choice.length_m for each in made.proposals] == [pytest.approx(length_m, abs=0.02)]
    assert verdict(made) == (name, failed_test)


def test_what_is_drawn_over_an_important_user_is_the_askers_own(bench: Bench) -> None:
    number = bench.sites.ids.tolist().index("vip")
    assert np.flatnonzero(bench.sites.withheld).tolist() == [number]
    shape, zone = bench.sites.geometry[number], bench.network.corridors.graph.streets.zone
    site = drawn_site(bench.grid, zone, shape, Load.of(kva=KVA, power_factor=1.0), None)
    assert site.important.tolist() == [None]
    seeker = Drawing.of(bench.network).site(shape, bench.searchers)
    made = assess(bench.desk, site, Question.of(ON), seeker)
    assert verdict(made) == ("plug_and_play", None)
    assert verdict(bench.assess("vip", KVA)) == ("approval", "important is false")


@pytest.mark.parametrize(
    ("parcel", "name", "reason"),
    [
        ("P2001", "unreachable", "too_far"),
        ("island", "unreachable", "no_route"),
        ("far", "unreachable", "no_entry"),
    ],
)
def test_without_a_route_the_class_and_the_rejected_say_why(
    bench: Bench, parcel: str, name: str, reason: str
) -> None:
    made = bench.assess(parcel, KVA)
    assert verdict(made) == (name, reason)
    assert refused(made, bench.desk) == {"F": reason}
    assert not made.proposals


def test_a_parcel_without_geometry_is_unknown_not_unreachable(bench: Bench) -> None:
    made = bench.assess("nowhere", KVA)
    assert verdict(made) == ("unknown", "geometry_missing")
    assert made.rejected == ()
    assert bench.sites.in_city_area.tolist()[bench.sites.ids.tolist().index("nowhere")] is None


def test_a_parcel_without_load_is_unknown(bench: Bench) -> None:
    made = bench.assess("P100")
    assert verdict(made) == ("unknown", "unknown_load")
    assert (made.proposals, made.rejected) == ((), ())


def test_a_load_up_to_what_is_open_and_just_above(bench: Bench) -> None:
    assert bench.assess("P100", 2_000.0).name == "plug_and_play"
    made = bench.assess("P100", 2_000.01)
    assert verdict(made) == ("restricted", "insufficient_capacity")
    assert refused(made, bench.desk) == {"F": "insufficient_capacity"}


def test_before_a_policy_is_in_force_nothing_is_promised(bench: Bench) -> None:
    before = bench.assess("P100", KVA, on=date(2023, 5, 9))
    assert verdict(before) == ("unknown", "policy_not_in_force")
    assert ids(before, bench.desk) == ["F"]
    assert "plug_and_play_m_assumed" not in before.warnings
    assert bench.assess("P100", KVA, on=date(2023, 5, 10)).name == "plug_and_play"


def test_a_silent_document_means_an_approval_however_short_the_route(bench: Bench) -> None:
    made = bench.assess("P100", 100.0, jurisdiction="wanzhou")
    assert verdict(made) == ("approval", "policy_silent")
    assert "approval_silent" in made.warnings
    assert "plug_and_play_m_assumed" not in made.warnings


def test_no_policy_is_unknown_with_the_options_shown(bench: Bench) -> None:
    made = bench.assess("island", KVA)
    assert "jurisdiction_missing" in made.warnings
    town = along_one_street(
        parcels={"P": plot(100, 140)},
        feeders={"F": line("T1")},
        access_points={"A": unit(0, feeder="F")},
        capacity={"F": reading(2_000.0)},
        jurisdictions={"elsewhere": {"geometry": box(-300, -600, 3_300, 600)}},
    )
    other = Bench(town)
    made = other.assess("P", KVA)
    assert verdict(made) == ("unknown", "jurisdiction_missing")
    assert ids(made, other.desk) == ["F"]
    assert {"jurisdiction_unknown", "lv_limit_assumed"} <= set(made.warnings)
    assert other.assess("P", KVA, jurisdiction="liangzihu").name == "plug_and_play"


@pytest.mark.parametrize(("width_m", "name"), [(30.0, "plug_and_play"), (30.2, "approval")])
def test_a_city_road_to_cross_at_the_limit_and_above(width_m: float, name: str) -> None:
    town = along_one_street(
        roads={"high": street((-100, 0), (3_000, 0), width_m=width_m, city=True)},
        parcels={"P": {"geometry": box(100, width_m / 2, 140, 60)}},
        feeders={"F": line("T1")},
        access_points={"A": unit(0, feeder="F", geometry=shapely.Point(0, -width_m / 2))},
        capacity={"F": reading(2_000.0)},
    )
    made = Bench(town).assess("P", KVA)
    expected = None if name == "plug_and_play" else "route.city_road_crossing_m at_most 30"
    assert verdict(made) == (name, expected)


def _with(feeders: dict[str, Row], **more: dict[str, Row]) -> Bench:
    return Bench(along_one_street(parcels={"P": plot(100, 140)}, feeders=feeders, **more))


@pytest.mark.parametrize(
    ("feeder", "bays", "figures", "name", "reason"),
    [
        ({}, 1, {}, "unknown", "unknown_capacity"),
        ({}, 1, {"F": reading(2_000.0, data_date=OLD)}, "unknown", "stale"),
        ({"dedicated": True}, 1, {"F": reading(9_000.0)}, "restricted", "withheld"),
        ({}, 0, {"F": reading(9_000.0)}, "restricted", "no_spare_bay"),
        ({}, 1, {"F": reading(900.0)}, "restricted", "insufficient_capacity"),
    ],
)
def test_each_reason_of_the_only_feeder(
    feeder: Row, bays: float, figures: dict[str, Row], name: str, reason: str
) -> None:
    bench = _with(
        {"F": line("T1", **feeder)},
        access_points={"A": unit(0, feeder="F", bays=bays)},
        capacity=figures,
    )
    made = bench.assess("P", KVA)
    assert verdict(made) == (name, reason)
    assert refused(made, bench.desk) == {"F": reason}


def test_what_is_known_to_be_full_outweighs_what_is_not_known() -> None:
    bench = _with(
        {"F": line("T1"), "G": line("T1")},
        access_points={"A": unit(50, feeder="F"), "B": unit(0, feeder="G")},
        capacity={"G": reading(10.0)},
    )
    made = bench.assess("P", KVA)
    assert verdict(made) == ("restricted", "insufficient_capacity")
    assert refused(made, bench.desk) == {"F": "unknown_capacity", "G": "insufficient_capacity"}


def test_a_grid_without_feeders_has_nothing_to_be_tapped() -> None:
    bench = Bench(along_one_street(parcels={"P": plot(100, 140)}))
    made = bench.assess("P", KVA)
    assert verdict(made) == ("unknown", "access_point_missing")
    assert made.rejected == ()


def test_a_drawn_cable_without_taps_is_refused_by_name() -> None:
    drawn = shapely.LineString([(0, -5), (50, -5)])
    other = _with(
        {"F": line("T1"), "X": line("T1", geometry=drawn)},
        access_points={"A": unit(0, feeder="F"), "B": unit(9, feeder="X", geometry=None)},
        capacity={"F": reading(10.0), "X": reading(5_000.0)},
    )
    made = other.assess("P", KVA)
    assert refused(made, other.desk) == {"F": "insufficient_capacity", "X": "access_point_missing"}


def test_kw_and_power_factor_decide_the_level_and_kva_the_capacity(bench: Bench) -> None:
    # 1900 kW at 0.95 are 2000 kVA: just what is open; at 0.94 they are more.
    assert bench.assess("P100", Load.of(kw=1_900.0, power_factor=0.95)).name == "plug_and_play"
    assert bench.assess("P100", Load.of(kw=1_900.0, power_factor=0.94)).name == "restricted"
    # Liangzihu's low-voltage limit is 220 kW, not kVA.
    low = bench.assess("P100", Load.of(kva=230.0, power_factor=0.95))
    high = bench.assess("P100", Load.of(kva=230.0, power_factor=0.96))
    assert (low.plan.level[0], high.plan.level[0]) == (0, 1)
    assert "transformers_missing" in low.warnings
    assert "transformers_missing" not in high.warnings


def test_a_town_without_parcels_has_no_sites() -> None:
    bench = Bench(Town(roads={"high": street((-100, 0), (3_000, 0))}))
    assert len(bench.sites) == 0
    assert bench.screen(KVA).rows.empty
