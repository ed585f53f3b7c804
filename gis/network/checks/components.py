"""Connected components (连通分量) of a graph given as edges, in numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def components(count: int, tails: NDArray[np.int64], heads: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each vertex the smallest vertex of its component.

    Minimum labels travel along edges and along the labels themselves (Shiloach and Vishkin 1982), so
    the number of rounds grows with the logarithm of the size.

    Parameters
    ----------
    count
        Number of vertices.
    tails, heads
        shape (m,), the two ends of each edge, 0 to count - 1.

    Returns
    -------
    ndarray
        shape (count,).
    """
    label = np.arange(count, dtype=np.int64)
    while True:
        low = np.minimum(label[tails], label[heads])
        lowered = label.copy()
        np.minimum.at(lowered, label[tails], low)
        np.minimum.at(lowered, label[heads], low)
        while not np.array_equal(lowered, lowered[lowered]):
            lowered = lowered[lowered]
        if np.array_equal(lowered, label):
            return label
        label = lowered
