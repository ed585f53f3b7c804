"""A route (接入路径) as a value, and the reasons why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import shapely

from gis.corridors.attachments import Access
from gis.corridors.streets import ROAD_CLASSES, Ints, Kind
from gis.metric_zone import MetricZone, unproject

_SHOWN_CLASSES = frozenset({"primary", "secondary", "tertiary", "local", "expressway"})


class PieceKind(Enum):
    """What a piece of a route is."""

    ENTRY = "entry"
    """From the red line to the verge (进线)."""
    VERGE = "verge"
    """Along one side of a road (沿路)."""
    CROSSING = "crossing"
    """Across a road or its median (穿越)."""
    DUCT = "duct"
    """In an existing duct away from the roads (管沟)."""
    TAP = "tap"
    """From the verge to the access point (接入点引线)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a route on one road.

    Attributes
    ----------
    kind
        What it is.
    road_id, road_name
        The road walked, crossed or come to, as the user names it; no name is None.
    road_class
        primary, secondary, tertiary, local, expressway or other.
    length_m
        As measured; drawings may differ (``gis.routing.draw``).
    crossing
        Which of the counted crossings it belongs to, from 1 on; 0 where it crosses nothing.
    geometry
        Plane line; empty where the piece has no length.
    """

    kind: PieceKind
    road_id: str
    road_name: str | None
    road_class: str
    length_m: float
    crossing: int
    geometry: shapely.LineString


@dataclass(frozen=True, slots=True)
class Route:
    """How a cable goes from a parcel's red line to an access point.

    Attributes
    ----------
    parcel, feeder
        Numbers of the owners at both ends.
    entry_attachment, tap_attachment
        Rows of the attachments used.
    zone
        The plane of the geometry.
    geometry
        One line from the red line to the access point, plane metres.
    length_m
        Sum of the pieces.
    crossing_m, crossing_count
        Metres across roads, and how many times; over a median counts once.
    city_road_crossing_m
        Of the crossed metres, those across city roads.
    excavation_m
        Verges and crossings of city roads outside ducts and outside green.
    green_m
        All pieces inside green.
    along_main_road_m
        Verges of primary and secondary roads.
    along_infrastructure_m
        Verges along important infrastructure.
    width_assumed
        Some road's width is the default of its class.
    side_assumed
        The parcel or the access point lies on a centreline, so its side is unknown.
    beyond_frontage
        The parcel fronts no road; the nearest verge that it can reach was taken.
    pieces
        From entry to tap.
    """

    parcel: int
    feeder: int
    entry_attachment: int
    tap_attachment: int
    zone: MetricZone
    geometry: shapely.LineString
    length_m: float
    crossing_m: float
    crossing_count: int
    city_road_crossing_m: float
    excavation_m: float
    green_m: float
    along_main_road_m: float
    along_infrastructure_m: float
    width_assumed: bool
    side_assumed: bool
    beyond_frontage: bool
    pieces: tuple[Piece, ...]

    def in_degrees(self) -> shapely.LineString:
        """Return the geometry in EPSG:4326, longitude first."""
        line: shapely.LineString = unproject(np.array([self.geometry], dtype=object), self.zone)[0]
        return line


class NoRouteReason(Enum):
    """Why there is no route."""

    NO_ENTRY = "no_entry"
    """No verge lies within reach of the parcel."""
    BARRIER = "barrier"
    """Verges are near, but a road, water, a railway or another parcel lies between."""
    NO_TAP = "no_tap"
    """No feeder asked for can be tapped anywhere."""
    NO_COMPONENT = "no_component"
    """The roads at the parcel are not connected to those at any tap."""
    TOO_FAR = "too_far"
    """A tap is connected, but farther than the limit."""


@dataclass(frozen=True, slots=True)
class NoRoute:
    """There is no route, and why.

    Attributes
    ----------
    reason
        In one word.
    detail
        In a sentence.
    """

    reason: NoRouteReason
    detail: str


_DETAIL = {
    NoRouteReason.NO_ENTRY: "No verge of a road lies within reach of the parcel.",
    NoRouteReason.BARRIER: "Verges are near, but a road, water, a railway or another parcel lies between.",
    NoRouteReason.NO_TAP: "None of the feeders can be tapped at a mapped road.",
    NoRouteReason.NO_COMPONENT: "The roads at the parcel are not connected to the roads at any access point.",
}


def why_no_route(access: Access, entry_components: Ints, tap_components: Ints, *, limit_m: float) -> NoRoute:
    """Return why no route from a parcel was found.

    Parameters
    ----------
    access
        How the parcel comes to the roads.
    entry_components
        Connected pieces (``CornerGraph.component``) of the corners at its entries, shape (n,).
    tap_components
        The same for the taps of the feeders that were asked for, shape (m,).
    limit_m
        How far was looked.
    """
    reason = NoRouteReason.TOO_FAR
    if access == Access.BARRIER:
        reason = NoRouteReason.BARRIER
    elif access == Access.NONE or not len(entry_components):
        reason = NoRouteReason.NO_ENTRY
    elif not len(tap_components):
        reason = NoRouteReason.NO_TAP
    elif not np.isin(entry_components, tap_components).any():
        reason = NoRouteReason.NO_COMPONENT
    detail = _DETAIL.get(reason, f"Every access point that is connected lies farther than {limit_m:g} m.")
    return NoRoute(reason, detail)


def shown_class(kind: int, road_class: int) -> str:
    """Return the class of an edge as a route shows it, of its ``Kind`` and code of ``ROAD_CLASSES``."""
    name = ROAD_CLASSES[road_class]
    if kind in (Kind.RAILWAY, Kind.DUCT) or name not in _SHOWN_CLASSES:
        return "other"
    return name
