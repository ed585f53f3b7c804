"""How long the corner graph takes to build and how much memory, and the other steps of the corridors."""

from __future__ import annotations

import tracemalloc
from typing import Final

import numpy as np
import shapely

from gis.corridors.corners import Surrounding, corner_graph
from tests.benchmarks.cities import PARAMETERS, City
from tests.benchmarks.conftest import ROUNDS
from tests.benchmarks.figures import Board, cpu_seconds

_SEGMENTS: Final = 1_000_000
_MOST_S: Final = 6.0
_MOST_BYTES: Final = 400.0


def test_corner_graph(city: City, board: Board) -> None:
    points = shapely.get_coordinates(shapely.point_on_surface(city.parcels))
    around = Surrounding(points, np.empty(0, dtype=object))
    built = cpu_seconds({"graph": lambda: corner_graph(city.streets, around, PARAMETERS)}, ROUNDS)["graph"]
    tracemalloc.start()
    graph = corner_graph(city.streets, around, PARAMETERS)
    peak = tracemalloc.get_traced_memory()[1] / city.segments
    tracemalloc.stop()
    assert graph.arcs == city.corridors.graph.arcs
    question = f"corner graph of {city.segments:,} noded segments"
    if city.segments >= _SEGMENTS:
        board.at_most(city.name, question, built, _MOST_S, "s")
        board.at_most(city.name, "memory at its peak (tracemalloc)", peak, _MOST_BYTES, "bytes a segment")
    else:
        board.add(city.name, question, f"{built:.2f} s, {peak:.0f} bytes a segment at the peak")


def test_steps(city: City, board: Board) -> None:
    for what, seconds in city.steps.items():
        board.add(city.name, f"{what[0].lower()}{what[1:]} (once, with compiling)", f"{seconds:.1f} s")
