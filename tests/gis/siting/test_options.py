"""Which options a site gets, in which order, on which level, with which warnings: worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import shapely

from gis.policy.model import PROCEDURES
from gis.siting.assess import Assessment
from gis.siting.network import LEVELS
from gis.siting.sites import Load
from tests.gis.siting.towns import (
    OLD,
    Bench,
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


def lengths(made: Assessment) -> list[float]:
    return [round(each.choice.length_m, 1) for each in made.proposals]


@pytest.fixture(scope="module")
def bench() -> Bench:
    """P ends at 140; feeders to its east and west, each with a flaw of its own or none."""
    town = along_one_street(
        parcels={"P": plot(100, 140, load_kva=KVA)},
        feeders={
            "near": line("T1"),
            "unbayed": line("T1"),
            "full": line("T1"),
            "silent": line("T1"),
            "stale": line("T1"),
            "own": line("T1", dedicated=True),
            "free": line("T2"),
            "vague": line("T3"),
            "last": line("T4"),
        },
        access_points={
            "a1": unit(160, feeder="near"),
            "a2": unit(150, feeder="unbayed", bays=0),
            "a3": unit(170, feeder="full"),
            "a4": unit(180, feeder="silent"),
            "a5": unit(190, feeder="stale"),
            "a6": unit(200, feeder="own"),
            "a7": unit(240, feeder="free", kind="pole", bays=None),
            "a8": unit(340, feeder="vague", bays=None),
            "a9": unit(1_440, feeder="last"),
        },
        capacity={
            "near": reading(1_000.0),
            "unbayed": reading(9_000.0),
            "full": reading(999.9),
            "stale": reading(9_000.0, data_date=OLD),
            "own": reading(9_000.0),
            "free": reading(3_000.0),
            "vague": reading(4_000.0),
            "last": reading(5_000.0),
        },
    )
    return Bench(town)


def test_the_able_ones_by_length_and_why_the_others_are_not(bench: Bench) -> None:
    made = bench.assess("P", KVA)
    assert ids(made, bench.desk) == ["near", "free", "vague"]
    assert lengths(made) == [20.0, 100.0, 200.0]
    assert refused(made, bench.desk) == {
        "unbayed": "no_spare_bay",
        "full": "insufficient_capacity",
        "silent": "unknown_capacity",
        "stale": "stale",
        "own": "withheld",
    }
    assert [round(each.away_m) for each in made.rejected] == [10, 30, 40, 50, 60]


def test_k_options_and_what_stands_behind_them_is_not_rejected(bench: Bench) -> None:
    for k, expected in ((1, ["near"]), (2, ["near", "free"]), (20, ["near", "free", "vague", "last"])):
        made = bench.assess("P", KVA, k=k)
        assert ids(made, bench.desk) == expected
        assert set(refused(made, bench.desk)) == {"unbayed", "full", "silent", "stale", "own"}


def test_a_shorter_limit_leaves_out_what_is_beyond_it(bench: Bench) -> None:
    made = bench.assess("P", KVA, k=20, limit_m=100.0)
    assert ids(made, bench.desk) == ["near", "free"]
    assert "vague" not in refused(made, bench.desk)  # enough else is near


def test_unknown_bays_are_offered_with_a_warning_but_for_poles(bench: Bench) -> None:
    made = bench.assess("P", KVA)
    assert [each.warnings for each in made.proposals] == [(), (), ("spare_bays_unknown",)]


def test_a_load_of_its_own_is_stated_and_not_assumed(bench: Bench) -> None:
    made = bench.assess("P")
    assert made.sites.load_source[0] == "stated"
    assert "load_assumed" not in made.warnings


def test_several_routes_to_one_feeder_hide_no_other_as_lacking_bays() -> None:
    """Two routes to one feeder fill both options: the second feeder is merely behind them."""
    town = along_one_street(
        roads={
            "main": street((0, 0), (400, 0), width_m=20.0, city=True, **{"class": "primary"}),
            "up": street((0, 0), (0, 120), city=True),
            "by": street((0, 120), (400, 120), city=True),
            "down": street((400, 0), (400, 120), city=True),
            "out": street((400, 0), (900, 0), city=True),
        },
        parcels={"P": {"geometry": box(60, 10, 100, 50)}},
        feeders={"F": line("T1"), "G": line("T3")},
        access_points={
            "A": unit(350, feeder="F", geometry=shapely.Point(350, 10)),
            "B": unit(850, feeder="G", geometry=shapely.Point(850, 5)),
        },
        capacity={"F": reading(5_000.0), "G": reading(5_000.0)},
    )
    bench = Bench(town)
    every = bench.assess("P", KVA, jurisdiction="wujiang", k=20)
    assert set(ids(every, bench.desk)) == {"F", "G"}
    for k in range(1, len(every.proposals)):
        made = bench.assess("P", KVA, jurisdiction="wujiang", k=k)
        assert refused(made, bench.desk) == {}


def test_a_longer_route_under_a_lighter_procedure_comes_first() -> None:
    """Wujiang files what keeps off main roads: 300 m along a local street beat 100 m along the main road."""
    town = along_one_street(
        roads={
            "main": street((0, 0), (1_000, 0), width_m=10.0, city=True, **{"class": "primary"}),
            "lane": street((500, 0), (500, -600), city=True),
        },
        parcels={"P": {"geometry": box(440, -60, 495, -5)}},
        feeders={"main": line("T1"), "lane": line("T3")},
        access_points={
            "A": unit(340, feeder="main"),
            "B": unit(0, feeder="lane", geometry=shapely.Point(495, -360)),
        },
        capacity={"main": reading(5_000.0), "lane": reading(5_000.0)},
    )
    bench = Bench(town)
    made = bench.assess("P", KVA, jurisdiction="wujiang")
    assert ids(made, bench.desk)[:2] == ["lane", "main"]
    assert lengths(made)[:2] == [300.0, 100.0]
    assert [PROCEDURES[each.choice.procedure] for each in made.proposals][:2] == [
        "authorised_filing",
        "parallel_approval",
    ]
    assert (made.name, made.failed_test) == ("filing", "route.length_m at_most 200")
    alone = bench.assess("P", KVA, jurisdiction="wujiang", limit_m=200.0)
    assert (alone.name, alone.failed_test) == ("approval", "route.along_main_road_m at_most 0")


@pytest.fixture(scope="module")
def three_levels() -> Bench:
    town = along_one_street(
        parcels={"P": plot(100, 140)},
        feeders={"F": line("T1")},
        access_points={"A": unit(160, feeder="F")},
        transformers={
            "D": {"feeder_id": "F", "rated_kva": 400.0, "geometry": shapely.Point(170, -5)},
            "E": {"feeder_id": "gone", "rated_kva": 400.0, "geometry": shapely.Point(60, -5)},
        },
        capacity={
            "F": reading(6_000.0),
            "D": {"peak_kva": 100.0, "data_date": OLD.replace(year=2026)},
            "E": {"peak_kva": 70.0, "data_date": OLD.replace(year=2026)},
        },
    )
    return Bench(town)


@pytest.mark.parametrize(
    ("kva", "level", "assets"),
    [
        (200.0, "transformer", ["D", "E"]),  # 0.8 x 400 less 100, and less 70; 30 m and 40 m away
        (200.1, "feeder", ["F"]),  # above Wujiang's 200 kW
        (4_000.0, "feeder", ["F"]),
        (4_000.1, "substation", ["S1", "S2"]),  # a dedicated line above 4000 kVA
    ],
)
def test_the_level_follows_the_limits_of_the_policy(
    three_levels: Bench, kva: float, level: str, assets: list[str]
) -> None:
    made = three_levels.assess("P", kva, jurisdiction="wujiang")
    assert LEVELS[int(made.plan.level[0])] == level
    assert sorted(ids(made, three_levels.desk)) == assets
    assert {each.choice.level for each in made.proposals} == {level}


def test_a_small_load_is_not_offered_a_feeder_where_transformers_are_full(three_levels: Bench) -> None:
    made = three_levels.assess("P", Load.of(kva=300.0, power_factor=0.5), jurisdiction="wujiang")
    assert (made.name, made.failed_test) == ("restricted", "insufficient_capacity")
    assert refused(made, three_levels.desk) == {
        "D": "insufficient_capacity",
        "E": "insufficient_capacity",
    }


def test_a_station_of_unknown_bays_warns_and_one_without_any_is_refused(three_levels: Bench) -> None:
    made = three_levels.assess("P", 5_000.0, jurisdiction="wujiang", k=5)
    by_id = dict(zip(ids(made, three_levels.desk), made.proposals, strict=True))
    assert "spare_bays_unknown" not in by_id["S1"].warnings
    assert "spare_bays_unknown" in by_id["S2"].warnings
    assert "area" not in by_id["S1"].assumed
    assert "area" in by_id["S2"].assumed


def _told(**change: Any) -> Bench:
    given: dict[str, Any] = {
        "parcels": {"P": plot(100, 140)},
        "feeders": {"F": line("T1")},
        "access_points": {"A": unit(160, feeder="F")},
        "capacity": {"F": reading(5_000.0)},
    }
    return Bench(along_one_street(**{**given, **change}))


def test_a_cable_without_access_points_is_tapped_at_its_end_with_a_warning() -> None:
    drawn = shapely.LineString([(200, -5), (400, -5)])
    bench = _told(feeders={"F": line("T1", geometry=drawn)}, access_points={})
    made = bench.assess("P", KVA)
    assert lengths(made) == [60.0]
    assert made.proposals[0].warnings == ("access_point_assumed",)


def test_an_overhead_line_is_tapped_anywhere_along_it() -> None:
    drawn = shapely.LineString([(110, -5), (400, -5)])
    bench = _told(
        feeders={"F": line("T1", geometry=drawn, construction="overhead")},
        access_points={},
    )
    made = bench.assess("P", KVA)
    assert (lengths(made), made.proposals[0].warnings) == ([0.0], ())


def test_an_access_point_of_unknown_kind_and_bays_warns() -> None:
    bench = _told(access_points={"A": unit(160, feeder="F", bays=None, kind=None)})
    assert bench.assess("P", KVA).proposals[0].warnings == ("spare_bays_unknown",)


def test_a_street_of_unknown_width_and_a_unit_on_its_centreline_are_said() -> None:
    bench = _told(
        roads={"high": street((-100, 0), (3_000, 0), width_m=None, city=True)},
        parcels={"P": {"geometry": box(100, -80, 140, -30)}},
        access_points={"A": unit(160, feeder="F", geometry=shapely.Point(160, 0))},
    )
    told = bench.assess("P", KVA).proposals[0].warnings
    assert {"width_assumed", "side_assumed"} <= set(told)


def test_a_parcel_beyond_the_frontage_says_so() -> None:
    bench = _told(parcels={"P": {"geometry": box(100, -200, 140, -100)}})
    assert "beyond_frontage" in bench.assess("P", KVA).proposals[0].warnings


def test_a_station_without_figures_makes_an_upper_bound() -> None:
    silent = {name: {"peak_kva": None} for name in ("S1", "T1", "T2")}
    bench = _told(capacity={"F": reading(5_000.0), **silent})
    made = bench.assess("P", KVA)
    assert "upper_bound" in made.proposals[0].warnings


def test_a_grid_without_stations_still_serves_from_its_feeders() -> None:
    bench = _told(substations={}, main_transformers={})
    made = bench.assess("P", KVA)
    assert ids(made, bench.desk) == ["F"]
    assert set(made.proposals[0].warnings) == {"upper_bound"}
    dedicated = bench.assess("P", 4_500.0, jurisdiction="wujiang")
    assert (dedicated.name, dedicated.failed_test) == ("unknown", "access_point_missing")


def test_a_load_by_land_use_and_stated_facts() -> None:
    # 4 000 m2 of land at FAR 2.5: 10 000 m2 of floor x 80 W = 800 kW, / 0.95 = 842.1 kVA.
    bench = _told(parcels={"P": plot(100, 200, land_use="M1", far=2.5)})
    made = bench.assess("P")
    assert made.sites.load_kva[0] == pytest.approx(842.105, abs=0.01)
    assert "load_assumed" in made.warnings
    assert made.proposals[0].assumed == ("customer", "in_plug_and_play_zone", "built_by")
    stated = bench.assess("P", facts={"built_by": "customer", "customer": "hv"})
    assert stated.proposals[0].assumed == ("in_plug_and_play_zone",)


def test_what_no_layer_says_is_assumed_openly() -> None:
    bench = _told(city_area={}, substations={"S1": {"geometry": shapely.Point(0, 40)}})
    made = bench.assess("P", KVA)
    assert set(made.proposals[0].assumed) == {
        "customer",
        "area",
        "in_city_area",
        "in_plug_and_play_zone",
        "built_by",
    }


def test_the_day_selects_readings_claims_and_policy() -> None:
    bench = _told(
        capacity={"F": reading(5_000.0, data_date=date(2026, 9, 30))},
        claims={
            "c": {
                "asset_id": "F",
                "site": "X",
                "kva": 4_500.0,
                "accepted_on": date(2026, 10, 10),
                "expires_on": date(2026, 10, 20),
            }
        },
    )

    def on(day: date) -> str:
        made = bench.assess("P", KVA, on=day, desk=bench.desk_on(day))
        return refused(made, bench.desk).get("F", made.name)

    assert on(date(2026, 9, 29)) == "unknown_capacity"
    assert on(date(2026, 10, 9)) == "plug_and_play"
    assert on(date(2026, 10, 10)) == "insufficient_capacity"  # both end dates included
    assert on(date(2026, 10, 20)) == "insufficient_capacity"
    assert on(date(2026, 10, 21)) == "plug_and_play"
    assert on(date(2028, 6, 1)) == "stale"


def test_a_long_route_at_low_voltage_is_offered_with_a_warning() -> None:
    far = {"D": {"feeder_id": "F", "rated_kva": 400.0, "geometry": shapely.Point(700, -5)}}
    figures = {"D": {"peak_kva": 100.0, "data_date": date(2026, 9, 30)}, "F": reading(5_000.0)}
    bench = _told(transformers=far, capacity=figures, parcels={"P": plot(100, 199), "Q": plot(100, 201)})
    assert bench.assess("P", 100.0).proposals[0].warnings == ("lv_radius",)  # 501 m
    assert bench.assess("Q", 100.0).proposals[0].warnings == ()  # 499 m


def test_dates_in_a_year_without_a_calendar_are_provisional() -> None:
    bench = _told()
    on = date(2026, 12, 30)
    late = bench.assess("P", KVA, on=on, desk=bench.desk_on(on), jurisdiction="jilin-local-power")
    assert "provisional_calendar" in late.warnings
    assert "provisional_calendar" not in bench.assess("P", KVA, on=date(2025, 3, 3)).warnings
