from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gis.corridors.feeder_taps import TapKind, offered
from gis.routing.route import NoRoute, NoRouteReason
from tests.gis.networks.conftest import Connected, Network, Road

Connect = Callable[[Network], Connected]

STREET = (Road([(-300, 0), (300, 0)]),)
LINE = [(-200.0, -9.0), (200.0, -9.0)]
LOT = {"P": [(-50.0, 10.0), (-20.0, 10.0), (-20.0, 40.0), (-50.0, 40.0)]}


def kinds(network: Connected) -> list[int]:
    return sorted(network.taps.kind.tolist())


def test_poles_of_an_overhead_line_are_its_only_taps(connected: Connect) -> None:
    network = connected(Network(STREET, LOT, lines={"F": LINE}, taps={"F": [(100, -9)]}, kinds={"F": "pole"}))
    assert kinds(network) == [TapKind.ACCESS_POINT]
    # From the lot's east end: 5, 120 along, 10 across, 4.
    assert network.route("P").length_m == 5 + 120 + 10 + 4


def test_units_on_an_overhead_line_come_on_top_of_the_line(connected: Connect) -> None:
    network = connected(Network(STREET, LOT, lines={"F": LINE}, taps={"F": [(100, -9)]}))
    assert kinds(network) == [TapKind.ACCESS_POINT, TapKind.LINE]
    assert network.route("P").length_m == 5 + 10 + 4


@pytest.mark.parametrize(
    ("taps", "expected"), [({"F": [(100, -9)]}, TapKind.ACCESS_POINT), ({}, TapKind.LINE)]
)
def test_mixed_line_is_tapped_at_its_units_where_it_has_any(
    connected: Connect, taps: dict[str, list[tuple[float, float]]], expected: TapKind
) -> None:
    network = connected(Network(STREET, LOT, lines={"F": LINE}, taps=taps, construction={"F": "mixed"}))
    assert kinds(network) == [expected]


@pytest.mark.parametrize("construction", ["cable", None])
def test_cable_without_units_is_assumed_to_be_tapped_at_ends_and_stations(
    connected: Connect, construction: str | None
) -> None:
    network = connected(
        Network(
            STREET,
            LOT,
            lines={"F": LINE, "G": [(-200.0, -400.0), (200.0, -400.0)]},
            construction={"F": construction, "G": "cable"},
            transformers=[((0, -20), "F"), ((50, -20), None), ((80, -20), "G"), ((20, -60), "F")],
        )
    )
    of_f = slice(network.taps.start[0], network.taps.start[1])
    assert network.taps.feeder_ids.tolist() == ["F", "G"]
    # Two ends, its own transformer and one of an unknown feeder; not the other feeder's, nor one 51 m away.
    assert network.taps.kind[of_f].tolist() == [TapKind.ASSUMED] * 4
    assert sorted(np.round(network.taps.attachments.low_x[:4] - 500_000).tolist()) == [-200, 0, 50, 200]
    assert network.route("P").length_m == pytest.approx(5 + 20 + 10 + 4, abs=0.1)


def test_units_without_a_free_bay_are_not_offered(connected: Connect) -> None:
    taps = {"full": [(0.0, -8.0)], "free": [(100.0, -8.0)], "unknown": [(200.0, -8.0)]}
    bays = {"full": 0.0, "free": 2.0, "unknown": float("nan")}
    network = connected(Network(STREET, LOT, taps=taps, spare_bays=bays))
    ids = network.taps.feeder_ids
    assert offered(network.taps).tolist() == [bool(bays[feeder] != 0) for feeder in ids]
    found = network.routes("P", k=3)
    assert not isinstance(found, NoRoute)
    assert [ids[route.feeder] for route in found] == ["free", "unknown"]


def test_feeders_without_any_place_offer_nothing(connected: Connect) -> None:
    found = connected(Network(STREET, LOT, taps={"F": []})).routes("P")
    assert isinstance(found, NoRoute)
    assert found.reason is NoRouteReason.NO_TAP
