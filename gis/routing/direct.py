"""From an entry straight along its verge to a tap on the same verge, no corner passed."""

from __future__ import annotations

from typing import Final

from gis.compiled import compiled
from gis.corridors.streets import Ints

_LOW, _HIGH, _LOW_COST, _HIGH_COST = range(4)
_FAR: Final = 2**62


@compiled
def stub_cost(stretch: Ints, at: int) -> int:
    """Return the cost from an owner to its verge at a point of its stretch, to the nearest, halves up.

    Parameters
    ----------
    stretch
        ``low``, ``high``, ``low_cost`` and ``high_cost`` of a position, shape (4,).
    at
        Between ``low`` and ``high``.
    """
    low, low_cost = int(stretch[_LOW]), int(stretch[_LOW_COST])
    span = int(stretch[_HIGH]) - low
    if span == 0:
        return low_cost
    rise = (int(stretch[_HIGH_COST]) - low_cost) * (at - low)
    whole = rise // span
    return low_cost + whole + (1 if 2 * (rise - whole * span) >= span else 0)


@compiled
def direct_way(entry: Ints, tap: Ints) -> tuple[int, int, int]:
    """Return the least cost from an entry to a tap on the same verge, and where it leaves and ends.

    The way costs as much as it is long, and the stubs change linearly: the least is attained at ends of both
    stretches, or where both stubs meet at an end of what the stretches have in common. Each of these has at
    most one stub that is not a given number, hence the result is the exact minimum over all points, to the
    nearest, halves up.

    Parameters
    ----------
    entry, tap
        The two stretches, see ``stub_cost``.

    Returns
    -------
    Cost, and place of the entry and of the tap on the verge: the first of equal ones in the order low and
    low, low and high, high and low, high and high, begin and end of what they have in common.
    """
    best, best_x, best_y = _FAR, 0, 0
    for x in (int(entry[_LOW]), int(entry[_HIGH])):
        for y in (int(tap[_LOW]), int(tap[_HIGH])):
            cost = stub_cost(entry, x) + abs(x - y) + stub_cost(tap, y)
            if cost < best:
                best, best_x, best_y = cost, x, y
    begin, end = max(int(entry[_LOW]), int(tap[_LOW])), min(int(entry[_HIGH]), int(tap[_HIGH]))
    if begin <= end:
        for both in (begin, end):
            cost = stub_cost(entry, both) + stub_cost(tap, both)
            if cost < best:
                best, best_x, best_y = cost, both, both
    return best, best_x, best_y
