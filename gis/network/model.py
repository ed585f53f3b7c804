"""All layers of one grid as frames: what checks and, later, assessments read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from gis.dictionary.model import layers


def empty_frame(layer: str) -> pd.DataFrame:
    """Return a frame of the layer with its columns and no rows."""
    definition = layers()[layer]
    columns = ["id", *(column for field in definition.fields for column in field.stored_as if column != "id")]
    frame = pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    if not definition.geometry:
        return frame
    spatial: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], crs="EPSG:4326"))
    return spatial


@dataclass(frozen=True, slots=True)
class Grid:
    """The layers of one grid.

    Attributes
    ----------
    frames
        Layer name -> frame with the columns of the dictionary as stored: a reference field such as
        ``substation_id`` stands as ``substation_ref`` (words as given) and ``substation_id`` (the id
        they resolve to, None where nothing matches); ``asset`` likewise as ``asset_ref`` and
        ``asset_id``. Layers with geometry are GeoDataFrames in EPSG:4326 with the column
        ``geometry``; roads also have ``node_ids`` (list of int or None) and ``noding`` (how their batch
        says they meet: crossings, shared or nodes). Missing values are None or NaN.
    """

    frames: Mapping[str, pd.DataFrame]

    def __getitem__(self, layer: str) -> pd.DataFrame:
        """Return the layer's frame; an empty one where the grid has none."""
        frame = self.frames.get(layer)
        return empty_frame(layer) if frame is None else frame
