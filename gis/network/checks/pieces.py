"""Checks of things drawn in several parts (多部件图形核查)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from gis.figures import figure
from gis.findings import Severity
from gis.network.checks.components import components
from gis.network.checks.model import Fault, check, faults
from gis.network.checks.subject import Subject, taken
from gis.network.columns import Objects, Rows

_GRID_M = 0.01
"""Vertices in one cell of this size are one point."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of one thing and the piece each belongs to."""

    row: int
    parts: Objects
    piece: Rows

    def gap_m(self, main: int) -> float:
        """Return the distance between the main piece and the rest, metres."""
        here = self.piece == main
        return float(
            shapely.distance(shapely.union_all(self.parts[here]), shapely.union_all(self.parts[~here]))
        )


def _in_pieces(geometry: Objects, gap_m: float) -> Iterator[_Parts]:
    """Yield the things whose parts, joined across gaps of at most ``gap_m``, are more than one piece."""
    several = np.flatnonzero(shapely.get_num_geometries(geometry) > 1)
    parts, owners = shapely.get_parts(geometry[several], return_index=True)
    if not len(parts):
        return
    label = _by_vertices(parts, owners)
    firsts = np.unique(np.stack([owners, label]), axis=1)[0]
    for owner in np.flatnonzero(np.bincount(firsts) > 1):
        mine = np.flatnonzero(owners == owner)
        _, piece = np.unique(label[mine], return_inverse=True)
        one = shapely.STRtree(parts[mine])
        tails, heads = one.query(parts[mine], predicate="dwithin", distance=gap_m)
        joined = components(piece.max() + 1, piece[tails], piece[heads])[piece]
        if np.unique(joined).size > 1:
            yield _Parts(int(several[owner]), parts[mine], joined)


def _by_vertices(parts: Objects, owners: Rows) -> Rows:
    """Join the parts of each owner that share a vertex: fast, and enough for almost all."""
    points, part = shapely.get_coordinates(parts, return_index=True)
    cells = np.round(points / _GRID_M).astype(np.int64)
    order = np.lexsort([cells[:, 1], cells[:, 0], owners[part]])
    same = (cells[order][1:] == cells[order][:-1]).all(axis=1)
    same &= owners[part][order][1:] == owners[part][order][:-1]
    return components(len(parts), part[order][1:][same], part[order][:-1][same])


def _main_feeder_piece(thing: _Parts, home: shapely.Geometry | None) -> int:
    """Return the piece at the substation, else the longest."""
    if home is not None:
        return int(thing.piece[np.argmin(shapely.distance(thing.parts, home))])
    return int(np.argmax(np.bincount(thing.piece, shapely.length(thing.parts))))


@check(Severity.WARNING, "线路图形断开")
def feeder_in_pieces(subject: Subject) -> Iterator[Fault]:
    """Find feeders with parts that do not touch the rest: they cannot be reached."""
    plane = subject.plane("feeders")
    homes = taken(
        subject.plane("substations"),
        subject.rows_of("substations", subject.texts("feeders", "substation_id")),
    )
    rows, messages = [], []
    for thing in _in_pieces(plane, subject.parameters.feeder_gap_m):
        main = _main_feeder_piece(thing, homes[thing.row])
        away = shapely.length(thing.parts[thing.piece != main]).sum()
        rows.append(thing.row)
        messages.append(
            f"Feeder {subject.labels('feeders', [thing.row])[0]} is in {np.unique(thing.piece).size} pieces: "
            f"{figure(away)} m of {figure(shapely.length(plane[thing.row]))} m hang apart, "
            f"the nearest {figure(thing.gap_m(main))} m away."
        )
    yield from faults(
        subject, "feeders", rows, messages, "Close the gap, or give the piece to its own feeder."
    )


@check(Severity.WARNING, "地块分散")
def parcel_parts_far_apart(subject: Subject) -> Iterator[Fault]:
    """Find parcels whose parts lie so far apart that one connection cannot serve them."""
    rows, messages = [], []
    for thing in _in_pieces(subject.plane("parcels"), subject.parameters.parcel_gap_m):
        main = int(np.argmax(np.bincount(thing.piece, shapely.area(thing.parts))))
        rows.append(thing.row)
        messages.append(
            f"Parcel {subject.labels('parcels', [thing.row])[0]} "
            f"has parts {figure(thing.gap_m(main))} m apart."
        )
    yield from faults(subject, "parcels", rows, messages, "Make each part a parcel of its own.")


CHECKS = (feeder_in_pieces, parcel_parts_far_apart)
"""Checks of parts."""
