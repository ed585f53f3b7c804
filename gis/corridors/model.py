"""What does not depend on capacities: corridors and the entries of the parcels (走廊模型)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from gis.corridors.attachments import Attachments, Places
from gis.corridors.corners import Surrounding, corner_graph
from gis.corridors.coverage import Coverage, Overlays, coverage
from gis.corridors.coverage_places import PlaceMeasures, place_measures
from gis.corridors.drawn_clear import cleared_offsets
from gis.corridors.drawn_offsets import draw_offsets
from gis.corridors.entries import parcel_entries
from gis.corridors.graph import CornerGraph
from gis.corridors.median_links import with_median_links
from gis.corridors.noding import noded_streets
from gis.corridors.parameters import CorridorParameters
from gis.corridors.places import places, walkable_verges
from gis.corridors.streets import Flags, Floats, Objects, Streets
from gis.corridors.surroundings import Surroundings, Verges, surroundings
from gis.metric_zone import project
from gis.network.model import Grid
from gis.steps import Step, untold

CORRIDOR_LAYERS: Final = (
    "roads",
    "railways",
    "water",
    "ducts",
    "green",
    "infrastructure",
    "city_area",
    "parcels",
)
"""Layers whose change makes the corridors stale; capacities are none of them."""

_SMALL_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Corridors:
    """The corner graph of a grid with what it runs through, and the entries of its parcels.

    Attributes
    ----------
    graph
        The corner graph.
    coverage
        What its verges and arcs run through.
    entries
        Where each parcel can be entered; owners are the parcels in the order of ``parcel_ids``.
    entry_places
        The same as positions on verges.
    entry_measures
        What the ways to these run through.
    parcel_ids
        The users' own ids.
    draw_offset_m
        From the centreline to where cables are drawn, shape (2, segments).
    """

    graph: CornerGraph
    coverage: Coverage
    entries: Attachments
    entry_places: Places
    entry_measures: PlaceMeasures
    parcel_ids: Objects
    draw_offset_m: Floats


def build_corridors(
    grid: Grid, parameters: CorridorParameters, step: Callable[[Step], None] = untold
) -> Corridors:
    """Return the corridors of a grid.

    Parameters
    ----------
    grid
        Its layers ``CORRIDOR_LAYERS``.
    parameters
        Thresholds and default widths.
    step
        Is told what comes next.

    Raises
    ------
    CrsError
        Nothing in the grid has a place.
    """
    step(Step.NODING)
    streets = noded_streets(grid, parameters)
    parcels = _plane(grid, "parcels", streets)
    step(Step.CORNERS)
    points = _inner_points(parcels)
    streets = with_median_links(streets, points, parameters)
    water = _plane(grid, "water", streets)
    graph = corner_graph(streets, Surrounding(points, _present(water)), parameters)
    step(Step.OFFSETS)
    land = np.concatenate([parcels, water])
    offset_m = cleared_offsets(graph, draw_offsets(graph, land), land)
    step(Step.COVERAGE)
    overlays = Overlays.of_grid(grid, graph)
    covered = coverage(graph, offset_m, overlays, parameters)
    step(Step.ENTRIES)
    around = surroundings_of(graph, parcels, water, parameters)
    entries = parcel_entries(around)
    entry_places = places(graph, entries)
    return Corridors(
        graph=graph,
        coverage=covered,
        entries=entries,
        entry_places=entry_places,
        entry_measures=place_measures(graph, overlays, entries, entry_places),
        parcel_ids=grid["parcels"]["id"].to_numpy(dtype=object),
        draw_offset_m=offset_m,
    )


def surroundings_of(
    graph: CornerGraph, parcels: Objects, water: Objects, parameters: CorridorParameters
) -> Surroundings:
    """Return what attaches to the verges of a corner graph, and what stands between.

    Parameters
    ----------
    graph
        The corner graph.
    parcels, water
        Polygons in its plane, None allowed.
    parameters
        Tolerances.
    """
    verges = Verges(graph.half_width_m, walkable_verges(graph), large_verges(graph, parameters))
    return surroundings(graph.streets, verges, parcels, water, parameters)


def large_verges(graph: CornerGraph, parameters: CorridorParameters) -> Flags:
    """Return which verges lie in a connected piece that is large enough to matter, shape (verges,).

    A piece counts as large from ``small_component_m`` of road on, or from a twentieth of the longest one.
    """
    if not len(graph.component_cm):
        return np.zeros(0, dtype=bool)
    # Every road has two verges.
    road_m = graph.component_cm / 200.0
    least_m = min(parameters.small_component_m, _SMALL_SHARE * float(road_m[0]))
    large = road_m >= least_m
    return np.asarray((graph.verge_a >= 0) & large[graph.component[graph.verge_a]], dtype=bool)


def _plane(grid: Grid, layer: str, streets: Streets) -> Objects:
    return project(np.array(grid[layer]["geometry"].to_numpy(), dtype=object), streets.zone)


def _present(geometry: Objects) -> Objects:
    return np.asarray(geometry[~(shapely.is_missing(geometry) | shapely.is_empty(geometry))], dtype=object)


def _inner_points(parcels: Objects) -> Floats:
    points = shapely.point_on_surface(_present(parcels))
    return np.stack([shapely.get_x(points), shapely.get_y(points)], axis=1).reshape(-1, 2)
