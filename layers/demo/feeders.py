"""Feeders of the demo district: each grows along the streets towards the land it serves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiLineString

from layers.demo import plan, uses
from layers.demo.curves import offset
from layers.demo.land import Land, Site
from layers.demo.lots import Lot
from layers.demo.routes import Ways
from layers.demo.streets import Place

Construction = Literal["电缆", "架空", "混合"]

FEEDERS: Final = {"芦汀变电站": (15, 611), "启园变电站": (13, 711), "望汀变电站": (10, 811)}
"""Public feeders of each substation, and the number of the first bay (间隔)."""

TWENTY_KV: Final = (("望汀变电站", 3),)
"""Substations with feeders at 20 kV, and how many."""

DEDICATED: Final = ("芦汀变电站", "启园变电站", "望汀变电站")
"""Substations with one dedicated feeder (专线) each."""

CROWDED: Final = 0.22
"""Extra cost of a street for each feeder of the same substation that follows it already."""

LATERALS: Final[dict[Construction, int]] = {"电缆": 2, "混合": 3, "架空": 5}
LATERAL_M: Final = (260.0, 1_700.0)
"""Shortest and longest way of a lateral (支线)."""


@dataclass(frozen=True, slots=True)
class Feeder:
    """A feeder (中压线路), in local metres."""

    id: str
    name: str
    station: str
    transformer: str
    voltage_kv: int
    construction: Construction
    dedicated: bool
    main: LineString
    laterals: tuple[LineString, ...]
    zone: plan.Zone

    @property
    def shape(self) -> LineString | MultiLineString:
        """The whole feeder."""
        return MultiLineString([self.main, *self.laterals]) if self.laterals else self.main


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a substation's feeders reach the street: the lead-out, and the costs of the first nodes."""

    lead: LineString
    nodes: dict[int, float]
    segment: int
    at: float


def _start(site: Site, ways: Ways) -> _Start:
    usable = np.array(ways.lines)
    segment = int(shapely.STRtree(usable).query_nearest(site.shape, all_matches=False)[0])
    line = ways.lines[segment]
    way = shapely.shortest_line(site.shape.centroid, line)
    at = line.project(shapely.Point(way.coords[-1]))
    first, last = (int(node) for node in ways.ends[segment])
    return _Start(way, {first: at, last: line.length - at}, segment, at)


def _groups(points: NDArray[np.float64], weights: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Return a group for each point: weighted k-means from starts spread far apart (Lloyd 1982)."""
    middles = [points[int(np.argmax(weights))]]
    for _ in range(count - 1):
        away = np.min([np.hypot(*(points - middle).T) for middle in middles], axis=0)
        middles.append(points[int(np.argmax(away * np.sqrt(weights)))])
    centres = np.array(middles)
    for _ in range(25):
        group = np.argmin(np.hypot(*(points[:, None] - centres[None]).transpose(2, 0, 1)), axis=1)
        for number in range(count):
            own = group == number
            if own.any():
                centres[number] = np.average(points[own], axis=0, weights=weights[own])
    return np.asarray(group, np.int64)


def _construction(zone: plan.Zone, rng: np.random.Generator) -> Construction:
    chance = rng.random()
    if zone in {"old", "new", "west"}:
        return "电缆"
    if zone == "industry":
        return "电缆" if chance < 0.55 else ("混合" if chance < 0.8 else "架空")
    if zone == "shore":
        return "混合" if chance < 0.5 else "电缆"
    return "混合" if zone == "logistics" and chance < 0.5 else "架空"


def _trunk(ways: Ways, start: _Start, way: list[tuple[int, bool]]) -> NDArray[np.float64]:
    """Return the main line from the yard: lead-out, first street from where it is met, then the way."""
    nodes = ways.nodes(way)
    line = ways.lines[start.segment]
    first = nodes[0] if nodes else min(start.nodes, key=lambda node: start.nodes[node])
    path = shapely.get_coordinates(line)
    forwards = int(ways.ends[start.segment, 1]) == first
    along = shapely.line_locate_point(line, shapely.points(path))
    inner = path[along > start.at + 1] if forwards else path[along < start.at - 1][::-1]
    lead = shapely.get_coordinates(start.lead)
    rest = ways.path(way)[1:] if way else np.empty((0, 2))
    whole = np.vstack([lead, inner, rest])
    keep = np.append(True, np.hypot(*np.diff(whole, axis=0).T) > 0.05)
    return whole[keep]


@dataclass(frozen=True, slots=True)
class _Run:
    main: LineString
    laterals: tuple[LineString, ...]


def _run(
    ways: Ways,
    start: _Start,
    targets: NDArray[np.int64],
    used: Counter[int],
    laterals: int,
    shift: float,
) -> _Run:
    """Grow one feeder to its targets: the farthest by the main line, the others by laterals."""
    crowd = np.array([1 + CROWDED * min(used[arm], 6) for arm in range(len(ways.lines))])
    costs = ways.costs * crowd
    far, via = ways.search(start.nodes, costs)
    reach = far[targets]
    goal = int(targets[int(np.argmax(np.where(np.isfinite(reach), reach, -1)))])
    middle = ways.points[targets].mean(axis=0)
    heart = int(targets[int(np.argmin(np.hypot(*(ways.points[targets] - middle).T)))])
    way = ways.back(heart, via)
    onward, onward_via = ways.search({heart: 0.0}, costs * np.where(np.isin(np.arange(len(costs)), [a for a, _ in way]), 3, 1))
    del onward
    tail = ways.back(goal, onward_via)
    seen = {arm for arm, _ in way}
    if not any(arm in seen for arm, _ in tail):
        way += tail
    used.update(arm for arm, _ in way)
    main = offset(LineString(_trunk(ways, start, way)), shift)
    branches: list[LineString] = []
    reached = set(ways.nodes(way)) or set(start.nodes)
    for _ in range(laterals):
        far, via = ways.search(dict.fromkeys(reached, 0.0), costs)
        reach = np.where(far[targets] < LATERAL_M[1], far[targets], -1)
        if reach.max() < LATERAL_M[0]:
            break
        branch = ways.back(int(targets[int(np.argmax(reach))]), via)
        used.update(arm for arm, _ in branch)
        reached |= set(ways.nodes(branch))
        line = offset(LineString(ways.path(branch)), shift)
        whole = shapely.union_all([main, *branches])
        foot = shapely.shortest_line(whole, shapely.Point(line.coords[0])).coords[0]
        branches.append(LineString([foot, *shapely.get_coordinates(line)[1:].tolist()]))
    return _Run(main, tuple(branches))


def _served(ways: Ways, lots: list[Lot]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the street node nearest to each lot and the lot's weight."""
    middles = shapely.centroid(np.array([lot.shape for lot in lots]))
    nodes = shapely.STRtree(shapely.points(ways.points)).nearest(middles)
    weights = np.array([np.sqrt(lot.shape.area) * (0.55 if lot.zone == "old" else 1.0) for lot in lots])
    return np.asarray(nodes, np.int64), weights


def _name(station: str, voltage: int, bay: int, stem: str, dedicated: bool) -> str:
    return f"{voltage}kV{station[:2]}{bay}{stem}{'专线' if dedicated else '线'}"


def feeders(place: Place, land: Land, ways: Ways) -> tuple[Feeder, ...]:
    """Return the district's feeders, the public ones of each substation before its dedicated one."""
    rng = plan.generator(5)
    starts = {site.station: _start(site, ways) for site in land.sites}
    lots = [lot for lot in land.lots if lot.code not in {"G1", "G2", "U1"} and lot.id < "LT-9" and lot.shape.is_valid]
    nodes, weights = _served(ways, lots)
    reach = np.array([ways.search(starts[name].nodes, ways.costs)[0][nodes] for name in FEEDERS])
    owner = np.argmin(reach * np.array([[0.95], [1.0], [1.1]]), axis=0)
    reachable = np.isfinite(reach).all(axis=0)
    stems = _stems()
    made: list[Feeder] = []
    for index, (station, (count, bay)) in enumerate(FEEDERS.items()):
        own = np.flatnonzero((owner == index) & reachable)
        group = _groups(ways.points[nodes[own]], weights[own], count)
        used: Counter[int] = Counter()
        for number in range(count):
            members = own[group == number]
            zone = Counter(lots[i].zone for i in members).most_common(1)[0][0]
            made.append(
                _public(ways, starts[station], nodes[members], used, rng, station, bay + number, zone, stems.pop())
            )
        if station in DEDICATED:
            made.append(_dedicated(ways, starts[station], lots, nodes, own, used, station, bay + count, stems.pop()))
    return tuple(made)
