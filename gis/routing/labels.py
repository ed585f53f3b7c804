"""Labels (标号): a cost, a feeder and the way there in one whole number, so that one comparison ranks by all.

======== ==================================================================================================
bits     what they hold
======== ==================================================================================================
32 to 62 the cost; sums stay below 2**31, as no limit of a search exceeds ``LIMIT_MAX``
6 to 31  the feeder
1 to 5   the way: 0 for a tap of the corner's own, else 1 more than the number of the link to follow, or
         ``FAR_WAY`` for any later one
0        open: found, and not yet carried on to the neighbours
======== ==================================================================================================

Of labels that differ in their way alone the least is kept: a tap before any link, a link before later ones.
A parcel's label is made alike, with its direct ways in place of taps and its doors in place of links.
"""

from __future__ import annotations

from collections.abc import Sized
from typing import Final, NamedTuple

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Longs

COST_BITS: Final = 32
LOW_BITS: Final = 2**32 - 1
"""What stands below the cost."""

FEEDER_SHIFT: Final = 6
FEEDER_BITS: Final = 2**32 - 2**6
WAY_BITS: Final = 5
FAR_WAY: Final = 2**WAY_BITS - 1
"""The way of every link from this one on, counted from 1: the label does not say which."""

OPEN: Final = 1
RANK_BITS: Final = -(2**6)
"""Cost and feeder: what labels are ranked by."""

NONE: Final = 2**63 - 1
"""No label: dearer than any."""

LIMIT_MAX: Final = 2**30 - 1
"""The highest limit of a search, weighted centimetres."""


class Labels(NamedTuple):
    """Labels of all corners.

    Attributes
    ----------
    best
        The k best of each corner, ascending, then ``NONE``; shape (corners * k,).
    k
        Labels of a corner.
    """

    best: Longs
    k: int


def new_labels(corners: int, k: int) -> Labels:
    """Return room for labels."""
    return Labels(np.full(corners * k, NONE), k)


def check_search(k: int, limit: int) -> None:
    """Refuse what no search can be asked.

    Raises
    ------
    ValueError
        There is nothing to find, or costs would not fit into labels.
    """
    if k < 1:
        raise ValueError(f"k is {k}: at least one feeder has to be asked for")
    if not 0 <= limit <= LIMIT_MAX:
        raise ValueError(f"the limit {limit} is not between 0 and {LIMIT_MAX}")


def check_length(what: str, array: Sized, due: int) -> None:
    """Refuse an array of another length: kernels read whatever lies behind its end.

    Raises
    ------
    ValueError
        The array does not have the length due.
    """
    if len(array) != due:
        raise ValueError(f"there are {len(array)} {what} for {due}")


@compiled
def label_of(cost: int, feeder: int) -> int:
    """Return the label without a way."""
    return cost << COST_BITS | feeder << FEEDER_SHIFT


@compiled
def feeder_of(label: int) -> int:
    """Return the feeder of a label."""
    return (label & FEEDER_BITS) >> FEEDER_SHIFT


@compiled
def keep_best(labels: Longs, row: int, k: int, label: int) -> bool:
    """Put a label among the k best of different feeders, and tell whether it belongs there.

    Parameters
    ----------
    labels
        Its entries from ``row`` to ``row + k`` ascend and are changed in place.
    row, k, label
        See above.
    """
    last = row + k - 1
    if label >= labels[last]:
        return False
    place = row
    while labels[place] < label:
        if (labels[place] ^ label) & FEEDER_BITS == 0:
            return False
        place += 1
    gap = place
    while gap < last and (labels[gap] ^ label) & FEEDER_BITS != 0:
        gap += 1
    while gap > place:
        labels[gap] = labels[gap - 1]
        gap -= 1
    labels[place] = label
    return True
