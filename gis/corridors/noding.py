"""The network of roads, railways and ducts of a grid (道路成网)."""

from __future__ import annotations

import numpy as np

from gis.corridors.ducts import with_ducts
from gis.corridors.lines import Lines, Ways
from gis.corridors.noding_crossings import crossed
from gis.corridors.noding_ends import joined_ends
from gis.corridors.noding_merge import merged_streets
from gis.corridors.noding_places import coincident_places, meeting_points
from gis.corridors.parameters import CorridorParameters
from gis.corridors.streets import Kind, Streets
from gis.corridors.ways import corridor_zone, read_ways
from gis.network.model import Grid


def noded_streets(grid: Grid, parameters: CorridorParameters) -> Streets:
    """Return the edges and nodes of a grid's roads, railways and ducts.

    How a road meets others:

    - with node ids (column ``node_ids``): where an id stands in two roads or twice in one, at one place;
    - ``noding`` "shared": where vertices coincide;
    - else by crossings: wherever it crosses, touches or overlaps another line, or itself. It is enough that
      one of two lines is noded so.

    Lines of different levels (``layer``, ``bridge``, ``tunnel``) do not meet, but the end of a line
    joins the ends there whatever their levels (a bridge continues a road), and the vertices there, not
    the interior of a segment. An end that dangles within ``join_tolerance_m`` of another end, or of a road
    of its level, is joined to it. A railway meets a road of its level at a common vertex, and at a bare
    crossing where the road is noded by crossings. Ducts beside streets are left out; the others are
    led to the nearest street.

    Every end of a line is a node, the first vertex of a ring too, hence a node may join just two edges.
    Nodes are counted along the edges, edges by way and along it. Without a road there is no edge.

    Parameters
    ----------
    grid
        The layers roads, railways and ducts are used; the others may tell the zone.
    parameters
        Tolerances and default widths.

    Raises
    ------
    CrsError
        Nothing in the grid has a place.
    """
    zone = corridor_zone(grid)
    ways, lines = read_ways(grid, zone, parameters)
    kinds = ways.kind[lines.way]
    on_road = (kinds == Kind.STREET) | (kinds == Kind.EXPRESSWAY)
    lines = _meeting(lines, ways, parameters) if on_road.any() else lines.kept(np.flatnonzero(on_road))
    places = coincident_places(lines.x, lines.y, parameters.coincident_m)
    points = meeting_points(lines, ways, places)
    return merged_streets(zone, lines, ways, places, points, parameters.coincident_m)


def _meeting(lines: Lines, ways: Ways, parameters: CorridorParameters) -> Lines:
    """Return the lines with a vertex wherever they meet."""
    kinds = ways.kind[lines.way]
    ducts = lines.kept(np.flatnonzero(kinds == Kind.DUCT))
    lines = lines.kept(np.flatnonzero(kinds != Kind.DUCT))
    roads = ways.kind[lines.way] != Kind.RAILWAY
    lines = joined_ends(lines, ways, parameters, movers=roads, targets=roads)
    if ducts.count:
        lines = with_ducts(lines, ducts, ways, parameters)
        pieces = ways.kind[lines.way] == Kind.DUCT
        lines = joined_ends(lines, ways, parameters, movers=pieces, targets=pieces)
    return crossed(lines, ways, parameters.coincident_m)
