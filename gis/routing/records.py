"""The graph as one array of records: all that a search reads of a corner lies side by side in memory.

The record of corner c begins at ``c * (k + 1) + start[c]`` and holds a head, k labels, and the corner's
links. The head has the corner in its upper 32 bits, then whether a feeder can be tapped from there, and the
number of links. A link has the cost of an arc in its upper 32 bits, then the place of the neighbour's record,
and in its lowest bits the way back: what a label carried over the link holds as its way.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Ints, Longs
from gis.routing.labels import COST_BITS, FAR_WAY, LIMIT_MAX, LOW_BITS, NONE, WAY_BITS
from gis.routing.taps import LINK_BACK, LINK_COST, LINK_HEAD, Taps

COST_OF_LINK: Final = -(2**COST_BITS)
"""The cost of a link, where that of a label stands."""

TAPPED: Final = 2**31
LINKS: Final = TAPPED - 1
_MOST_ENTRIES: Final = 2 ** (COST_BITS - WAY_BITS)


class Records(NamedTuple):
    """Records of all corners.

    Attributes
    ----------
    entry
        See above, shape (corners * (k + 1) + 2 * arcs,).
    k
        Labels of a corner.
    """

    entry: Longs
    k: int


def new_records(taps: Taps, k: int) -> Records:
    """Return the records of a graph without any label.

    Raises
    ------
    ValueError
        The graph is too large for so many labels.
    """
    size = taps.corners * (k + 1) + len(taps.arc)
    if size > _MOST_ENTRIES:
        raise ValueError(
            f"{k} labels for each of {taps.corners} corners are too many: take smaller districts"
        )
    return Records(_filled(taps, np.empty(size, np.int64), k), k)


def label_places(taps: Taps) -> Longs:
    """Return where the labels stand in records with one label."""
    return 2 * np.arange(taps.corners) + taps.start[:-1] + 1


@compiled
def _filled(taps: Taps, entry: Longs, k: int) -> Longs:
    for corner in range(taps.start.size - 1):
        record = record_of(taps.start, k, corner)
        first, last = taps.start[corner], taps.start[corner + 1]
        tapped = TAPPED if taps.seed_start[corner + 1] > taps.seed_start[corner] else 0
        entry[record] = corner << COST_BITS | tapped | (last - first)
        entry[record + 1 : record + 1 + k] = NONE
        for at in range(first, last):
            cost = min(int(taps.link[at, LINK_COST]), LIMIT_MAX + 1)
            neighbour = record_of(taps.start, k, taps.link[at, LINK_HEAD])
            back = min(int(taps.link[at, LINK_BACK]) + 1, FAR_WAY)
            entry[record + 1 + k + at - first] = cost << COST_BITS | neighbour << WAY_BITS | back
    return entry


@compiled
def record_of(start: Ints, k: int, corner: int) -> int:
    """Return where a corner's record begins; ``start`` is that of ``Taps``."""
    return corner * (k + 1) + int(start[corner])


@compiled
def record_at(link: int) -> int:
    """Return where the record begins that a link leads to."""
    return (link & LOW_BITS) >> WAY_BITS
