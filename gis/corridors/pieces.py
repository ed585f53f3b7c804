"""Connected pieces of a graph (连通片)."""

from __future__ import annotations

import numpy as np

from gis.compiled import compiled
from gis.corridors.streets import Flags, Ints, Longs


def connected_pieces(points: int, a: Ints, b: Ints) -> Ints:
    """Return the piece of each point, as the smallest of its points.

    Parameters
    ----------
    points
        Number of points.
    a, b
        Lines between two points, shape (n,) each.
    """
    return _roots(points, a, b)


def longest_first(piece: Ints, a: Ints, length_cm: Ints, counted: Flags) -> tuple[Ints, Longs]:
    """Return the piece of each point, numbered by length, the longest 0, and the length of each.

    Parameters
    ----------
    piece
        Of ``connected_pieces``.
    a, length_cm, counted
        One point of each line, its length, and whether it counts; shape (n,) each.
    """
    points = len(piece)
    totals = np.zeros(points, dtype=np.int64)
    _add_up(piece, a, length_cm, counted, totals)
    roots = np.flatnonzero(piece == np.arange(points, dtype=np.int32))
    roots = roots[np.argsort(-totals[roots], kind="stable")]
    number = np.empty(points, dtype=np.int32)
    number[roots] = np.arange(len(roots), dtype=np.int32)
    return number[piece], totals[roots]


@compiled
def _add_up(root: Ints, a: Ints, length_cm: Ints, counted: Flags, totals: Longs) -> None:
    for at in range(a.size):
        if counted[at]:
            totals[root[a[at]]] += length_cm[at]


@compiled
def _roots(points: int, a: Ints, b: Ints) -> Ints:
    root = np.arange(points).astype(np.int32)
    for at in range(a.size):
        one, other = a[at], b[at]
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        while root[other] != other:
            root[other] = root[root[other]]
            other = root[other]
        # The smaller one becomes the root, whatever the order of the lines.
        if one < other:
            root[other] = one
        else:
            root[one] = other
    for point in range(points):
        root[point] = root[root[point]]
    return root
