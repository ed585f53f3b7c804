"""What every search shares: the graph under one criterion, and where feeders can be tapped (馈线接入)."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Ints, Longs
from gis.large_pages import side_by_side
from gis.routing.field import CostGraph, Positions
from gis.routing.labels import COST_BITS, FAR_WAY, LIMIT_MAX, LOW_BITS, WAY_BITS

COST_OF_LINK: Final = -(2**COST_BITS)
"""The cost of a link, where that of a label stands."""

MOST_CORNERS: Final = 2 ** (COST_BITS - WAY_BITS)
SEED_FEEDER, SEED_COST, SEED_PLACE = range(3)
_BEYOND: Final = LIMIT_MAX + 1
_WIDTHS_A_STEP: Final = 4
"""The buckets of a search's queue are about this many times as narrow as the mean arc is long."""


class Taps(NamedTuple):
    """A graph and its taps, made ready for search; no capacity is in it, so that none makes it out of date.

    A place is ``2 * position + end``: one end of a position's verge, 0 its first corner and 1 its last.

    Attributes
    ----------
    arc, link
        The graph in rows of ``row_links``: corner -> arcs, ascending, then -1, and links that cost more than
        any limit. A link has the cost of an arc in its upper 32 bits, then the neighbour, and in its lowest
        bits the way back: what a label carried over the link holds as its way.
    seed_start, seed
        Compressed rows: corner -> feeders that can be tapped from it, ascending, each with its least cost and
        the first place that has it; shape (n, 3).
    offer_start, offer_corner, offer_cost
        The same in rows by feeder.
    verge_start, tap
        Compressed rows: verge -> positions of taps on it, ascending.
    owner
        Feeder of each position.
    stretch
        ``low``, ``high``, ``low_cost`` and ``high_cost`` of each position, shape (n, 4).
    row_links
        Links of each corner: no corner of a corner graph has more than 4, and few have less.
    most_seeds
        Length of the longest row of the seeds.
    width_bits
        The buckets of a search's queue are ``2**width_bits`` wide.
    """

    arc: Ints
    link: Longs
    seed_start: Ints
    seed: Ints
    offer_start: Ints
    offer_corner: Ints
    offer_cost: Ints
    verge_start: Ints
    tap: Ints
    owner: Ints
    stretch: Ints
    row_links: int
    most_seeds: int
    width_bits: int

    @property
    def corners(self) -> int:
        """Number of corners."""
        return self.seed_start.size - 1

    @property
    def feeders(self) -> int:
        """Number of feeders, those without a tap included."""
        return self.offer_start.size - 1


def index_taps(graph: CostGraph, taps: Positions) -> Taps:
    """Return a graph and its taps ready for search.

    Parameters
    ----------
    graph
        The corner graph under one criterion; a mapped file is copied.
    taps
        Where feeders attach, under the same criterion.

    Raises
    ------
    ValueError
        An arc costs less than 1: searches for paths would not end. Or a tap comes to a corner that is none.
        Or the graph is too large for links to hold its corners.
    """
    if len(graph.start) > MOST_CORNERS:
        raise ValueError(f"{len(graph.start) - 1} corners are too many: take smaller districts")
    if graph.cost.size and graph.cost.min() < 1:
        raise ValueError("every arc has to cost at least 1")
    check_corners(taps, len(graph.start) - 1)
    seed_start, seed, offer_start, offer_corner, offer_cost = _seeds(taps, len(graph.start) - 1)
    verge_start, tap = _by_verge(taps.verge)
    row_links = int(np.diff(graph.start).max(initial=1))
    arc, link = _links(graph, row_links)
    link, offer_start, offer_corner, offer_cost = side_by_side(link, offer_start, offer_corner, offer_cost)
    mean = int(graph.cost.mean()) if graph.cost.size else 1
    return Taps(
        arc=arc,
        link=link,
        seed_start=seed_start,
        seed=seed,
        offer_start=offer_start,
        offer_corner=offer_corner,
        offer_cost=offer_cost,
        verge_start=verge_start,
        tap=tap,
        owner=_owners(taps),
        stretch=stretches(taps),
        row_links=row_links,
        most_seeds=int(np.diff(seed_start).max(initial=0)),
        width_bits=(mean // _WIDTHS_A_STEP).bit_length(),
    )


def check_corners(positions: Positions, corners: int) -> None:
    """Refuse positions on another graph: kernels would read whatever lies behind its end.

    Raises
    ------
    ValueError
        A position comes to a corner that is none.
    """
    if max(positions.corner_a.max(initial=-1), positions.corner_b.max(initial=-1)) >= corners:
        raise ValueError(f"a position comes to a corner beyond the {corners} of the graph")


def stretches(positions: Positions) -> Ints:
    """Return where positions lie on their verges, shape (n, 4): see ``Taps.stretch``."""
    columns = (positions.low, positions.high, positions.low_cost, positions.high_cost)
    return np.stack([_plain(column) for column in columns], axis=1)


def first_corner(taps: Taps) -> Ints:
    """Return the lowest corner of each feeder's taps, 0 without any: near in number is near in space."""
    return np.append(taps.offer_corner, np.int32(0))[taps.offer_start[:-1]]


def _plain(column: Ints) -> Ints:
    """Copy into an array of its own: the kernels are compiled for no other kind."""
    return np.array(column, dtype=np.int32, order="C", subok=False)


def _owners(positions: Positions) -> Ints:
    count = np.diff(positions.start)
    return np.repeat(np.arange(len(count), dtype=np.int32), count)


def _by_verge(verge: Ints) -> tuple[Ints, Ints]:
    """Return positions in compressed rows by verge: offsets, positions."""
    start = np.zeros(int(verge.max(initial=-1)) + 2, np.int32)
    np.cumsum(np.bincount(verge, minlength=len(start) - 1), out=start[1:])
    return start, np.argsort(verge, kind="stable").astype(np.int32)


def _links(graph: CostGraph, row_links: int) -> tuple[Ints, Longs]:
    """Return the columns ``arc`` and ``link`` of ``Taps``."""
    start, head, cost, arc = (_plain(column) for column in (graph.start, graph.head, graph.cost, graph.arc))
    row = np.repeat(np.arange(len(start) - 1), np.diff(start))
    falls = np.flatnonzero(np.diff(arc) < 0) + 1
    if not np.isin(falls, start).all():
        order = np.lexsort((arc, row))
        head, cost, arc = head[order], cost[order], arc[order]
    cost = np.minimum(cost, _BEYOND)  # sums with it stay in their bits, and beyond any limit
    link = cost.astype(np.int64) << COST_BITS | head.astype(np.int64) << WAY_BITS
    _fill_back(start, arc, link, np.full(int(arc.max(initial=-1)) + 1, -1, np.int64))
    # Rows of one length: a search reads them without having to read first where they begin and end.
    own = np.repeat(np.arange(len(start) - 1), row_links)
    arcs, links = np.full(len(own), -1, np.int32), _BEYOND << COST_BITS | own << WAY_BITS
    place = np.arange(len(row)) + row_links * row - start[row]
    arcs[place], links[place] = arc, link
    return arcs, links


@compiled
def _fill_back(start: Ints, arc: Ints, link: Longs, twin: Longs) -> None:
    """Give each link its way back; ``twin`` has -1 for each arc."""
    for corner in range(start.size - 1):
        for at in range(start[corner], start[corner + 1]):
            other = twin[arc[at]]
            if other < 0:
                twin[arc[at]] = at
            else:
                link[at] |= min(other - start[head_of(link[at])] + 1, FAR_WAY)
                link[other] |= min(at - start[corner] + 1, FAR_WAY)


@compiled
def head_of(link: int) -> int:
    """Return the neighbour that a link leads to."""
    return (link & LOW_BITS) >> WAY_BITS


def _seeds(taps: Positions, corners: int) -> tuple[Ints, ...]:
    """Return the columns of ``Taps`` from ``seed_start`` to ``offer_cost``."""
    corner = np.stack([taps.corner_a, taps.corner_b], axis=1).ravel()
    cost = np.stack([taps.cost_a, taps.cost_b], axis=1).ravel()
    feeder = np.repeat(_owners(taps), 2)
    place = np.flatnonzero(corner >= 0)
    order = place[np.lexsort((cost[place], feeder[place], corner[place]))]
    corner, cost, feeder = corner[order], cost[order], feeder[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (corner[1:] != corner[:-1]) | (feeder[1:] != feeder[:-1])
    corner, cost, feeder, place = corner[first], cost[first], feeder[first], order[first]
    turned = np.argsort(feeder, kind="stable")
    start = np.searchsorted(corner, np.arange(corners + 1))
    offer_start = np.searchsorted(feeder[turned], np.arange(len(taps.start)))
    columns = (start, np.stack([feeder, cost, place], axis=1), offer_start, corner[turned], cost[turned])
    return tuple(column.astype(np.int32) for column in columns)
