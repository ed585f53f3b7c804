"""Hand-made street networks in a plane whose scale is 1 to a ten-thousandth of a millimetre."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from gis.corridors.corners import Surrounding, corner_graph
from gis.corridors.graph import CornerGraph
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import ROAD_CLASSES, Kind, Streets
from gis.metric_zone import zone_from_epsg

EAST, NORTH = 500_000.0, 3_400_000.0

Line = Sequence[tuple[float, float]]
MakeStreets = Callable[..., Streets]
MakeGraph = Callable[..., CornerGraph]


def streets_of(
    lines: Sequence[Line],
    widths: Sequence[float] | float = 10.0,
    classes: Sequence[str] | str = "local",
    kinds: Sequence[Kind] | Kind = Kind.STREET,
) -> Streets:
    """Lines that meet at their ends only, metres from the origin of the tests."""
    count = len(lines)
    numbers: dict[tuple[float, float], int] = {}
    ends = [[numbers.setdefault(line[at], len(numbers)) for at in (0, -1)] for line in lines]
    vertices = np.array([point for line in lines for point in line], dtype=float).reshape(-1, 2)
    nodes = np.array(list(numbers), dtype=float).reshape(-1, 2)
    codes = [
        ROAD_CLASSES.index(name) for name in ([classes] * count if isinstance(classes, str) else classes)
    ]
    return Streets(
        zone=zone_from_epsg(4547, 30.7),
        node_x=nodes[:, 0] + EAST,
        node_y=nodes[:, 1] + NORTH,
        edge_from=np.array([end[0] for end in ends], dtype=np.int32),
        edge_to=np.array([end[1] for end in ends], dtype=np.int32),
        vertex_start=np.cumsum([0, *(len(line) for line in lines)]).astype(np.int64),
        x=vertices[:, 0] + EAST,
        y=vertices[:, 1] + NORTH,
        kind=np.broadcast_to(np.asarray(kinds, dtype=np.int8), count).copy(),
        road_class=np.array(codes, dtype=np.int8),
        width_m=np.broadcast_to(np.asarray(widths, dtype=float), count).copy(),
        width_assumed=np.zeros(count, dtype=bool),
        city=np.full(count, -1, dtype=np.int8),
        raised=np.zeros(count, dtype=bool),
        road=np.arange(count, dtype=np.int32),
        road_ids=np.array([f"road-{at}" for at in range(count)], dtype=object),
        road_names=np.full(count, None, dtype=object),
    )


@pytest.fixture
def make_streets() -> MakeStreets:
    return streets_of


@pytest.fixture
def make_graph() -> MakeGraph:
    def make(
        lines: Sequence[Line], *args: object, parcels: Sequence[tuple[float, float]] = (), **kwargs: object
    ) -> CornerGraph:
        points = np.array(parcels, dtype=float).reshape(-1, 2) + np.array([EAST, NORTH])
        surrounding = Surrounding(points, np.empty(0, dtype=object))
        streets = streets_of(lines, *args, **kwargs)  # type: ignore[arg-type]  # as the test gives them
        return corner_graph(streets, surrounding, CorridorParameters())

    return make
