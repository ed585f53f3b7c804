"""Paths of a sweep: what the labels say of the way, followed from the parcels to the feeders."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Ints, Longs
from gis.routing.doors import Doors
from gis.routing.labels import FAR_WAY, LOW_BITS, NONE, RANK_BITS, Labels, feeder_of
from gis.routing.paths import ARCS, ENTRY, FIRST_ARC, TAP, Results, Trail, pair_with, tap_at, with_room
from gis.routing.taps import COST_OF_LINK, Taps, head_of

_FIRST_STEPS: Final = 8
"""Steps of a path that there is room for at first, on average."""


class _Walkers(NamedTuple):
    """Paths on their way.

    Attributes
    ----------
    row
        Row of the result.
    corner, label
        The corner reached, and the label there.
    way, at, link
        The way of the label, the place of its link, and the link; for ways that do not tell the first one.
    """

    row: Longs
    corner: Longs
    label: Longs
    way: Longs
    at: Longs
    link: Longs


@compiled
def trace(
    taps: Taps, doors: Doors, labels: Labels, parcels: Ints, results: Results, first: int, trail: Trail
) -> Trail:
    """Trace the paths of some parcels, all a step at a time; see ``paths`` for the rule.

    Parameters
    ----------
    taps, doors, labels
        What was searched.
    parcels
        Parcels whose labels were found.
    results
        Labels, and room for the legs.
    first
        The first of the rows of these parcels.
    trail
        Gets their arcs.

    Returns
    -------
    What takes the place of the trail.
    """
    rows = parcels.size * labels.k
    walkers = _new_walkers(rows)
    walking = _set_out(doors, labels, parcels, results, first, walkers)
    step = np.empty((_FIRST_STEPS * rows, 3), np.int32)
    steps = 0
    while walking > 0:
        if steps + walking > step.shape[0]:
            step = _longer(step)
        walking, steps = _walk(taps, labels, walkers, walking, results.leg, step, steps)
    trail = with_room(trail, steps)
    _arrive(taps, results, first, first + rows)
    _put(taps, results.leg, first, first + rows, step[:steps], trail)
    return trail


@compiled
def _new_walkers(count: int) -> _Walkers:
    table = np.empty((6, count), np.int64)
    return _Walkers(table[0], table[1], table[2], table[3], table[4], table[5])


@compiled
def _set_out(
    doors: Doors,
    labels: Labels,
    parcels: Ints,
    results: Results,
    first: int,
    walkers: _Walkers,
) -> int:
    """Fill in how paths start; return how many there are to walk."""
    k, found, leg = labels.k, results.label, results.leg
    door, place, pair = doors.door, doors.place, doors.pair
    door_start, pair_start = doors.door_start, doors.pair_start
    rows, corners, carried = walkers.row, walkers.corner, walkers.label
    walking = 0
    for turn, parcel in enumerate(parcels):
        for row in range(first + turn * k, first + turn * k + k):
            leg[row, ARCS] = 0
            label = found[row]
            if label == NONE:
                continue
            way = (label >> 1) & FAR_WAY
            if way == 0:
                leg[row, ENTRY] = -1 - pair_with(pair, pair_start[parcel], pair_start[parcel + 1], label)
                continue
            at = door_start[parcel] + way - 1
            if way == FAR_WAY:
                at = _far_door(labels, door, at, label & RANK_BITS)
            leg[row, ENTRY] = place[at]
            rows[walking], corners[walking] = row, door[at] & LOW_BITS
            carried[walking] = (label & RANK_BITS) - (door[at] & COST_OF_LINK)
            walking += 1
    return walking


@compiled
def _walk(
    taps: Taps, labels: Labels, walkers: _Walkers, walking: int, leg: Longs, step: Ints, steps: int
) -> tuple[int, int]:
    """Let every path go step by step, until it comes to a corner with a tap or steps have no more room.

    Returns
    -------
    How many go on, the first of the walkers, and how many steps were gone.
    """
    link, row_links = taps.link, taps.row_links
    rows, corners, carried = walkers.row, walkers.corner, walkers.label
    ways, places, links = walkers.way, walkers.at, walkers.link
    while walking > 0 and steps + walking <= step.shape[0]:
        for walker in range(walking):  # nothing to decide here: many corners are waited for at a time
            corner = corners[walker]
            ways[walker] = _way(labels, corner, carried[walker])
            places[walker] = corner * row_links + ways[walker] - 1
            links[walker] = link[max(places[walker], 0)]
        going = 0
        for walker in range(walking):
            row, corner, label = rows[walker], corners[walker], carried[walker]
            at, over = places[walker], links[walker]
            if ways[walker] == 0:
                leg[row, TAP] = corner
                continue
            if ways[walker] == FAR_WAY:
                at = _far_link(labels, link, at, label)
                over = link[at]
            step[steps, 0], step[steps, 1], step[steps, 2] = row, corner, at
            steps += 1
            rows[going], corners[going], carried[going] = row, head_of(over), label - (over & COST_OF_LINK)
            going += 1
        walking = going
    return walking, steps


@compiled
def _arrive(taps: Taps, results: Results, first: int, last: int) -> None:
    """Fill in the tap places, where the legs have the corners of the taps."""
    found, leg, seed, seed_start = results.label, results.leg, taps.seed, taps.seed_start
    for row in range(first, last):
        if found[row] != NONE and leg[row, ENTRY] >= 0:
            leg[row, TAP] = tap_at(seed, seed_start[leg[row, TAP]], feeder_of(found[row]))


@compiled
def _longer(step: Ints) -> Ints:
    more = np.empty((2 * step.shape[0], step.shape[1]), np.int32)
    for at in range(step.shape[0]):  # numba takes seconds to compile the copy of a slice
        for column in range(step.shape[1]):
            more[at, column] = step[at, column]
    return more


@compiled
def _put(taps: Taps, leg: Longs, first: int, last: int, step: Ints, trail: Trail) -> None:
    """Sort the steps by path into the trail, and tell the rows of these paths where theirs are."""
    link_arc, arc, corner = taps.arc, trail.arc, trail.corner
    for at in range(step.shape[0]):
        step[at, 2] = link_arc[step[at, 2]]
    for at in range(step.shape[0]):
        leg[step[at, 0], ARCS] += 1
    used = trail.used[0]
    for row in range(first, last):
        leg[row, FIRST_ARC] = used
        used += leg[row, ARCS]
        leg[row, ARCS] = 0
    for at in range(step.shape[0]):
        row = step[at, 0]
        to = leg[row, FIRST_ARC] + leg[row, ARCS]
        leg[row, ARCS] += 1
        arc[to], corner[to] = step[at, 2], step[at, 1]
    trail.used[0] = used


@compiled
def _way(labels: Labels, corner: int, label: int) -> int:
    """Return the way of a corner's label with this cost and feeder, -1 where it has none."""
    best, first = labels.best, corner * labels.k
    way = -1
    for place in range(first, first + labels.k):  # no early end: a guess of the processor at it costs more
        way = (best[place] >> 1) & FAR_WAY if best[place] & RANK_BITS == label else way
    return way


@compiled
def _far_door(labels: Labels, door: Longs, at: int, label: int) -> int:
    """Return the first door from ``at`` on by which a label came, where its way does not tell."""
    while _way(labels, door[at] & LOW_BITS, label - (door[at] & COST_OF_LINK)) < 0:
        at += 1
    return at


@compiled
def _far_link(labels: Labels, link: Longs, at: int, label: int) -> int:
    """Return the first link from ``at`` on over which a label came, where its way does not tell."""
    while _way(labels, head_of(link[at]), label - (link[at] & COST_OF_LINK)) < 0:
        at += 1
    return at
