"""How a feeder grows: from its substation along the streets to the land it serves, then sideways."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon

from layers.demo.curves import offset
from layers.demo.routes import APART_M, Way, Ways

CROWDED: Final = 0.22
"""Extra cost of a street for each feeder of the same substation that follows it already."""

LATERAL_M: Final = (260.0, 1_700.0)
"""Shortest and longest way of a lateral (支线), in street costs."""


@dataclass(frozen=True, slots=True)
class Run:
    """A feeder's lines: the main one (主干线) and its laterals (支线)."""

    main: LineString
    laterals: tuple[LineString, ...]


def groups(points: NDArray[np.float64], weights: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Return a group number for each point: weighted k-means (Lloyd 1982) from starts spread far apart."""
    middles = [points[int(np.argmax(weights))]]
    for _ in range(count - 1):
        away = np.min([np.hypot(*(points - middle).T) for middle in middles], axis=0)
        middles.append(points[int(np.argmax(away * np.sqrt(weights)))])
    centres = np.array(middles)
    group = np.zeros(len(points), np.int64)
    for _ in range(25):
        group = np.argmin(np.hypot(*(points[:, None] - centres[None]).transpose(2, 0, 1)), axis=1)
        for number in range(count):
            own = group == number
            if own.any():
                centres[number] = np.average(points[own], axis=0, weights=weights[own])
    return group


def _distinct(path: NDArray[np.float64]) -> NDArray[np.float64]:
    steps = np.hypot(*np.diff(path, axis=0).T)
    kept: NDArray[np.float64] = path[np.append(True, steps > APART_M)]
    return kept


@dataclass(slots=True)
class Yard:
    """A substation's outgoing corridor: where its feeders meet the streets, and which streets they crowd."""

    ways: Ways
    shape: Polygon
    used: Counter[int] = field(default_factory=Counter)
    lead: LineString = field(init=False)
    starts: dict[int, float] = field(init=False)
    _segment: int = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        lines = np.array(self.ways.lines)
        self._segment = int(shapely.STRtree(lines).query_nearest(self.shape, all_matches=False)[0])
        line = self.ways.lines[self._segment]
        self.lead = shapely.shortest_line(self.shape.centroid, line)
        self._at = float(line.project(shapely.Point(self.lead.coords[-1])))
        first, last = (int(node) for node in self.ways.ends[self._segment])
        self.starts = {first: self._at, last: float(line.length - self._at)}

    def reach(self) -> NDArray[np.float64]:
        """Return the cost to every node of the streets, shape (n,)."""
        return self.ways.search(self.starts, self.ways.costs)[0]

    def _trunk(self, way: Way) -> NDArray[np.float64]:
        """Return the main line: out of the yard, along the first street from there, then the way."""
        line = self.ways.lines[self._segment]
        path = shapely.get_coordinates(line)
        along = shapely.line_locate_point(line, shapely.points(path))
        forwards = int(self.ways.ends[self._segment, 1]) == self.ways.nodes(way)[0]
        inner = path[along > self._at + 1] if forwards else path[along < self._at - 1][::-1]
        return _distinct(np.vstack([shapely.get_coordinates(self.lead), inner, self.ways.path(way)[1:]]))

    def _main_way(self, targets: NDArray[np.int64], costs: NDArray[np.float64]) -> Way:
        """Return the way to the heart of the targets and on to the farthest of them."""
        points = self.ways.points[targets]
        heart = int(targets[int(np.argmin(np.hypot(*(points - points.mean(axis=0)).T)))])
        cost, via = self.ways.search(self.starts, costs)
        way = self.ways.back(heart, via)
        goal = int(targets[int(np.argmax(cost[targets]))])
        behind = np.zeros(len(costs), bool)
        behind[[arm for arm, _ in way]] = True
        onward = self.ways.back(goal, self.ways.search({heart: 0.0}, np.where(behind, costs * 4, costs))[1])
        if any(behind[arm] for arm, _ in onward):
            return self.ways.back(goal, via)
        return way + onward

    def grow(self, targets: NDArray[np.int64], laterals: int, shift: float) -> Run:
        """Return the lines of one feeder.

        Parameters
        ----------
        targets
            Nodes it serves, shape (k,).
        laterals
            How many laterals it may have.
        shift
            How far beside the streets' centrelines it runs, metres, left positive.
        """
        crowd = np.array([1 + CROWDED * min(self.used[arm], 6) for arm in range(len(self.ways.lines))])
        costs = self.ways.costs * crowd
        way = self._main_way(targets, costs)
        self.used.update(arm for arm, _ in way)
        main = offset(LineString(self._trunk(way)), shift)
        branches: list[LineString] = []
        reached = set(self.ways.nodes(way))
        for _ in range(laterals):
            cost, via = self.ways.search(dict.fromkeys(reached, 0.0), costs)
            wanted = np.where(cost[targets] < LATERAL_M[1], cost[targets], -1.0)
            if wanted.max() < LATERAL_M[0]:
                break
            branch = self.ways.back(int(targets[int(np.argmax(wanted))]), via)
            self.used.update(arm for arm, _ in branch)
            reached |= set(self.ways.nodes(branch))
            branches.append(self._joined(branch, shift, [main, *branches]))
        return Run(main, tuple(branches))

    def _joined(self, way: Way, shift: float, lines: list[LineString]) -> LineString:
        """Return a lateral that starts on the line it leaves."""
        beside = shapely.get_coordinates(offset(LineString(_distinct(self.ways.path(way))), shift))
        foot = shapely.get_coordinates(
            shapely.shortest_line(shapely.union_all(lines), shapely.Point(beside[0]))
        )[0]
        return LineString(_distinct(np.vstack([foot, beside])))
