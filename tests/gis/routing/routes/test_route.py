"""The value of a route, its pieces, and the reasons for none."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely

from gis.corridors.attachments import Access
from gis.corridors.streets import Kind
from gis.routing.criteria import Criterion
from gis.routing.route import NoRouteReason, PieceKind, shown_class, why_no_route

MakeTown = Callable[..., Any]
ONE_ROAD = [[(0.0, 0.0), (200.0, 0.0)]]
ACROSS = [[(0, 0, 0, 50.0, 50.0, 15.0, 15.0)]], [[(0, 0, 1, 80.0, 80.0, 9.0, 9.0)]]
LENGTHS = {
    "length_m": "length_cm",
    "crossing_m": "crossing_cm",
    "city_road_crossing_m": "city_road_crossing_cm",
    "excavation_m": "excavation_cm",
    "green_m": "green_cm",
    "along_main_road_m": "along_main_road_cm",
    "along_infrastructure_m": "along_infrastructure_cm",
}


@pytest.mark.parametrize("criterion", list(Criterion))
def test_a_route_says_what_was_measured_and_its_pieces_add_up(
    make_random_town: MakeTown, criterion: Criterion
) -> None:
    for seed in range(8):
        town = make_random_town(seed)
        paths, measured = town.measures(criterion)
        for row, route in enumerate(town.routes(criterion)):
            assert (route.parcel, route.feeder) == (paths.parcel[row], paths.feeder[row])
            assert route.crossing_count == measured.crossing_count[row]
            for metres, centimetres in LENGTHS.items():
                assert getattr(route, metres) == getattr(measured, centimetres)[row] / 100
            assert sum(round(piece.length_m * 100) for piece in route.pieces) == measured.length_cm[row]
            crossed = [piece for piece in route.pieces if piece.kind is PieceKind.CROSSING]
            assert sum(round(piece.length_m * 100) for piece in crossed) == measured.crossing_cm[row]
            numbers = [piece.crossing for piece in route.pieces if piece.crossing]
            assert list(dict.fromkeys(numbers)) == list(range(1, route.crossing_count + 1))
            assert numbers == sorted(numbers)
            assert [piece.crossing > 0 for piece in route.pieces] == [
                each in crossed for each in route.pieces
            ]


def test_pieces_lie_one_after_the_other_from_entry_to_tap(make_random_town: MakeTown) -> None:
    merged = 0
    for seed in range(8):
        for route in make_random_town(seed).routes():
            kinds = [piece.kind for piece in route.pieces]
            assert kinds[0] is PieceKind.ENTRY
            assert kinds[-1] is PieceKind.TAP
            assert not {PieceKind.ENTRY, PieceKind.TAP} & set(kinds[1:-1])
            assert all(piece.length_m > 0 for piece in route.pieces[1:-1])
            for before, after in pairwise(route.pieces):
                one, other = ((each.kind, each.road_id, each.crossing) for each in (before, after))
                assert one != other
            drawn = [shapely.get_coordinates(piece.geometry) for piece in route.pieces]
            drawn = [points for points in drawn if len(points)]
            for points, following in pairwise(drawn):
                assert (points[-1] == following[0]).all()
            whole = np.concatenate([drawn[0], *(points[1:] for points in drawn[1:])])
            assert (whole == shapely.get_coordinates(route.geometry)).all()
            merged += len(route.pieces) < len(route.geometry.coords) - 1
    assert merged > 0


def test_one_road_across_is_entry_crossing_verge_and_tap(make_town: MakeTown) -> None:
    town = make_town(ONE_ROAD, *ACROSS, widths=12.0, classes="track", road=[1])
    (route,) = town.routes()
    assert [(piece.kind.value, piece.length_m) for piece in route.pieces] == [
        ("entry", 9.0),
        ("verge", 30.0),
        ("crossing", 12.0),
        ("tap", 3.0),
    ]
    assert {(piece.road_id, piece.road_name, piece.road_class) for piece in route.pieces} == {
        ("road-1", "1路", "other")
    }


def test_a_name_that_is_not_given_is_none(make_town: MakeTown) -> None:
    (route,) = make_town(ONE_ROAD, *ACROSS, classes="tertiary").routes()
    assert {(piece.road_id, piece.road_name, piece.road_class) for piece in route.pieces} == {
        ("road-0", None, "tertiary")
    }


def test_pieces_on_one_road_are_one_piece_though_it_has_several_edges(make_town: MakeTown) -> None:
    lines = [[(0.0, 0.0), (100.0, 0.0)], [(100.0, 0.0), (200.0, 0.0)], [(100.0, 0.0), (100.0, -50.0)]]
    owners = [[(0, 0, 0, 50.0, 50.0, 15.0, 15.0)]], [[(1, 0, 0, 50.0, 50.0, 9.0, 9.0)]]
    (route,) = make_town(lines, *owners, road=[3, 3, 4]).routes()
    assert [piece.kind.value for piece in route.pieces] == ["entry", "verge", "tap"]
    (route,) = make_town(lines, *owners, road=[3, 4, 4]).routes()
    assert [piece.road_id for piece in route.pieces] == ["road-3", "road-3", "road-4", "road-4"]


def test_a_duct_is_a_piece_of_its_own(make_town: MakeTown) -> None:
    lines = [[(0.0, 0.0), (100.0, 0.0)], [(100.0, 0.0), (200.0, 0.0)], [(200.0, 0.0), (300.0, 0.0)]]
    owners = [[(0, 0, 0, 50.0, 50.0, 15.0, 15.0)]], [[(2, 0, 0, 50.0, 50.0, 9.0, 9.0)]]
    town = make_town(
        lines, *owners, kinds=[0, Kind.DUCT, 0], widths=[10.0, 0.0, 10.0], classes=["local", "other", "local"]
    )
    (route,) = town.routes()
    assert [piece.kind.value for piece in route.pieces] == ["entry", "verge", "duct", "verge", "tap"]
    assert route.pieces[2].road_class == "other"
    assert route.crossing_count == 0


def test_what_was_assumed_is_said(make_town: MakeTown) -> None:
    (route,) = make_town(ONE_ROAD, *ACROSS).routes()
    assert (route.width_assumed, route.side_assumed, route.beyond_frontage) == (False, False, False)
    (route,) = make_town(ONE_ROAD, *ACROSS, assumed=True).routes()
    assert route.width_assumed
    (route,) = make_town(ONE_ROAD, *ACROSS, parcel_fields={"access": [Access.BEYOND]}).routes()
    assert route.beyond_frontage
    middle = ACROSS[0], [[(0, 0, 1, 80.0, 80.0, 0.4, 0.4)]]
    (route,) = make_town(ONE_ROAD, *middle, feeder_fields={"either_side": True}).routes()
    assert route.side_assumed
    assert route.crossing_count == 0


def test_a_width_assumed_elsewhere_is_not_said(make_town: MakeTown) -> None:
    lines = [*ONE_ROAD, [(200.0, 0.0), (300.0, 0.0)]]
    (route,) = make_town(lines, *ACROSS, assumed=[False, True]).routes()
    assert not route.width_assumed


def test_the_line_in_degrees_is_the_line_in_the_plane(make_town: MakeTown) -> None:
    (route,) = make_town(ONE_ROAD, *ACROSS).routes()
    lon, lat = shapely.get_coordinates(route.in_degrees()).T
    assert (np.abs(lon - 114.0) < 0.01).all()
    assert (np.abs(lat - 30.7) < 0.2).all()
    assert np.stack(route.zone.to_metric(lon, lat), axis=1) == pytest.approx(
        shapely.get_coordinates(route.geometry), abs=1e-4
    )


# ---- none


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


@pytest.mark.parametrize(
    ("access", "entries", "taps", "reason"),
    [
        (Access.NONE, ints(), ints(0), NoRouteReason.NO_ENTRY),
        (Access.BARRIER, ints(), ints(0), NoRouteReason.BARRIER),
        (Access.BARRIER, ints(), ints(), NoRouteReason.BARRIER),
        (Access.FRONTAGE, ints(0), ints(), NoRouteReason.NO_TAP),
        (Access.BEYOND, ints(1, 2), ints(0, 3), NoRouteReason.NO_COMPONENT),
        (Access.FRONTAGE, ints(1, 0), ints(0, 3), NoRouteReason.TOO_FAR),
    ],
)
def test_why_there_is_no_route(
    access: Access, entries: np.ndarray, taps: np.ndarray, reason: NoRouteReason
) -> None:
    found = why_no_route(access, entries, taps, limit_m=2000.0)
    assert found.reason is reason
    assert found.detail.endswith(".")
    assert ("2000 m" in found.detail) == (reason is NoRouteReason.TOO_FAR)


@pytest.mark.parametrize(
    ("kind", "road_class", "shown"),
    [
        (Kind.STREET, 1, "primary"),
        (Kind.STREET, 2, "secondary"),
        (Kind.STREET, 3, "tertiary"),
        (Kind.STREET, 4, "local"),
        (Kind.STREET, 5, "other"),
        (Kind.STREET, 6, "other"),
        (Kind.EXPRESSWAY, 0, "expressway"),
        (Kind.RAILWAY, 6, "other"),
        (Kind.DUCT, 6, "other"),
    ],
)
def test_classes_as_a_route_shows_them(kind: Kind, road_class: int, shown: str) -> None:
    assert shown_class(kind, road_class) == shown
