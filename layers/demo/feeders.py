"""Feeders of the demo district with their attributes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiLineString, Polygon

from layers.demo import plan, uses
from layers.demo.growth import Yard, groups
from layers.demo.land import Land
from layers.demo.lots import Lot
from layers.demo.routes import Ways

Construction = Literal["电缆", "架空", "混合"]

BAYS: Final = {"芦汀变电站": (15, 611), "启园变电站": (13, 711), "望汀变电站": (10, 811)}
"""Public feeders of each substation, and the number of its first bay (间隔)."""

FAVOUR: Final = {"芦汀变电站": 0.95, "启园变电站": 1.0, "望汀变电站": 1.1}
"""How far a substation's area reaches, as a factor of distance."""

TWENTY_KV: Final = "望汀变电站"
"""Substation with feeders at 20 kV."""

LATERALS: Final[dict[Construction, int]] = {"电缆": 2, "混合": 3, "架空": 5}

URBAN_SHARE: Final = 0.3
"""An overhead line with a larger share inside the built-up area leaves its substation as a cable."""

CITY: Final = Polygon(np.array(plan.CITY_AREA) * 1000)
"""The built-up area in local metres."""

DEDICATED_M: Final = (900.0, 2_800.0)
"""How far from its substation the customer of a dedicated line is."""

NOT_SERVED: Final = frozenset({"G1", "G2", "U1"})


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
    side: int

    @property
    def shape(self) -> LineString | MultiLineString:
        """The whole feeder."""
        return MultiLineString([self.main, *self.laterals]) if self.laterals else self.main


@dataclass(frozen=True, slots=True)
class _Customers:
    """Lots to serve: the street node nearest to each, its weight and the substation it falls to."""

    lots: list[Lot]
    nodes: NDArray[np.int64]
    weights: NDArray[np.float64]
    station: NDArray[np.object_]


def _drawn(chance: float, cable: float, mixed: float) -> Construction:
    """Return a construction by the shares of cable and mixed lines."""
    if chance < cable:
        return "电缆"
    return "混合" if chance < cable + mixed else "架空"


def _construction(zone: plan.Zone, rng: np.random.Generator) -> Construction:
    chance = rng.random()
    if zone in {"old", "new", "west"}:
        return "电缆"
    if zone == "industry":
        return _drawn(chance, 0.6, 0.2)
    if zone == "shore":
        return _drawn(chance, 0.5, 0.5)
    return _drawn(chance, 0.0, 0.6 if zone == "logistics" else 0.0)


def _customers(land: Land, ways: Ways, yards: dict[str, Yard]) -> _Customers:
    lots = [lot for lot in land.lots if lot.code not in NOT_SERVED and not lot.special]
    middles = shapely.centroid(np.array([lot.shape for lot in lots]))
    nodes = np.asarray(
        shapely.STRtree([shapely.Point(point) for point in ways.points]).nearest(middles), np.int64
    )
    cost = np.array([yard.reach()[nodes] * FAVOUR[name] for name, yard in yards.items()])
    weights = np.array([np.sqrt(lot.shape.area) * (0.55 if lot.zone == "old" else 1.0) for lot in lots])
    return _Customers(lots, nodes, weights, np.array(list(yards), object)[np.argmin(cost, axis=0)])


def _stems() -> list[str]:
    """Return distinct invented names of lines."""
    pairs = [first + second for first in uses.FIRST for second in "溪圩墩桥浜港湾坊园庄泾荡"]
    return [pairs[i] for i in plan.generator(6).permutation(len(pairs))]


def _public(
    station: str, yard: Yard, customers: _Customers, rng: np.random.Generator, stems: list[str]
) -> list[Feeder]:
    count, bay = BAYS[station]
    own = np.flatnonzero(customers.station == station)
    group = groups(yard.ways.points[customers.nodes[own]], customers.weights[own], count)
    transformers = next(len(ratings) for _, name, _, _, ratings, _ in plan.STATIONS if name == station)
    made = []
    for number in range(count):
        members = own[group == number]
        zone = Counter(customers.lots[i].zone for i in members).most_common(1)[0][0]
        construction = _construction(zone, rng)
        side = 1 if number % 2 else -1
        run = yard.grow(customers.nodes[members], LATERALS[construction], side * (3.5 + 0.9 * (number % 5)))
        if construction == "架空" and CITY.intersection(run.main).length > URBAN_SHARE * run.main.length:
            construction = "混合"
        voltage = 20 if station == TWENTY_KV and zone == "logistics" and construction == "混合" else 10
        made.append(
            Feeder(
                id=f"LT-XL-{bay + number}",
                name=f"{voltage}kV{station[:2]}{bay + number}{stems.pop()}线",
                station=station,
                transformer=f"{station[:2]}变{number % transformers + 1}号主变",
                voltage_kv=voltage,
                construction=construction,
                dedicated=False,
                main=run.main,
                laterals=run.laterals,
                zone=zone,
                side=side,
            )
        )
    return made


def _dedicated(station: str, yard: Yard, customers: _Customers, stems: list[str]) -> Feeder:
    """Return a dedicated line (专线) to the largest works about 2 km away."""
    count, bay = BAYS[station]
    works = [
        i
        for i in np.flatnonzero(customers.station == station)
        if customers.lots[i].code in {"M1", "M2", "A5", "B2"}
        and DEDICATED_M[0] < customers.lots[i].shape.distance(yard.shape) < DEDICATED_M[1]
    ]
    largest = max(works, key=lambda i: (round(customers.lots[i].shape.area), -i))
    run = yard.grow(customers.nodes[[largest]], 0, 8.5)
    return Feeder(
        id=f"LT-XL-{bay + count}",
        name=f"10kV{station[:2]}{bay + count}{stems.pop()}专线",
        station=station,
        transformer=f"{station[:2]}变1号主变",
        voltage_kv=10,
        construction="电缆",
        dedicated=True,
        main=run.main,
        laterals=(),
        zone=customers.lots[largest].zone,
        side=1,
    )


def feeders(land: Land, ways: Ways) -> tuple[Feeder, ...]:
    """Return the feeders, the public ones of each substation before its dedicated one."""
    rng = plan.generator(5)
    yards = {site.station: Yard(ways, site.shape) for site in land.sites}
    customers = _customers(land, ways, yards)
    stems = _stems()
    made: list[Feeder] = []
    for station, yard in yards.items():
        made += _public(station, yard, customers, rng, stems)
        made.append(_dedicated(station, yard, customers, stems))
    return tuple(made)
