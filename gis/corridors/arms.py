"""Arms of the junctions in the order of their bearings, and the faces that the edges enclose."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Floats, Ints, Longs, Streets


class Arms(NamedTuple):
    """Both ends of every edge as arms of their nodes: arm ``2 * edge`` at its first vertex, then its last.

    Attributes
    ----------
    node
        Node of each arm, shape (arms,).
    bearing_rad
        Direction in which it leaves the node, counterclockwise from east, in [-pi, pi].
    following, previous
        The neighbour counterclockwise and clockwise; the arm itself at a dead end.
    degree
        Number of arms of each node, shape (nodes,).
    """

    node: Ints
    bearing_rad: Floats
    following: Ints
    previous: Ints
    degree: Ints


class Faces(NamedTuple):
    """Faces that the edges enclose (街区面); each verge borders one.

    Attributes
    ----------
    of_verge
        Face at the side of each verge, shape (verges,).
    area_m2
        Area within the centrelines, negative for what lies outside of a piece; shape (faces,).
    perimeter_m
        Length of the border, without edges that have the face on both sides.
    half_width_m
        Mean half-width of the roads along the border.
    segments
        Number of segments of the border.
    """

    of_verge: Ints
    area_m2: Floats
    perimeter_m: Floats
    half_width_m: Floats
    segments: Ints

    @property
    def roundness(self) -> Floats:
        """Area over that of the circle with the same border, 1 for a circle; shape (faces,)."""
        circle_m2 = np.maximum(self.perimeter_m, 1e-9) ** 2 / (4.0 * math.pi)
        return np.asarray(self.area_m2 / circle_m2, dtype=np.float64)


def sorted_arms(streets: Streets) -> Arms:
    """Return the arms of all nodes by bearing to the next vertex, ties by the vertex after it."""
    node = np.empty(2 * streets.edges, dtype=np.int32)
    node[0::2], node[1::2] = streets.edge_from, streets.edge_to
    degree = np.bincount(node, minlength=streets.nodes).astype(np.int32)
    start = np.concatenate([[0], np.cumsum(degree)])
    bearing = np.empty(len(node))
    following, previous = np.empty_like(node), np.empty_like(node)
    _sort_arms(start, node, streets.vertex_start, streets.x, streets.y, bearing, following, previous)
    return Arms(node, bearing, following, previous, degree)


@compiled
def _sort_arms(
    start: Longs,
    node: Ints,
    vertex_start: Longs,
    x: Floats,
    y: Floats,
    bearing: Floats,
    following: Ints,
    previous: Ints,
) -> None:
    later = np.empty(node.size)
    for arm in range(node.size):
        edge = arm // 2
        first, last = vertex_start[edge], vertex_start[edge + 1] - 1
        at, step = (first, 1) if arm % 2 == 0 else (last, -1)
        after = at + 2 * step if last - first > 1 else at + step
        bearing[arm] = math.atan2(y[at + step] - y[at], x[at + step] - x[at])
        later[arm] = math.atan2(y[after] - y[at], x[after] - x[at])
    arms = np.empty(node.size, np.int32)
    fill = start.copy()
    for arm in range(node.size):
        here = fill[node[arm]]
        fill[node[arm]] += 1
        # Junctions have few arms: each is put in its place among those before it.
        while here > start[node[arm]]:
            other = arms[here - 1]
            turn = bearing[other] - bearing[arm]
            if turn < 0.0 or (turn == 0.0 and later[other] <= later[arm]):
                break
            arms[here] = other
            here -= 1
        arms[here] = arm
    for junction in range(start.size - 1):
        begin, end = start[junction], start[junction + 1]
        for at in range(begin, end):
            after = arms[at + 1] if at + 1 < end else arms[begin]
            following[arms[at]] = after
            previous[after] = arms[at]


def enclosed_faces(streets: Streets, arms: Arms) -> Faces:
    """Return the faces: each is walked with itself at the left, by the leftmost turn at every node."""
    of_verge, count = _label_faces(arms.previous)
    sums = np.zeros((3, count))
    segments = np.zeros(count, dtype=np.int32)
    _measure_faces(of_verge, streets.vertex_start, streets.x, streets.y, streets.width_m, sums, segments)
    return Faces(of_verge, sums[0], sums[1], sums[2] / np.maximum(sums[1], 1e-9), segments)


@compiled
def _label_faces(previous: Ints) -> tuple[Ints, int]:
    # Verge 2 * edge is walked from the first vertex to the last, verge 2 * edge + 1 back, so the verge at the
    # left of an arm has the arm's number. A walk that comes in on an edge leaves by the arm clockwise of it.
    face = np.full(previous.size, -1, np.int32)
    count = 0
    for first in range(previous.size):
        verge = first
        if face[first] >= 0:
            continue
        while face[verge] < 0:
            face[verge] = count
            verge = previous[verge ^ 1]
        count += 1
    return face, count


@compiled
def _measure_faces(
    face: Ints, vertex_start: Longs, x: Floats, y: Floats, width_m: Floats, sums: Floats, segments: Ints
) -> None:
    for edge in range(vertex_start.size - 1):
        left, right = face[2 * edge], face[2 * edge + 1]
        if left == right:
            continue
        first, last = vertex_start[edge], vertex_start[edge + 1] - 1
        double_area, length = 0.0, 0.0
        for at in range(first, last):
            # From one vertex of the network: full coordinates would cost small faces their digits.
            ax, ay, bx, by = x[at] - x[0], y[at] - y[0], x[at + 1] - x[0], y[at + 1] - y[0]
            double_area += ax * by - bx * ay
            length += math.hypot(bx - ax, by - ay)
        sums[0, left] += double_area / 2.0
        sums[0, right] -= double_area / 2.0
        for which in (left, right):
            sums[1, which] += length
            sums[2, which] += length * width_m[edge] / 2.0
            segments[which] += last - first
