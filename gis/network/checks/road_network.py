"""Checks of how roads join (道路连通核查)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.figures import figure
from gis.findings import Severity
from gis.network.checks.components import components
from gis.network.checks.model import Fault, check, layer_fault
from gis.network.checks.roads import levels, noded
from gis.network.checks.subject import Subject, lonlat
from gis.network.columns import Flags, Objects, Rows

_EXACT_M = 0.001
"""Two vertices this close are one: the rounding of a projection."""

_CELLS_PER_DEGREE = 1e7
"""Vertices are told apart to a centimetre."""


class Noding(NamedTuple):
    """How the sampled roads meet one another; a bare crossing is no vertex of both roads."""

    sampled: int
    meeting_ends: int
    ends_at_vertices: int
    bare_crossings: int


@check(Severity.WARNING, "建议按共用节点成网")
def roads_shared_noding_suggested(subject: Subject) -> Iterator[Fault]:
    """Find roads that are noded already, so that crossings without a shared vertex must be bridges."""
    noding = noding_of(subject)
    if not noding.bare_crossings:
        return
    if noding.ends_at_vertices < subject.parameters.noding_share * noding.meeting_ends:
        return
    share = noding.ends_at_vertices / max(noding.meeting_ends, 1)
    scope = "" if noding.sampled == subject.size("roads") else f" (a sample of {noding.sampled:,} roads)"
    yield layer_fault(
        "roads",
        f"{share:.1%} of the road ends that meet another road do so at a vertex of it, yet "
        f"{noding.bare_crossings:,} pairs of roads cross without sharing one{scope}: most are bridges.",
        "Import the roads again with --noding shared.",
    )


def noding_of(subject: Subject) -> Noding:
    """Return how a sample of the roads not noded yet meet other roads of their level."""
    sample = _sample(subject)
    meeting, exact = _ends(subject, sample)
    tails, heads = _crossing_pairs(subject, sample)
    bare = _meet_between_vertices(subject, tails, heads)
    return Noding(len(sample), meeting, exact, int(bare.sum()))


def _sample(subject: Subject) -> Rows:
    """Return rows spread evenly over the roads in order of their places, whatever the order of the rows."""
    centres = subject.centres("roads")
    rows = np.flatnonzero(np.isfinite(centres).all(axis=1) & ~noded(subject))
    rows = rows[np.lexsort([centres[rows, 1], centres[rows, 0]])]
    count = min(len(rows), subject.parameters.noding_sample)
    return rows[np.linspace(0, len(rows) - 1, count).astype(np.int64)] if count else rows


def _ends(subject: Subject, sample: Rows) -> tuple[int, int]:
    """Return how many ends meet another road, and how many of these do so at one of its vertices."""
    lines, owner = shapely.get_parts(subject.plane("roads")[sample], return_index=True)
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    owner = np.concatenate([sample[owner], sample[owner]])
    tree = subject.tree("roads")
    end, road = tree.query(ends, predicate="dwithin", distance=subject.parameters.road_touch_m)
    level = levels(subject)
    other = (owner[end] != road) & (level[owner[end]] == level[road])
    end, road = end[other], road[other]
    exact = shapely.dwithin(ends[end], _vertices(subject, road), _EXACT_M)
    return np.unique(end).size, np.unique(end[exact]).size


def _crossing_pairs(subject: Subject, sample: Rows) -> tuple[Rows, Rows]:
    """Return each pair of a sampled road and another of its level whose interiors meet."""
    lines = subject.plane("roads")[sample]
    at, heads = subject.tree("roads").query(lines, predicate="crosses")
    tails = sample[at]
    level = levels(subject)
    kept = (level[tails] == level[heads]) & (tails != heads) & ~noded(subject)[heads]
    pairs = np.unique(np.sort(np.stack([tails[kept], heads[kept]], axis=1), axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _meet_between_vertices(subject: Subject, tails: Rows, heads: Rows) -> Flags:
    """Return where two roads meet at a point that is not a vertex of both."""
    lines = subject.plane("roads")
    points, pair = shapely.get_parts(shapely.intersection(lines[tails], lines[heads]), return_index=True)
    here = shapely.get_type_id(points) == shapely.GeometryType.POINT
    points, pair = points[here], pair[here]
    bare = np.zeros(len(tails), dtype=bool)
    for rows in (tails, heads):
        bare[pair[~shapely.dwithin(points, _vertices(subject, rows[pair]), _EXACT_M)]] = True
    return bare


def _vertices(subject: Subject, rows: Rows) -> Objects:
    """Return the vertices of each row's road as a multipoint."""
    several, at = np.unique(rows, return_inverse=True)
    points, road = shapely.get_coordinates(subject.plane("roads")[several], return_index=True)
    multipoints = shapely.multipoints(points, indices=road) if len(points) else np.empty(0, dtype=object)
    return np.asarray(multipoints, dtype=object)[at]


@check(Severity.WARNING, "路网不连通")
def roads_disconnected(subject: Subject) -> Iterator[Fault]:
    """Find small pieces of the road network that are cut off: parcels beside them cannot be reached."""
    geometry = subject.geometry("roads")
    placed = ~shapely.is_missing(geometry)
    if not placed.any():
        return
    label = _connected(subject, placed)
    metres = np.nan_to_num(shapely.length(subject.plane("roads")))
    sizes, lengths = np.bincount(label[placed], minlength=len(label)), np.bincount(label, metres)
    limit = subject.parameters.small_component_roads
    small = placed & (sizes[label] < limit) & (label != np.argmax(lengths))
    if not small.any():
        return
    pieces = np.unique(label[small])
    longest = pieces[np.argmax(lengths[pieces])]
    [lon], [lat] = lonlat(geometry[[_foremost(subject, label == longest)]])
    counted = "1 piece" if pieces.size == 1 else f"{pieces.size:,} pieces"
    yield Fault(
        "roads",
        None,
        f"{small.sum():,} of {placed.sum():,} roads ({figure(metres[small].sum() / 1000)} km) are cut off, "
        f"in {counted} of fewer than {limit} roads; the longest of them is shown.",
        "Join them to the network where they should meet it; parcels beside them are unreachable.",
        lon,
        lat,
    )


def _foremost(subject: Subject, mask: NDArray[np.bool_]) -> int:
    rows = np.flatnonzero(mask)
    return int(rows[np.argmin(subject.ids("roads")[rows].astype(str))])


def _connected(subject: Subject, placed: Flags) -> Rows:
    """Return the connected piece of each road: by shared vertices, then by touching and crossing."""
    tails, heads = _sharing(subject.geometry("roads"))
    label = components(len(placed), tails, heads)
    sizes = np.bincount(label)
    small = placed & (sizes[label] < subject.parameters.small_component_roads) & ~noded(subject)
    rows = np.flatnonzero(small)
    lines = subject.plane("roads")[rows]
    at, others = subject.tree("roads").query(lines, predicate="dwithin", distance=_EXACT_M)
    level = levels(subject)
    same = level[rows[at]] == level[others]
    return components(
        len(placed), np.append(label, rows[at][same]), np.append(np.arange(len(label)), others[same])
    )


def _sharing(geometry: Objects) -> tuple[Rows, Rows]:
    """Return pairs of roads that share a vertex, enough of them to connect all that do."""
    points, road = shapely.get_coordinates(geometry, return_index=True)
    cells = np.round(points * _CELLS_PER_DEGREE).astype(np.int64)
    codes, _ = pd.factorize((cells[:, 0] << 32) + cells[:, 1])
    first = np.empty(codes.max(initial=-1) + 1, dtype=np.int64)
    first[codes[::-1]] = road[::-1]
    other = first[codes] != road
    return first[codes][other], road[other]


CHECKS = (roads_shared_noding_suggested, roads_disconnected)
"""Checks of how roads join."""
