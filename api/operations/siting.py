"""Assess sites on the database: the ground they share, the desk of a day, the answer to one question."""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from heapq import nlargest
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Engine

from api.operations.corridors import BuildWatch, corridors
from gis.calendar import WorkCalendar
from gis.capacity.open_capacity import open_capacity
from gis.capacity.parameters import CapacityParameters, default_parameters
from gis.corridors.model import CORRIDOR_LAYERS
from gis.corridors.parameters import CorridorParameters
from gis.errors import ConflictError, InputError
from gis.names import normal_name
from gis.network.columns import Flags, Floats
from gis.network.model import Grid
from gis.routing.local import Searcher
from gis.routing.router import Router
from gis.siting.assess import Assessment, Desk, assess
from gis.siting.loads import LoadTable, default_table
from gis.siting.network import NETWORK_LAYERS, Network
from gis.siting.offers import Offers, live_offers, published_offers
from gis.siting.question import Question, require_policy
from gis.siting.screen import one_of
from gis.siting.seekers import Drawing, OneSite, one_parcel
from gis.siting.sites import Load, Sites, drawn_site, parcel_sites
from gis.steps import Step
from gis.words import Words
from layers.queries.grid import CAPACITY_LAYERS, read_grid
from layers.queries.versions import DataVersion, data_version

GROUND_LAYERS: Final = tuple(dict.fromkeys((*CORRIDOR_LAYERS, *NETWORK_LAYERS, *CAPACITY_LAYERS)))
"""Layers that assessments are made from."""

_TRIES: Final = 5


@dataclass(frozen=True)
class Ground:
    """One state of the data, as all assessments of it share it.

    Attributes
    ----------
    version
        Of the data.
    network
        What sites can be connected to.
    readings
        The grid's assets, readings and claims.
    table
        Load densities.
    """

    version: DataVersion
    network: Network
    readings: Grid
    table: LoadTable
    _local: threading.local = field(default_factory=threading.local, repr=False)

    @cached_property
    def parcels(self) -> Sites:
        """The stored parcels with their own loads."""
        return parcel_sites(self.network.grid, self.network.corridors.graph.streets.zone, self.table)

    @cached_property
    def parcel_bounds(self) -> Floats:
        """West, south, east and north of each parcel, degrees, shape (parcels, 4)."""
        return np.asarray(shapely.bounds(self.parcels.geometry)).reshape(-1, 4)

    @cached_property
    def parcel_tree(self) -> shapely.STRtree:
        """Finds the parcels of a place (EPSG:4326)."""
        return shapely.STRtree(self.parcels.geometry)

    @cached_property
    def parcel_texts(self) -> list[str]:
        """Id and name of each parcel as searches compare them."""
        both = zip(self.parcels.ids.tolist(), self.parcels.names.tolist(), strict=True)
        return ["\n".join(normal_name(each) for each in pair if each) for pair in both]

    @cached_property
    def drawing(self) -> Drawing:
        """Where drawn sites come to the roads."""
        return Drawing.of(self.network)

    def shown(self, *, public: bool) -> Flags:
        """Return which parcels exist to who asks, shape (parcels,): to the public all but the withheld."""
        return self._shown_to_public if public else np.ones(len(self.parcels), dtype=bool)

    @cached_property
    def _shown_to_public(self) -> Flags:
        shown = ~self.parcels.withheld
        shown.flags.writeable = False  # all threads share it
        return shown

    def parcel_numbers(self, *, public: bool) -> dict[str, int]:
        """Return id, and normalised name where it is the only one, -> number of a parcel that is shown."""
        return self._public_numbers if public else self._every_number

    @cached_property
    def _every_number(self) -> dict[str, int]:
        return _numbers(self.parcels, self.shown(public=False))

    @cached_property
    def _public_numbers(self) -> dict[str, int]:
        shown = self.shown(public=True)
        return self._every_number if shown.all() else _numbers(self.parcels, shown)

    def parcel(self, named: str, *, public: bool) -> int:
        """Return the number of a parcel that is shown, by its id or name.

        Raises
        ------
        InputError
            There is none, with those whose ids begin alike the longest.
        """
        known = self.parcel_numbers(public=public)
        number = known.get(named, known.get(normal_name(named)))
        if number is not None:
            return number
        ids: list[str] = self.parcels.ids[self.shown(public=public)].tolist()
        alike = nlargest(3, ids, key=lambda each: _shared(each, named))
        near = Words("用 kaimen import parcels FILE 导入地块", "kaimen import parcels FILE brings parcels")
        if alike:
            near = Words(f"例如 {'、'.join(alike)}", f"there are {', '.join(alike)}")
        raise InputError(
            Words(f"没有地块 {named!r}", f"there is no parcel {named!r}"),
            repair=Words(f"请给出地块编号：{near.zh}", f"name a parcel by its id: {near.en}"),
        )

    def searchers(self, router: Router) -> tuple[Searcher, ...]:
        """Return this thread's working memory for local searches."""
        known: dict[int, tuple[Searcher, ...]] = self._local.__dict__.setdefault("searchers", {})
        if id(router) not in known:
            known[id(router)] = router.searchers()
        return known[id(router)]

    def seeker(self, number: int) -> OneSite:
        """Return a stored parcel alone."""
        return one_parcel(self.network, number, self.searchers)

    def live(self, on: date, parameters: CapacityParameters) -> Desk:
        """Return a desk with live figures of a day."""
        offers = live_offers(self.network, open_capacity(self.readings, on, parameters))
        return self._desk(offers)

    def published(self, rows: pd.DataFrame) -> Desk:
        """Return a desk with the figures of an edition."""
        return self._desk(published_offers(self.network, rows))

    def _desk(self, offers: Offers) -> Desk:
        return Desk(self.network, offers, self.table, WorkCalendar())


def _numbers(parcels: Sites, shown: Flags) -> dict[str, int]:
    rows = np.flatnonzero(shown).tolist()
    names = [normal_name(each) if each else None for each in parcels.names[shown].tolist()]
    single = Counter(names)
    numbers = {
        name: number
        for number, name in zip(rows, names, strict=True)
        if name is not None and single[name] == 1
    }
    return numbers | dict(zip(parcels.ids[shown].tolist(), rows, strict=True))


def _shared(one: str, other: str) -> int:
    """Return with how many letters two texts begin alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def ground(
    engine: Engine,
    home: Path,
    watch: BuildWatch,
    table: LoadTable | None = None,
    before: Ground | None = None,
) -> Ground:
    """Return the ground of the database's present data; the corridors are built where they are stale.

    Parameters
    ----------
    engine, home, watch
        As for ``corridors``.
    table
        Load densities; the defaults where None.
    before
        The ground of an earlier state: where only readings and claims have changed since, its network stays.

    Raises
    ------
    DatabaseError
        There are no roads.
    ConflictError
        Imports kept changing the data meanwhile.
    """
    parameters = CorridorParameters()
    for _ in range(_TRIES):
        version = data_version(engine, GROUND_LAYERS)
        if before is not None and _network_version(version) == _network_version(before.version):
            network = before.network
        else:
            built = corridors(engine, home, parameters, watch)
            watch.step(Step.GRID)
            network = Network(built, parameters, read_grid(engine, NETWORK_LAYERS))
        readings = read_grid(engine, CAPACITY_LAYERS, geometry=False)
        if data_version(engine, GROUND_LAYERS) == version:
            return Ground(version, network, readings, table or default_table())
    raise ConflictError(
        Words("数据正在不断导入，一直在变化", "imports keep changing the data"),
        repair=Words("请待导入结束后重试", "wait until they have ended, and try again"),
    )


def _network_version(version: DataVersion) -> tuple[object, ...]:
    """Return what a network depends on."""
    layers = tuple(each for each in version.layers if each[0] not in ("capacity", "claims"))
    return (version.database, layers, version.spellings)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site is: a stored parcel, or a point or polygon (EPSG:4326) that was drawn.

    Attributes
    ----------
    parcel
        Its id or name.
    shape
        What was drawn; one of the two is None.
    """

    parcel: str | None = None
    shape: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about one place.

    Attributes
    ----------
    place
        Where.
    load
        None for the parcel's own.
    jurisdiction
        Whose policy decides; None for the one whose polygon covers the place.
    question
        The rest of it.
    """

    place: Place
    load: Load | None
    jurisdiction: str | None
    question: Question


@dataclass(frozen=True, slots=True)
class Answered:
    """An assessment with what it was made from."""

    assessment: Assessment
    desk: Desk


def assess_place(ground: Ground, desk: Desk, asked: Asked, *, public: bool) -> Answered:
    """Return the assessment of a place; to the public a parcel that is withheld does not exist.

    Raises
    ------
    InputError
        The parcel does not exist, what was drawn cannot be entered, or no load is given for it.
    """
    place, question = asked.place, asked.question
    if place.parcel is not None:
        number = ground.parcel(place.parcel, public=public)
        sites = one_of(ground.parcels, number)
        seeker = ground.seeker(number)
        if asked.load is not None:
            sites = sites.with_load(asked.load)
    else:
        if place.shape is None or asked.load is None:
            raise InputError(
                Words("绘制的地点没有自身的负荷", "a drawn place has no load of its own"),
                repair=Words("请以 kVA 或 kW 给出负荷", "give one in kVA or in kW"),
            )
        network = ground.network
        sites = drawn_site(network.grid, network.corridors.graph.streets.zone, place.shape, asked.load, None)
        seeker = ground.drawing.site(place.shape, ground.searchers)
    if asked.jurisdiction is not None:
        require_policy(asked.jurisdiction)
        sites = sites.under(asked.jurisdiction)
    return Answered(assess(desk, sites, question, seeker), desk)


def shape_from_geojson(text: str, most_vertices: int) -> BaseGeometry:
    """Return the one point or polygon of a GeoJSON text (RFC 7946: degrees, longitude first).

    Raises
    ------
    InputError
        It is no GeoJSON, has more than one geometry or another kind, lies outside of the world, or has too
        many vertices; all faults at once.
    """
    try:
        given = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as fault:
        raise InputError(
            Words("所给图形不是有效的 JSON", f"the geometry is no JSON: {fault}"),
            repair=Words("请给出 GeoJSON", "give GeoJSON"),
        ) from fault
    return shape_of(given, most_vertices)


def shape_of(given: Any, most_vertices: int) -> BaseGeometry:  # noqa: ANN401  # whatever JSON holds
    """Return the one point or polygon of a GeoJSON object; see ``shape_from_geojson``."""
    shapes = [_bare(each) for each in _features(given)]
    if len(shapes) != 1:
        raise InputError(
            Words(f"所给图形含 {len(shapes)} 个要素", f"the geometry holds {len(shapes)} features"),
            repair=Words("请只给出一个", "give exactly one"),
        )
    try:
        shape: BaseGeometry = shapely.geometry.shape(shapes[0])
        places = shapely.get_coordinates(shape)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.GEOSException) as fault:
        raise InputError(
            Words("所给图形不是 GeoJSON", "the geometry is no GeoJSON"),
            repair=Words(
                '请给出含 "type" 和 "coordinates" 的点或多边形',
                'give a point or a polygon with "type" and "coordinates"',
            ),
        ) from fault
    faults = []
    if shape.geom_type not in ("Point", "Polygon", "MultiPolygon"):
        faults.append(
            Words(
                f"图形是 {shape.geom_type}：请绘制点或多边形",
                f"it is a {shape.geom_type}: draw a point or a polygon",
            )
        )
    if not len(places):
        faults.append(Words("图形没有坐标", "it has no coordinates"))
    if len(places) > most_vertices:
        faults.append(
            Words(
                f"图形有 {len(places):,} 个顶点：至多 {most_vertices:,} 个",
                f"it has {len(places):,} vertices: give at most {most_vertices:,}",
            )
        )
    if len(places) and not (np.isfinite(places).all() and _in_the_world(places)):
        faults.append(
            Words(
                "图形超出地球范围：经度 -180 至 180，纬度 -90 至 90",
                "it lies outside of the world: longitude -180 to 180, latitude -90 to 90",
            )
        )
    if faults:
        raise InputError(
            Words("所给图形不可用", "the geometry cannot be used"),
            repair=Words("请更正图形", "correct it"),
            faults=faults,
        )
    return shapely.force_2d(shape)


def _in_the_world(places: np.ndarray) -> bool:
    return bool((np.abs(places[:, 0]) <= 180.0).all() and (np.abs(places[:, 1]) <= 90.0).all())  # noqa: PLR2004  # degrees


def _features(given: Any) -> list[Any]:  # noqa: ANN401  # whatever JSON holds
    if isinstance(given, dict) and given.get("type") == "FeatureCollection":
        features = given.get("features")
        return features if isinstance(features, list) else []
    return [given]


def _bare(given: Any) -> Any:  # noqa: ANN401  # whatever JSON holds
    return given.get("geometry") if isinstance(given, dict) and given.get("type") == "Feature" else given


def live_desk(ground: Ground, on: date, parameters: CapacityParameters | None = None) -> Desk:
    """Return a desk with live figures of a day, by the default coefficients where none are given."""
    return ground.live(on, parameters or default_parameters())
