"""Findings as a frame of points, to be written to a file and looked at on a map."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.findings import Finding

_COLUMNS = ("check", "severity", "layer", "id", "message", "repair", "lon", "lat")


def as_frame(findings: Iterable[Finding]) -> gpd.GeoDataFrame:
    """Return one row for each finding, in their order.

    Returns
    -------
    GeoDataFrame
        EPSG:4326; the attributes of a finding as columns, its place as a point, None where it has none.
    """
    rows = pd.DataFrame([finding.as_json() for finding in findings], columns=list(_COLUMNS))
    lon, lat = (rows.pop(name).to_numpy(dtype=np.float64, na_value=np.nan) for name in ("lon", "lat"))
    points = np.full(len(rows), None, dtype=object)
    placed = np.isfinite(lon) & np.isfinite(lat)
    points[placed] = shapely.points(lon[placed], lat[placed])
    return gpd.GeoDataFrame(rows, geometry=points, crs="EPSG:4326")
