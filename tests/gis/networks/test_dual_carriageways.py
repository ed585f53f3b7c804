from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.gis.networks.conftest import Connected, Network, Road, box, figures, kinds

Connect = Callable[[Network], Connected]


def dual(break_at: tuple[float, ...]) -> list[Road]:
    """Two carriageways 20 m apart, 12 m wide, with links at both ends and where the median breaks."""
    links = [Road([(x, 0), (x, 20)], 8) for x in (-500, 500, *break_at)]
    carriageways = [Road([(-500, y), (500, y)], 12, "primary") for y in (0, 20)]
    return [*carriageways, *links]


def test_dual_carriageway_is_crossed_as_one_road(connected: Connect) -> None:
    network = connected(
        Network(
            roads=dual((-200.0, 200.0)),
            parcels={"P": box(-20, -40, 20, -11)},
            taps={"F": [(0, 30)]},
        )
    )
    route = network.route("P")
    # Entry 5, from outer verge to outer verge 6 + 20 + 6, tap 4.
    assert figures(route) == (5 + 32 + 4, 32, 1)
    assert kinds(route) == ["entry", "crossing", "crossing", "tap"] or kinds(route) == [
        "entry",
        "crossing",
        "tap",
    ]
    assert route.along_main_road_m == 0


def test_dual_carriageway_is_crossed_at_a_break_of_the_median(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[*dual((0.0,)), Road([(0, 0), (0, -150)]), Road([(0, 20), (0, 170)])],
            parcels={"P": box(10, -120, 40, -80)},
            taps={"F": [(7, 100)]},
        )
    )
    # 5, 80 - 6 up to the corner, 32 over everything, 80 - 6 on to the tap, 2.
    assert figures(network.route("P")) == (5 + 74 + 32 + 74 + 2, 32, 1)


def test_dual_carriageway_without_a_break_is_crossed_from_the_side_street(connected: Connect) -> None:
    network = connected(
        Network(
            roads=[*dual(()), Road([(0, 0), (0, -150)])],
            parcels={"P": box(10, -120, 40, -80)},
            taps={"F": [(100, 28)]},
        )
    )
    # Up the side street, 32 across, 100 along the far outer verge from opposite the junction.
    assert figures(network.route("P"))[1:] == (32, 1)
    assert network.route("P").length_m == pytest.approx(5 + 74 + 32 + 100 + 2, abs=5.1)


def test_access_point_on_a_median_is_one_carriageway_away(connected: Connect) -> None:
    network = connected(
        Network(
            roads=dual((-200.0, 200.0)),
            parcels={"P": box(-20, -40, 20, -11)},
            taps={"F": [(0, 8)]},
        )
    )
    # Entry 5, across the carriageway of 12, 2 on the median.
    assert figures(network.route("P")) == (5 + 12 + 2, 12, 1)
