from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from gis.routing.labels import COST_BITS, LOW_BITS
from tests.gis.routing.oracles import Arc, Position, World, positions, to_feeder, worlds


@settings(deadline=None, max_examples=200)
@given(worlds())
def test_doors_that_are_left_out_begin_no_path(world: World) -> None:
    """From every corner of the graph, the doors kept attain the least cost, and so does the first place."""
    doors = world.doors(world.taps())
    entries = positions(world.parcels)
    for parcel in range(len(world.parcels)):
        mine = slice(doors.door_start[parcel], doors.door_start[parcel + 1])
        kept = [
            (int(door >> COST_BITS), int(place), int(door & LOW_BITS))
            for door, place in zip(doors.door[mine], doors.place[mine], strict=True)
        ]
        given_ = [
            (int(cost[at]), 2 * at + end, int(corner[at]))
            for at in range(entries.start[parcel], entries.start[parcel + 1])
            for end, (corner, cost) in enumerate(
                ((entries.corner_a, entries.cost_a), (entries.corner_b, entries.cost_b))
            )
            if corner[at] >= 0
        ]
        assert set(kept) <= set(given_)
        assert [place for _, place, _ in kept] == sorted(place for _, place, _ in kept)
        for feeder in range(len(world.feeders)):
            left = to_feeder(world, feeder)
            least, least_given = (
                min(((cost + left[at], place) for cost, place, at in ways if at in left), default=None)
                for ways in (kept, given_)
            )
            assert least == least_given


def test_a_door_is_left_out_where_a_neighbour_leads_there_for_less() -> None:
    def entry(corner: int, cost: int) -> Position:
        return Position(0, 0, 0, 0, 0, corner, -1, cost, 0)

    arcs = [Arc(0, 1, 3), Arc(1, 2, 3), Arc(2, 3, 3)]
    parcels = [
        [entry(0, 1), entry(1, 5), entry(2, 8), entry(3, 8)],
        [entry(0, 1), entry(1, 4)],
        [entry(1, 4), entry(0, 1)],
    ]
    world = World(4, arcs, [[]], parcels, np.ones(1), np.ones(3))
    doors = world.doors(world.taps())
    assert [
        (doors.door[doors.door_start[at] : doors.door_start[at + 1]] & LOW_BITS).tolist() for at in range(3)
    ] == [[0, 3], [0], [1, 0]]
