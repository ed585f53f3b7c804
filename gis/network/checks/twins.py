"""Geometries that stand in a layer more than once (重复图形)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from gis.network.columns import Objects, Rows


def twins(geometry: Objects) -> Rows:
    """Return a number for each set of identical geometries, -1 for a geometry that stands alone.

    Geometries are identical when they have the same vertices, whatever the direction of a line and the
    start of a ring.

    Parameters
    ----------
    geometry
        shape (n,), None where there is none.
    """
    marks = pd.DataFrame(shapely.bounds(geometry).reshape(-1, 4)).assign(
        vertices=shapely.get_num_coordinates(geometry)
    )
    maybe = np.flatnonzero(marks.duplicated(keep=False) & marks["vertices"].gt(0))
    numbers = np.full(len(geometry), -1, dtype=np.int64)
    shapes = pd.Series(shapely.to_wkb(shapely.normalize(geometry[maybe])), dtype=object)
    codes, _ = pd.factorize(shapes)
    numbers[maybe] = np.where(shapes.duplicated(keep=False), codes, -1)
    return numbers
