"""Who looks for routes: every parcel of the grid at once, one of them, or what a user drew (选线主体)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple, Protocol

import numpy as np
import shapely

from gis.corridors.attachments import Access, Attachments
from gis.corridors.coverage import Overlays
from gis.corridors.entries import drawn_entries
from gis.corridors.model import surroundings_of
from gis.corridors.surroundings import Surroundings
from gis.errors import InputError
from gis.metric_zone import project
from gis.network.columns import Floats, Objects, Rows
from gis.routing.local import Searcher
from gis.routing.router import Connections, Entrants, Router
from gis.routing.search import Search
from gis.siting.network import Network
from gis.words import Words

FARTHEST_M: Final = 50_000.0
"""How far from every road a drawn place may lie: one farther off is meant to lie elsewhere."""


class Extent(NamedTuple):
    """Sides of a box, degrees."""

    west: float
    south: float
    east: float
    north: float


class Seeker(Protocol):
    """Looks for the routes of sites, which it numbers from 0."""

    def connections(self, router: Router, load_kva: Floats, able_kva: Floats, search: Search) -> Connections:
        """Return the routes of the sites, ``parcel`` being their number."""

    def entrants(self, router: Router) -> Entrants:
        """Return the sites as the router knows them, in which ``owner`` of a site is `owner`."""

    def owner(self, site: int) -> int:
        """Return the number of a site among the entrants."""

    def components(self, site: int) -> Rows:
        """Return the connected pieces of road that the site comes to."""

    def access(self, site: int) -> Access:
        """Return how the site comes to the roads."""


@dataclass(frozen=True, slots=True)
class AllParcels:
    """Every stored parcel at once."""

    network: Network

    def connections(self, router: Router, load_kva: Floats, able_kva: Floats, search: Search) -> Connections:
        """Sweep over all parcels."""
        return router.connections(load_kva, able_kva, search)

    def entrants(self, router: Router) -> Entrants:
        """Return the stored parcels."""
        return router.parcels

    def owner(self, site: int) -> int:
        """Return the parcel's own number."""
        return site

    def components(self, site: int) -> Rows:
        """Return the pieces of road that a parcel comes to."""
        corridors = self.network.corridors
        return _components(self.network, corridors.entry_places.start, corridors.entry_places.verge, site)

    def access(self, site: int) -> Access:
        """Return how a parcel comes to the roads."""
        return Access(int(self.network.corridors.entries.access[site]))


@dataclass(frozen=True, slots=True)
class OneSite:
    """One site alone: a stored parcel, or what was drawn.

    Attributes
    ----------
    network
        Where it lies.
    number
        Of the site among the entrants.
    entrants_of
        Gives the entrants of a router.
    searchers_of
        Gives the working memory of local searches over a router; a thread needs its own.
    """

    network: Network
    number: int
    entrants_of: Callable[[Router], Entrants]
    searchers_of: Callable[[Router], tuple[Searcher, ...]]

    def connections(self, router: Router, load_kva: Floats, able_kva: Floats, search: Search) -> Connections:
        """Search around the site."""
        found = router.local_connections(
            self.searchers_of(router),
            self.number,
            float(load_kva[0]),
            able_kva,
            search,
            self.entrants_of(router),
        )
        return replace(found, parcel=np.zeros_like(found.parcel))

    def entrants(self, router: Router) -> Entrants:
        """Return who the site is one of."""
        return self.entrants_of(router)

    def owner(self, site: int) -> int:
        """Return the number of the site among the entrants."""
        return self.number + site

    def components(self, site: int) -> Rows:
        """Return the pieces of road that the site comes to."""
        served = self.network.levels["feeder"]
        at = self.entrants_of(served.router).places
        return _components(self.network, at.start, at.verge, self.owner(site))

    def access(self, site: int) -> Access:
        """Return how the site comes to the roads."""
        served = self.network.levels["feeder"]
        return Access(int(self.entrants_of(served.router).attachments.access[self.owner(site)]))


def _components(network: Network, start: np.ndarray, verge: np.ndarray, owner: int) -> Rows:
    graph = network.corridors.graph
    own = verge[start[owner] : start[owner + 1]]
    return np.unique(graph.component[graph.verge_a[own]]).astype(np.int64)


def one_parcel(
    network: Network, number: int, searchers_of: Callable[[Router], tuple[Searcher, ...]]
) -> OneSite:
    """Return a stored parcel alone."""
    return OneSite(network, number, lambda router: router.parcels, searchers_of)


@dataclass(frozen=True)
class Drawing:
    """Where drawn sites come to the roads; made once, for it takes the parcels and the streets together."""

    network: Network
    around: Surroundings
    overlays: Overlays

    @classmethod
    def of(cls, network: Network) -> Drawing:
        """Return what drawn sites are entered over."""
        graph, zone = network.corridors.graph, network.corridors.graph.streets.zone
        plane = {layer: project(_geometry(network, layer), zone) for layer in ("parcels", "water")}
        around = surroundings_of(graph, plane["parcels"], plane["water"], network.parameters)
        return cls(network, around, Overlays.of_grid(network.grid, graph))

    def site(
        self, shape: shapely.Geometry, searchers_of: Callable[[Router], tuple[Searcher, ...]]
    ) -> OneSite:
        """Return a point or a polygon (EPSG:4326) as a seeker.

        Raises
        ------
        InputError
            It is empty, has no area or is of another kind, or lies far from every road.
        """
        zone = self.network.corridors.graph.streets.zone
        plane = project(np.array([shape], dtype=object), zone)[0]
        if not shapely.is_empty(shape) and self._far(plane):
            raise _far_from_all(shapely.centroid(shape), self.extent)
        attachments = drawn_entries(self.around, plane)
        return self.at(attachments, searchers_of)

    @cached_property
    def extent(self) -> Extent:
        """Where there are roads."""
        streets = self.network.corridors.graph.streets
        lon, lat = streets.zone.to_wgs84(streets.x, streets.y)
        return Extent(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))

    def _far(self, plane: shapely.Geometry) -> bool:
        """Return whether a place of the plane lies farther than ``FARTHEST_M`` from every road."""
        if not np.isfinite(shapely.bounds(plane)).all():  # beyond what the plane can hold
            return True
        near = self.around.tree.query_nearest(plane, max_distance=FARTHEST_M, all_matches=False)
        return not len(near)

    def at(self, attachments: Attachments, searchers_of: Callable[[Router], tuple[Searcher, ...]]) -> OneSite:
        """Return a site whose entries are known, such as one that the user moved."""
        known: dict[int, Entrants] = {}

        def entrants_of(router: Router) -> Entrants:
            if id(router) not in known:
                known[id(router)] = router.drawn(attachments, self.overlays)
            return known[id(router)]

        return OneSite(self.network, 0, entrants_of, searchers_of)


def _far_from_all(place: shapely.Point, extent: Extent) -> InputError:
    """Return the refusal of a place (degrees); one whose numbers are in the wrong order is told so."""
    lon, lat = (f"{round(each, 6):.10g}" for each in (place.x, place.y))
    west, south, east, north = (f"{each:.2f}" for each in extent)
    swapped = extent.west <= place.y <= extent.east and extent.south <= place.x <= extent.north
    inside = Words(
        "请给出数据范围内的地点，经度在前，纬度在后", "give a place within the data, longitude first"
    )
    turned = Words(
        f"经度在前，纬度在后：是否指 {lat},{lon}？",
        f"longitude comes first, then latitude: is {lat},{lon} meant?",
    )
    return InputError(
        Words(
            f"地点 {lon},{lat} 距任何道路都超过 {FARTHEST_M / 1000:g} km；"
            f"数据范围为经度 {west} 至 {east}、纬度 {south} 至 {north}",
            f"the place {lon},{lat} lies more than {FARTHEST_M / 1000:g} km from every road; the data reach"
            f" from longitude {west} to {east} and from latitude {south} to {north}",
        ),
        repair=turned if swapped else inside,
    )


def _geometry(network: Network, layer: str) -> Objects:
    return np.array(network.grid[layer]["geometry"].to_numpy(), dtype=object)
