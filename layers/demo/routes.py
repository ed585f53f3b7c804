"""Shortest ways along the streets of the demo district, for its feeders."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString

from layers.demo import plan
from layers.demo.streets import Place, Segment

DISLIKE: Final[dict[plan.Grade, float]] = {
    "expressway": 9.0,
    "primary": 1.0,
    "secondary": 0.92,
    "tertiary": 1.0,
    "local": 1.1,
    "lane": 1.7,
    "track": 1.4,
}
"""Cost of a metre along a road of that class."""


APART_M: Final = 0.05
"""Vertices nearer than this are one."""

Way: TypeAlias = list[tuple[int, bool]]
"""Segments in order, each with whether it is run forwards."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The streets as a graph.

    Attributes
    ----------
    points
        shape (n, 2): where the nodes are, local metres.
    ends
        shape (m, 2): nodes at the start and end of each segment.
    costs
        shape (m,): cost of each segment.
    lines
        The segments' lines.
    arms
        For each node its segments, each with the node at its other end.
    """

    points: NDArray[np.float64]
    ends: NDArray[np.int64]
    costs: NDArray[np.float64]
    lines: tuple[LineString, ...]
    arms: tuple[tuple[tuple[int, int], ...], ...]

    def search(
        self, starts: Mapping[int, float], costs: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return each node's cost from the nearest start and the segment it is reached by, both (n,)."""
        distance = np.full(len(self.points), np.inf)
        via = np.full(len(self.points), -1)
        queue = [(cost, node) for node, cost in sorted(starts.items())]
        for cost, node in queue:
            distance[node] = cost
        heapq.heapify(queue)
        far: list[float] = distance.tolist()
        by: list[int] = via.tolist()
        price: list[float] = costs.tolist()
        while queue:
            cost, node = heapq.heappop(queue)
            if cost > far[node]:
                continue
            for arm, other in self.arms[node]:
                new = cost + price[arm]
                if new < far[other] - 1e-9:
                    far[other] = new
                    by[other] = arm
                    heapq.heappush(queue, (new, other))
        return np.array(far), np.array(by)

    def back(self, node: int, via: NDArray[np.int64]) -> Way:
        """Return the segments from a start to the node, each with whether it is run forwards."""
        way: Way = []
        while via[node] >= 0:
            arm = int(via[node])
            forwards = int(self.ends[arm, 1]) == node
            way.append((arm, forwards))
            node = int(self.ends[arm, 0] if forwards else self.ends[arm, 1])
        return way[::-1]

    def nodes(self, way: Way) -> list[int]:
        """Return the nodes along a way, in order."""
        if not way:
            return []
        first, forwards = way[0]
        run = [int(self.ends[first, 0 if forwards else 1])]
        return run + [int(self.ends[arm, 1 if ahead else 0]) for arm, ahead in way]

    def path(self, way: Way) -> NDArray[np.float64]:
        """Return the vertices along a way, shape (k, 2), each once."""
        runs = [shapely.get_coordinates(self.lines[arm])[:: 1 if ahead else -1] for arm, ahead in way]
        path = np.vstack([runs[0][:1], *(run[1:] for run in runs)])
        keep = np.append(True, np.hypot(*np.diff(path, axis=0).T) > APART_M)
        kept: NDArray[np.float64] = path[keep]
        return kept


def _usable(segment: Segment, place: Place) -> bool:
    return segment.street.grade != "expressway" and not place.nature.island.intersects(segment.line)


def ways(place: Place) -> Ways:
    """Return the district's streets as a graph; no feeder follows the expressway or lies on the island."""
    segments = [segment for segment in place.segments if _usable(segment, place)]
    number: dict[tuple[int, int], int] = {}
    points: list[NDArray[np.float64]] = []
    ends = []
    arms: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for index, segment in enumerate(segments):
        path = shapely.get_coordinates(segment.line)
        pair = []
        for point in (path[0], path[-1]):
            # Ends of bridges are computed twice, a hair apart.
            key = (round(float(point[0]) * 10), round(float(point[1]) * 10))
            if key not in number:
                number[key] = len(points)
                points.append(point)
            pair.append(number[key])
        arms[pair[0]].append((index, pair[1]))
        arms[pair[1]].append((index, pair[0]))
        ends.append(pair)
    costs = [segment.line.length * DISLIKE[segment.street.grade] for segment in segments]
    return Ways(
        np.array(points),
        np.array(ends),
        np.array(costs),
        tuple(segment.line for segment in segments),
        tuple(tuple(arms[node]) for node in range(len(points))),
    )
