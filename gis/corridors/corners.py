"""The corner graph built from a street network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.compiled import compiled
from gis.corridors.arms import Arms, enclosed_faces, sorted_arms
from gis.corridors.dead_ends import blunt_ends
from gis.corridors.graph import ArcKind, CornerGraph
from gis.corridors.medians import medians
from gis.corridors.parameters import CorridorParameters
from gis.corridors.pieces import connected_pieces, longest_first
from gis.corridors.setbacks import corner_setbacks, segment_setbacks
from gis.corridors.streets import Flags, Floats, Ints, Kind, Longs, Objects, Streets

_CM = 100.0


@dataclass(frozen=True, slots=True)
class Surrounding:
    """What lies between the roads, in the plane of the streets.

    Attributes
    ----------
    parcel_points
        A point within each parcel, shape (parcels, 2).
    water
        Polygons of water.
    """

    parcel_points: NDArray[np.float64]
    water: Objects


class _Layout(NamedTuple):
    """Corners in the order of their arms, then the right ones of the dead ends; and the verges' lengths."""

    right_corner: Ints
    dead: Longs
    x: Floats
    y: Floats
    on_median: Flags
    link: Flags
    half_width_m: Floats
    setback_cm: Ints
    begin_cm: Ints
    verge_cm: Ints


class _Arcs(NamedTuple):
    a: Ints
    b: Ints
    cm: Ints
    kind: NDArray[np.int8]
    edge: Ints
    verge: Ints


def corner_graph(streets: Streets, surrounding: Surrounding, parameters: CorridorParameters) -> CornerGraph:
    """Return the corner graph of a street network.

    Parameters
    ----------
    streets
        The noded network.
    surrounding
        Parcels (a small or narrow face with one is no median) and water (roads end at it).
    parameters
        Thresholds.

    Notes
    -----
    Corner ``a`` lies at the left of arm ``a`` (``gis.corridors.arms``); a dead end has a second one. Corners
    are numbered along a Morton curve, so that neighbours are close in memory.
    """
    layout = _layout(streets, surrounding, parameters)
    order = _morton_order(layout.x, layout.y)
    number = np.empty(len(order), dtype=np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    verge_a, verge_b = _verge_corners(streets, layout, number)
    blunt = blunt_ends(streets, layout.dead, surrounding.water, parameters)
    arcs = _arcs(streets, layout, number, verge_a, verge_b, blunt)
    start, head, arc = compressed_rows(len(order), arcs.a, arcs.b)
    pieces = connected_pieces(len(order), arcs.a, arcs.b)
    component, component_cm = longest_first(pieces, arcs.a, arcs.cm, arcs.kind == ArcKind.VERGE)
    return CornerGraph(
        streets=streets,
        verge_a=verge_a,
        verge_b=verge_b,
        verge_cm=layout.verge_cm,
        half_width_m=layout.half_width_m,
        setback_a_cm=layout.setback_cm[0],
        setback_b_cm=layout.setback_cm[1],
        begin_cm=layout.begin_cm,
        corner_node=_corner_nodes(streets, layout.dead)[order],
        corner_x=layout.x[order],
        corner_y=layout.y[order],
        corner_median=layout.on_median[order],
        component=component,
        component_cm=component_cm,
        arc_a=arcs.a,
        arc_b=arcs.b,
        arc_cm=arcs.cm,
        arc_kind=arcs.kind,
        arc_edge=arcs.edge,
        arc_verge=arcs.verge,
        start=start,
        head=head,
        arc=arc,
    )


def _layout(streets: Streets, surrounding: Surrounding, parameters: CorridorParameters) -> _Layout:
    arms = sorted_arms(streets)
    faces = enclosed_faces(streets, arms)
    median_m, link = medians(streets, arms, faces, surrounding.parcel_points, parameters)
    half_width_m = np.repeat(streets.width_m / 2.0, 2)
    np.fmin(half_width_m, median_m / 2.0, out=half_width_m)
    left, right = corner_setbacks(streets, arms, half_width_m)
    dead = np.flatnonzero(arms.following == np.arange(len(arms.following), dtype=np.int32))
    right_corner = arms.previous.copy()
    right_corner[dead] = len(right_corner) + np.arange(len(dead), dtype=np.int32)
    x, y = _corner_places(streets, arms, dead, half_width_m, left)
    on_median = np.concatenate([~np.isnan(median_m), np.zeros(len(dead), dtype=bool)])
    lengths_m = _segment_lengths(streets)
    setback = np.zeros((2, 2, len(lengths_m)))
    segment_setbacks(
        streets.vertex_start, streets.x, streets.y, lengths_m, half_width_m, left, right, setback
    )
    begin_cm, verge_cm = _verge_lengths(streets, lengths_m, setback)
    setback_cm = np.stack([_centimetres(setback[0]), _centimetres(setback[1])])
    return _Layout(right_corner, dead, x, y, on_median, link, half_width_m, setback_cm, begin_cm, verge_cm)


def _centimetres(metres: Floats) -> Ints:
    return np.rint(metres * _CM).astype(np.int32)


def _segment_lengths(streets: Streets) -> Floats:
    """Return the length of each segment on the ellipsoid, metres."""
    x, y = streets.x, streets.y
    inner = np.ones(max(len(x) - 1, 0), dtype=bool)
    inner[streets.vertex_start[1:-1] - 1] = False
    planar = np.hypot(np.diff(x), np.diff(y))[inner]
    middle = ((x[1:] + x[:-1]) / 2.0)[inner]
    return np.asarray(planar / streets.zone.scale_factor(middle), dtype=np.float64)


def _verge_lengths(streets: Streets, lengths_m: Floats, setback: Floats) -> tuple[Ints, Ints]:
    """Return where each segment's part of a verge begins, (2, segments), and each verge's length, cm."""
    begin_cm = np.empty((2, len(lengths_m)), dtype=np.int32)
    verge_cm = np.zeros(2 * streets.edges, dtype=np.int32)
    if not streets.edges:
        return begin_cm, verge_cm
    first = streets.vertex_start[:-1] - np.arange(streets.edges)
    last = streets.vertex_start[1:] - np.arange(1, streets.edges + 1) - 1
    for side in (0, 1):
        kept = lengths_m - setback[0, side] - setback[1, side]
        through = np.cumsum(kept)
        before = through - kept
        base = before[first]
        edge_of = np.repeat(np.arange(streets.edges), last - first + 1)
        begin_cm[side] = _centimetres(before - base[edge_of])
        verge_cm[side::2] = _centimetres(np.maximum(through[last] - base, 0.0))
    return begin_cm, verge_cm


def _corner_nodes(streets: Streets, dead: Longs) -> Ints:
    """Return the node of every corner in the order of the layout."""
    node = np.stack([streets.edge_from, streets.edge_to], axis=1).ravel()
    return np.concatenate([node, node[dead]])


def _verge_corners(streets: Streets, layout: _Layout, number: Ints) -> tuple[Ints, Ints]:
    """Return the corners at the first and the last vertex of every verge; -1 where it is not walked.

    Going out on an arm, its verge begins at the arm's left corner and ends at the right one of the arm that
    comes in.
    """
    leaves = number[: 2 * streets.edges].reshape(-1, 2)
    arrives = number[layout.right_corner].reshape(-1, 2)
    corner_a, corner_b = np.empty_like(leaves), np.empty_like(leaves)
    corner_a[:, 0], corner_a[:, 1] = leaves[:, 0], arrives[:, 0]
    corner_b[:, 0], corner_b[:, 1] = arrives[:, 1], leaves[:, 1]
    walkable = np.isin(streets.kind, [Kind.STREET, Kind.DUCT])
    barred = ~walkable[:, None] | layout.on_median[: 2 * streets.edges].reshape(-1, 2)
    corner_a[barred], corner_b[barred] = -1, -1
    return corner_a.ravel(), corner_b.ravel()


def _corner_places(
    streets: Streets, arms: Arms, dead: Longs, half_width_m: Floats, left: Floats
) -> tuple[Floats, Floats]:
    """Return where the corner at the left of every arm lies, then the right ones of the dead ends."""
    cosine, sine = np.cos(arms.bearing_rad), np.sin(arms.bearing_rad)
    node_x, node_y = streets.node_x[arms.node], streets.node_y[arms.node]
    x = node_x + left * cosine - half_width_m * sine
    y = node_y + left * sine + half_width_m * cosine
    across = half_width_m[dead ^ 1]
    return (
        np.concatenate([x, node_x[dead] + across * sine[dead]]),
        np.concatenate([y, node_y[dead] - across * cosine[dead]]),
    )


def _arcs(
    streets: Streets, layout: _Layout, number: Ints, verge_a: Ints, verge_b: Ints, blunt: Flags
) -> _Arcs:
    """Return verges, then what leads over medians, then the crossing of every arm."""
    count = 2 * streets.edges
    walked = np.flatnonzero(verge_a >= 0).astype(np.int32)
    over = np.flatnonzero(np.repeat(layout.link, 2) & (verge_a < 0)).astype(np.int32)
    begin, end = len(walked), len(walked) + len(over)
    size = end + count
    arcs = _Arcs(
        a=np.empty(size, dtype=np.int32),
        b=np.empty(size, dtype=np.int32),
        cm=np.empty(size, dtype=np.int32),
        kind=np.empty(size, dtype=np.int8),
        edge=np.empty(size, dtype=np.int32),
        verge=np.empty(size, dtype=np.int32),
    )
    arcs.a[:begin], arcs.b[:begin] = verge_a[walked], verge_b[walked]
    arm, back = over, over ^ 1
    arcs.a[begin:end], arcs.b[begin:end] = number[arm], number[layout.right_corner[back]]
    arcs.a[end:], arcs.b[end:] = number[:count], number[layout.right_corner]
    arcs.cm[:begin], arcs.cm[begin:end] = layout.verge_cm[walked], layout.verge_cm[over]
    across = _centimetres(layout.half_width_m[0::2] + layout.half_width_m[1::2])
    arcs.cm[end::2], arcs.cm[end + 1 :: 2] = across, across
    arcs.kind[:begin], arcs.kind[begin:end] = ArcKind.VERGE, ArcKind.MEDIAN
    arcs.kind[end:] = ArcKind.CROSSING
    arcs.kind[end + layout.dead[~blunt]] = ArcKind.VERGE
    arcs.edge[:begin], arcs.edge[begin:end] = walked // 2, over // 2
    own = np.arange(streets.edges, dtype=np.int32)
    arcs.edge[end::2], arcs.edge[end + 1 :: 2] = own, own
    arcs.verge[:begin], arcs.verge[begin:] = walked, -1
    return arcs


def _morton_order(x: Floats, y: Floats) -> Longs:
    """Return the order of points along a Morton curve over squares of a decimetre."""
    code = np.zeros(len(x), dtype=np.uint64)
    for shift, values in ((0, x), (1, y)):
        low = values.min() if len(values) else 0.0
        squares = ((values - low) * 10.0).astype(np.uint64)
        code |= _spread(squares) << np.uint64(shift)
    return np.argsort(code, kind="stable")


def _spread(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the numbers with a zero bit after each of their bits."""
    spread = values
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        spread = (spread | (spread << np.uint64(shift))) & np.uint64(mask)
    return spread


@compiled
def compressed_rows(corners: int, a: Ints, b: Ints) -> tuple[Ints, Ints, Ints]:
    """Return offsets, neighbours and arcs by corner; in a row the arcs are in their order."""
    start = np.zeros(corners + 1, np.int32)
    for at in range(a.size):
        start[a[at] + 1] += 1
        start[b[at] + 1] += 1
    for corner in range(corners):
        start[corner + 1] += start[corner]
    fill = start[:-1].copy()
    head, arc = np.empty(2 * a.size, np.int32), np.empty(2 * a.size, np.int32)
    for at in range(a.size):
        for tail, neighbour in ((a[at], b[at]), (b[at], a[at])):
            head[fill[tail]], arc[fill[tail]] = neighbour, at
            fill[tail] += 1
    return start, head, arc
