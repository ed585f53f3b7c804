"""Coordinates in bulk: from one reference system to another, and through whole arrays of geometries."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

Pair: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]


def transform(source: str, target: str, x: ArrayLike, y: ArrayLike) -> Pair:
    """Return coordinates of one reference system in another, shape (n,), easting or longitude first in both.

    Parameters
    ----------
    source, target
        What pyproj reads: a code as ``"EPSG:4547"`` or well-known text.
    x, y
        Coordinates, shape (n,). Those that cannot be projected come back as NaN.
    """
    first, second = _transformer(source, target).transform(
        np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    )
    good = np.isfinite(first) & np.isfinite(second)
    return np.where(good, first, np.nan), np.where(good, second, np.nan)


def each_coordinate(
    geometries: ArrayLike, move: Callable[[NDArray[np.float64], NDArray[np.float64]], Pair]
) -> NDArray[np.object_]:
    """Return geometries, shape (n,), with ``move`` applied to all their coordinates at once.

    Heights are left out; None stays None.
    """

    def moved(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(move(coordinates[:, 0], coordinates[:, 1]))

    array = np.asarray(geometries, dtype=np.object_)
    result: NDArray[np.object_] = shapely.transform(array, moved)
    return result


@lru_cache(maxsize=128)
def _transformer(source: str, target: str) -> Transformer:
    """Return the transformer, made once: making one costs as much as moving 100,000 coordinates."""
    return Transformer.from_crs(source, target, always_xy=True)
