"""Where each feeder can be tapped (接火点): at access points, along an overhead line, or at stand-ins."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis.corridors.attachments import Attachments, Places
from gis.corridors.coverage import Overlays
from gis.corridors.coverage_places import PlaceMeasures, place_measures
from gis.corridors.graph import CornerGraph
from gis.corridors.model import surroundings_of
from gis.corridors.parameters import CorridorParameters
from gis.corridors.places import places
from gis.corridors.streets import Flags, Floats, Ints, Longs, Objects
from gis.corridors.taps import access_point_taps, line_taps
from gis.metric_zone import MetricZone, project
from gis.network.model import Grid

TAP_LAYERS: Final = ("feeders", "access_points", "substations", "transformers")
_BESIDE_M: Final = 20.0


class TapKind(IntEnum):
    """What a tap is."""

    ACCESS_POINT = 0
    """A mapped access point (环网柜、开闭所、分支箱、杆、间隔)."""
    LINE = 1
    """Anywhere along an overhead line without mapped poles."""
    ASSUMED = 2
    """An end of a cable without mapped access points, or its place beside a substation or transformer."""


@dataclass(frozen=True, slots=True)
class FeederTaps:
    """Taps grouped by feeder.

    Attributes
    ----------
    feeder_ids
        Ids of the feeders in the order of the grid's frame, shape (feeders,).
    start
        Offsets of the feeders' taps, shape (feeders + 1,).
    kind
        ``TapKind`` of each tap, shape (taps,).
    access_point_ids
        Id of its access point, None for other kinds.
    access_point_kinds
        pole, ring_main_unit, switching_station, branch_box or substation_bay; None where unknown.
    spare_bays
        Free bays of the access point, NaN where unknown.
    attachments, places
        Where the taps attach, and the same as positions on verges; an owner for each tap.
    measures
        What the ways to these run through.
    """

    feeder_ids: Objects
    start: Ints
    kind: NDArray[np.int8]
    access_point_ids: Objects
    access_point_kinds: Objects
    spare_bays: Floats
    attachments: Attachments
    places: Places
    measures: PlaceMeasures


def feeder_taps(grid: Grid, graph: CornerGraph, parameters: CorridorParameters) -> FeederTaps:
    """Return the taps of every feeder of the grid.

    A cable is tapped at its access points only; an overhead line at its poles, or anywhere along it where no
    pole is mapped, besides its other access points; a mixed line at its access points where it has any, else
    anywhere. A cable without access points, and a line of unknown construction without any, is assumed to be
    tapped at its ends and where it passes within 20 m of a substation or of one of its own transformers.

    Parameters
    ----------
    grid
        Its layers ``TAP_LAYERS``, water, green and city area.
    graph
        The corner graph of its roads.
    parameters
        Tolerances.
    """
    zone = graph.streets.zone
    around = surroundings_of(
        graph, np.empty(0, dtype=object), project(_geometry(grid["water"]), zone), parameters
    )
    feeders, points = grid["feeders"], grid["access_points"]
    ids = feeders["id"].to_numpy(dtype=object)
    owner = pd.Index(ids).get_indexer(pd.Index(points["feeder_id"].to_numpy(dtype=object)))
    owner[points["feeder_id"].isna().to_numpy()] = -1
    lines = project(_geometry(feeders), zone)
    tapped = np.bincount(owner[owner >= 0], minlength=len(ids)) > 0
    pole = (points["kind"] == "pole").to_numpy()
    poled = np.bincount(owner[(owner >= 0) & pole], minlength=len(ids)) > 0
    construction = feeders["construction"].to_numpy(dtype=object)
    along = (construction == "overhead") & ~poled | (construction == "mixed") & ~tapped
    stand_in = np.flatnonzero(~along & ~tapped)
    stand_ins, stand_in_owner = _assumed(grid, lines, stand_in, zone)
    mapped, along_rows = np.flatnonzero(owner >= 0), np.flatnonzero(along)
    at_points = project(_geometry(points), zone)[mapped]
    attachments = _stacked(
        access_point_taps(around, np.concatenate([at_points, stand_ins])),
        line_taps(around, lines[along_rows]),
    )
    feeder = np.concatenate([owner[mapped], stand_in_owner, along_rows])
    sizes = [len(mapped), len(stand_ins), len(along_rows)]
    kind = np.repeat([TapKind.ACCESS_POINT, TapKind.ASSUMED, TapKind.LINE], sizes).astype(np.int8)
    order = np.lexsort((kind, feeder))
    attachments = reordered(attachments, order)
    on_verges = places(graph, attachments)
    row = np.concatenate([mapped, np.full(len(feeder) - len(mapped), -1)])[order]
    return FeederTaps(
        feeder_ids=ids,
        start=np.searchsorted(feeder[order], np.arange(len(ids) + 1)).astype(np.int32),
        kind=kind[order],
        access_point_ids=_taken(points["id"].to_numpy(dtype=object), row),
        access_point_kinds=_taken(points["kind"].to_numpy(dtype=object), row),
        spare_bays=_taken(points["spare_bays"].to_numpy(dtype=object), row).astype(np.float64),
        attachments=attachments,
        places=on_verges,
        measures=place_measures(graph, Overlays.of_grid(grid, graph), attachments, on_verges),
    )


def _geometry(frame: pd.DataFrame) -> Objects:
    return np.array(frame["geometry"].to_numpy(), dtype=object)


def _taken(values: Objects, rows: Longs) -> Objects:
    """Return the value at each row; None where the row is -1."""
    return np.append(values, np.array([None], dtype=object))[rows]


def _assumed(grid: Grid, lines: Objects, feeders: Longs, zone: MetricZone) -> tuple[Objects, Longs]:
    """Return the ends of the feeders' lines and their places beside stations, and whose they are."""
    known = feeders[~(shapely.is_missing(lines[feeders]) | shapely.is_empty(lines[feeders]))]
    ends, end_owner = shapely.get_parts(shapely.boundary(shapely.line_merge(lines[known])), return_index=True)
    transformers = grid["transformers"]
    stations = np.concatenate(
        [project(_geometry(grid[name]), zone) for name in ("substations", "transformers")]
    )
    served = np.concatenate(
        [
            np.full(len(grid["substations"]), None, dtype=object),
            transformers["feeder_id"].to_numpy(dtype=object),
        ]
    )
    tree = shapely.STRtree(stations)
    line, station = tree.query(lines[known], predicate="dwithin", distance=_BESIDE_M)
    feeder_id = grid["feeders"]["id"].to_numpy(dtype=object)[known[line]]
    own = pd.isna(served[station]) | (served[station] == feeder_id)
    line, station = line[own], station[own]
    beside = shapely.get_point(shapely.shortest_line(lines[known[line]], stations[station]), 0)
    return np.concatenate([ends, beside]), known[np.concatenate([end_owner, line])]


def _stacked(one: Attachments, other: Attachments) -> Attachments:
    """Return the attachments of both, the owners of the second after those of the first."""
    columns = {
        name: np.concatenate([getattr(one, name), getattr(other, name)])
        for name in Attachments.__dataclass_fields__
        if name != "start"
    }
    return Attachments(start=np.concatenate([one.start, one.start[-1] + other.start[1:]]), **columns)


def reordered(attachments: Attachments, owners: Longs) -> Attachments:
    """Return the attachments of the owners in the order given, shape (n,)."""
    sizes = np.diff(attachments.start)[owners]
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    rows = np.repeat(attachments.start[owners] - start[:-1], sizes) + np.arange(start[-1])
    columns = {
        name: getattr(attachments, name)[rows]
        for name in Attachments.__dataclass_fields__
        if name not in {"start", "access"}
    }
    return Attachments(start=start, access=attachments.access[owners], **columns)


def offered(taps: FeederTaps) -> Flags:
    """Return which taps have a free bay, or may have one; a line and an assumed tap need none."""
    return np.asarray(~(taps.spare_bays <= 0), dtype=bool)
