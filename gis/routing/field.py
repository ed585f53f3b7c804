"""What the search kernels run on: arcs with one criterion's costs, and places where owners attach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class CostGraph:
    """The corner graph under one criterion, undirected, in compressed rows (CSR).

    Costs are whole numbers of at least 1, in weighted centimetres, so that every sum is exact and no cycle
    is free. Parallel arcs are real.

    Attributes
    ----------
    start
        Offsets into the rows, shape (corners + 1,).
    head, cost, arc
        Neighbour, cost and arc of each entry, shape (2 * arcs,): an arc stands in the rows of both its ends.
    """

    start: Ints
    head: Ints
    cost: Ints
    arc: Ints


@dataclass(frozen=True, slots=True)
class Positions:
    """Stretches of verges where owners attach (parcels by entries, feeders by taps), under one criterion.

    Owner ``i`` has the positions ``start[i]`` to ``start[i + 1]``. A position may be attached to anywhere
    between ``low`` and ``high``, weighted centimetres along its verge from the verge's first corner; the way
    from the owner to the verge costs ``low_cost`` at ``low`` and ``high_cost`` at ``high`` and changes
    linearly in between. A point has ``low == high``.

    Attributes
    ----------
    start
        Shape (owners + 1,).
    verge
        Verge of each position, shape (n,).
    low, high, low_cost, high_cost
        See above, shape (n,).
    corner_a, corner_b
        The verge's first and last corner; -1 where the cable cannot pass that end.
    cost_a, cost_b
        The least cost from the owner to either corner by this position, at least 0.
    """

    start: Ints
    verge: Ints
    low: Ints
    high: Ints
    low_cost: Ints
    high_cost: Ints
    corner_a: Ints
    corner_b: Ints
    cost_a: Ints
    cost_b: Ints
