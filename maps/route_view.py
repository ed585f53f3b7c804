"""What the small map of a notice shows, as values: the parcel, routes with their pieces, what lies around."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gis.metric_zone import unproject
from gis.routing.route import Route


@dataclass(frozen=True, slots=True)
class RoutePiece:
    """A part of a route.

    Attributes
    ----------
    kind
        entry, verge, crossing, duct or tap.
    road_name
        The road walked or crossed; None where it has no name.
    length_m
        As measured.
    geometry
        In EPSG:4326; empty where the piece has no length.
    crossing
        Which of the counted crossings it belongs to, from 1 on; 0 where it crosses nothing.
    """

    kind: str
    road_name: str | None
    length_m: float
    geometry: shapely.LineString
    crossing: int = 0


@dataclass(frozen=True, slots=True)
class RouteLine:
    """A route as the map draws it.

    Attributes
    ----------
    geometry
        From the red line to the access point, EPSG:4326.
    pieces
        From entry to tap; none where the requester may not see them.
    access_point
        Where the feeder is tapped, EPSG:4326; None where the requester may not see it.
    name
        Name of the feeder.
    """

    geometry: shapely.LineString
    pieces: tuple[RoutePiece, ...] = ()
    access_point: shapely.Point | None = None
    name: str = ""

    @classmethod
    def of(cls, route: Route, name: str = "") -> RouteLine:
        """Return a route that was found, as the map draws it, ending at the access point."""
        planes = np.array([each.geometry for each in route.pieces], dtype=object)
        lines = unproject(planes, route.zone)
        whole = route.in_degrees()
        return cls(
            geometry=whole,
            pieces=tuple(
                RoutePiece(each.kind.value, each.road_name, each.length_m, line, each.crossing)
                for each, line in zip(route.pieces, lines, strict=True)
            ),
            access_point=shapely.get_point(whole, -1),
            name=name,
        )


@dataclass(frozen=True, slots=True)
class RouteView:
    """What the map shows.

    Attributes
    ----------
    parcel
        The red line, or the point asked about; EPSG:4326.
    chosen
        The route told, and that of the second supply where there is one.
    others
        Routes of the other options.
    frames
        What lies around, clipped by the caller: layer -> frame in EPSG:4326 with the dictionary's columns.
    """

    parcel: BaseGeometry
    chosen: tuple[RouteLine, ...] = ()
    others: tuple[RouteLine, ...] = ()
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def crossings(numbers: Sequence[int | None]) -> list[list[int]]:
    """Return the pieces of each crossing of a route, in order; one over a median is several pieces.

    Parameters
    ----------
    numbers
        Of the pieces from entry to tap: which crossing each belongs to, 0 or None for none.
    """
    found: dict[int, list[int]] = {}
    for piece, number in enumerate(numbers):
        if number:
            found.setdefault(number, []).append(piece)
    return [found[number] for number in sorted(found)]
