"""What a route may look for (路径准则): weightings of the same arcs, in percent of their lengths.

The shortest route is not always the best: one that is a little longer may cross less, or keep off the main
roads, and fall under a lighter procedure. So routes are looked for by three criteria, and the measures of
what was found decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from gis.corridors.attachments import Places
from gis.corridors.coverage import Coverage
from gis.corridors.coverage_intervals import both, whole
from gis.corridors.graph import ArcKind, CornerGraph
from gis.corridors.streets import Ints, Longs
from gis.routing.field import CostGraph, Positions

_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a metre costs, in percent of a metre along a quiet verge; at least 100.

    Attributes
    ----------
    crossing
        A metre across a road or a median.
    busy
        A metre of verge on a main road or along important infrastructure.
    """

    crossing: int
    busy: int


class Criterion(Enum):
    """What a route looks for."""

    SHORTEST = Weights(crossing=100, busy=100)
    """The fewest metres (最短)."""
    FEW_CROSSINGS = Weights(crossing=500, busy=100)
    """A crossed metre costs five: few and narrow crossings (少穿越)."""
    QUIET = Weights(crossing=100, busy=300)
    """A metre along a main road or important infrastructure costs three (避开主次干道)."""


def verge_percent(graph: CornerGraph, coverage: Coverage, criterion: Criterion) -> Ints:
    """Return what a metre of each verge costs on the average, in percent, shape (verges,).

    The weight is uniform along a verge, so that a position on it is a length: a verge that is busy for a part
    of its length has a weight in between.
    """
    length = graph.verge_cm.astype(np.int64)
    busy = both(whole(graph.verge_cm, coverage.main), coverage.infrastructure).total_cm.astype(np.int64)
    busy = np.where(length > 0, busy, np.where(coverage.main, 1, 0))
    length = np.maximum(length, 1)
    extra = (criterion.value.busy - _PERCENT) * busy
    return (_PERCENT + (extra + length // 2) // length).astype(np.int32)


def costs(graph: CornerGraph, coverage: Coverage, criterion: Criterion) -> CostGraph:
    """Return the arcs with their costs under a criterion, each at least 1.

    The way around a dead end is a verge and takes the weight of the busier side.
    """
    percent = verge_percent(graph, coverage, criterion)
    around = np.maximum(percent[0::2], percent[1::2])[graph.arc_edge]
    along = np.where(graph.arc_verge >= 0, percent[graph.arc_verge], around)
    weight = np.where(graph.arc_kind == ArcKind.VERGE, along, criterion.value.crossing)
    cost = np.maximum(weighted_cm(graph.arc_cm, weight), 1)
    return CostGraph(start=graph.start, head=graph.head, cost=cost[graph.arc], arc=graph.arc)


def positions(graph: CornerGraph, coverage: Coverage, places: Places, criterion: Criterion) -> Positions:
    """Return places under a criterion: weighted centimetres, and the costs to the corners of their verges."""
    percent = verge_percent(graph, coverage, criterion)[places.verge]
    low, high = weighted_cm(places.low_cm, percent), weighted_cm(places.high_cm, percent)
    over = weighted_cm(places.crossing_cm, criterion.value.crossing)
    low_cost, high_cost = places.low_stub_cm + over, places.high_stub_cm + over
    length = np.maximum(weighted_cm(graph.verge_cm[places.verge], percent), high)
    return Positions(
        start=places.start,
        verge=places.verge,
        low=low,
        high=high,
        low_cost=low_cost,
        high_cost=high_cost,
        corner_a=graph.verge_a[places.verge],
        corner_b=graph.verge_b[places.verge],
        cost_a=np.minimum(low_cost + low, high_cost + high),
        cost_b=np.minimum(low_cost + length - low, high_cost + length - high),
    )


def weighted_cm(length_cm: Ints, percent: Ints | int) -> Ints:
    """Return lengths under weights, whole weighted centimetres, rounded half up."""
    return ((length_cm.astype(np.int64) * percent + _PERCENT // 2) // _PERCENT).astype(np.int32)


def unweighted_cm(weighted: Ints, percent: Ints) -> Longs:
    """Return the lengths that ``weighted_cm`` was given: exact for every weight of at least 100 percent."""
    return np.rint(weighted.astype(np.int64) * float(_PERCENT) / percent).astype(np.int64)
