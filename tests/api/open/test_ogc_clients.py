"""Clients that others wrote read the interface whole and right, over a socket."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from owslib.ogcapi.features import Features
from sqlalchemy import Engine

from gis.editions.columns import PUBLISHED
from tests.api.open.conftest import invent

COPY = """
import sys, pyogrio
frame = pyogrio.read_dataframe(sys.argv[1], layer="capacity")
pyogrio.write_dataframe(frame, sys.argv[2], driver="GPKG")
"""
"""In a process of its own: GDAL waits for the server, which would wait for it."""

COUNT = 2_345


@pytest.fixture
def stored(engine: Engine) -> gpd.GeoDataFrame:
    invent(engine, [f"资产/{n:05}" for n in range(COUNT)])
    columns = ", ".join(each.name for each in PUBLISHED)
    question = f"select {columns} from disclosure.published order by asset_id"
    with engine.connect() as connection:
        return gpd.read_postgis(question, connection, geom_col="geometry")


def test_gdal_copies_a_collection_whole_and_right(
    stored: gpd.GeoDataFrame, address: str, tmp_path: Path
) -> None:
    made = tmp_path / "copy.gpkg"
    subprocess.run([sys.executable, "-c", COPY, f"OAPIF:{address}/ogc", str(made)], check=True, timeout=120)
    copy = gpd.read_file(made).sort_values("asset_id").reset_index(drop=True)
    assert len(copy) == COUNT
    assert copy.crs.to_epsg() == 4326 or copy.crs.to_authority() == ("OGC", "CRS84")
    for column in PUBLISHED:
        if column.kind == "place":
            same = shapely.equals_exact(copy.geometry.array, stored.geometry.array, 1e-9)
            assert (same | (copy.geometry.isna() & stored.geometry.isna())).all()
        elif column.kind == "number":
            pd.testing.assert_series_equal(
                copy[column.name].astype(float), stored[column.name].astype(float), check_names=False
            )
        else:
            told = copy[column.name]
            days = pd.to_datetime(told).dt.date if column.kind == "day" else told
            assert [None if pd.isna(each) else each for each in days] == [
                None if pd.isna(each) else each for each in stored[column.name]
            ]


def test_owslib_reads_it(stored: gpd.GeoDataFrame, address: str) -> None:
    client = Features(f"{address}/ogc")
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in client.conformance()["conformsTo"]
    assert client.feature_collections() == ["capacity", "parcels", "zones"]
    assert client.collection("capacity")["id"] == "capacity"
    assert client.api()["openapi"].startswith("3.0")
    page = client.collection_items("capacity", limit=500, bbox=[120.4, 31.0, 120.6, 31.2])
    assert 0 < page["numberReturned"] <= 500
    item = client.collection_item("capacity", "资产/00001")
    assert item["properties"]["asset_id"] == "资产/00001"
