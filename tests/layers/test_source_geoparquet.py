"""GeoParquet and plain Parquet."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from numpy.typing import NDArray

from gis.dictionary.model import layers
from gis.errors import SourceError
from layers.sources.model import Source
from layers.sources.open import open_source

ROADS = layers()["roads"]
PARCELS = layers()["parcels"]


def frame(count: int = 3, *, kind: str = "point") -> gpd.GeoDataFrame:
    points = [shapely.Point(n, n) for n in range(count)]
    lines = [shapely.LineString([(n, n), (n + 1, n)]) for n in range(count)]
    columns = {
        "名称": [f"路{n}" if n else None for n in range(count)],
        "whole": pd.array([2**60 + 1 if n else None for n in range(count)], dtype="Int64"),
        "share": [n / 2 for n in range(count)],
    }
    return gpd.GeoDataFrame(columns, geometry=points if kind == "point" else lines, crs=4547)


def read(source: Source) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    chunks = list(source.chunks())
    rows = pd.concat([chunk.rows for chunk in chunks])
    assert source.row_count == len(rows)
    assert tuple(rows.columns) == source.columns
    shapes = [chunk.geometry for chunk in chunks if chunk.geometry is not None]
    return rows, np.concatenate(shapes) if shapes else np.empty(0, dtype=object)


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
@pytest.mark.parametrize("kind", ["point", "line"])
def test_geoparquet(tmp_path: Path, encoding: str, kind: str) -> None:
    path = tmp_path / "t.parquet"
    made = frame(kind=kind)
    made["等级"] = pd.Categorical(["a", None, "b"])
    made.to_parquet(path, geometry_encoding=encoding, write_covering_bbox=encoding == "WKB")
    source = open_source(path, layer=ROADS)
    rows, shapes = read(source)
    assert source.format == "GeoParquet"
    assert source.crs is not None
    assert json.loads(source.crs)["id"] == {"authority": "EPSG", "code": 4547}
    assert rows["等级"].tolist() == ["a", None, "b"]
    assert rows["whole"].fillna(-1).tolist() == [-1, 2**60 + 1, 2**60 + 1]
    assert shapely.equals(shapes, made.geometry.to_numpy()).all()


@pytest.mark.parametrize(("member", "crs"), [({}, "OGC:CRS84"), ({"crs": None}, None)])
def test_the_crs_a_geoparquet_leaves_out(tmp_path: Path, member: dict[str, None], crs: str | None) -> None:
    table = pa.table({"名称": ["a", "b"], "place": [shapely.Point(1, 2).wkb, b"junk"]})
    column: dict[str, object] = {"encoding": "WKB", "geometry_types": [], **member}
    geo = {"version": "1.1.0", "primary_column": "place", "columns": {"place": column}}
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), tmp_path / "t.parquet")
    source = open_source(tmp_path / "t.parquet", layer=PARCELS)
    _, shapes = read(source)
    assert (source.crs, source.columns) == (crs, ("名称",))
    assert [each is None for each in shapes] == [False, True]


def test_plain_parquet(tmp_path: Path) -> None:
    table = pa.table({"asset": ["a"], "geometry": [shapely.Point(1, 2).wkb]})
    pq.write_table(table, tmp_path / "t.parquet")
    source = open_source(tmp_path / "t.parquet", layer=PARCELS)
    assert (source.format, source.crs, source.columns, source.has_geometry) == (
        "Parquet",
        None,
        ("asset",),
        True,
    )
    pq.write_table(table.drop(["geometry"]), tmp_path / "u.parquet")
    source = open_source(tmp_path / "u.parquet", layer=PARCELS)
    assert (source.has_geometry, next(source.chunks()).geometry) == (False, None)
    (tmp_path / "u.parquet").write_bytes(b"PAR1 nonsense PAR1")
    with pytest.raises(SourceError, match="damaged"):
        open_source(tmp_path / "u.parquet", layer=PARCELS)
