"""What the tests of exports share: a screening of the small district, files asked for and read again."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pypdfium2
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.operations.screening import run_inputs
from api.operations.siting import GROUND_LAYERS
from api.operations.zone_exports import EXPORT_MEDIA
from gis.siting.loads import default_table
from layers.queries.versions import data_version
from layers.screenings import Run
from tests.gis.editions.screenings import put_run

PATH = "/api/v1/zones/export"


def screened(engine: Engine, **asked: Any) -> Run:
    return put_run(engine, run_inputs(data_version(engine, GROUND_LAYERS), default_table()), **asked)


def asked(client: TestClient, kind: str, language: str = "zh", **more: str) -> bytes:
    answer = client.get(PATH, params={"format": kind, "lang": language, **more})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].partition(";")[0] == EXPORT_MEDIA[kind]  # type: ignore[index]
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    return answer.content


def plain(value: Any) -> Any:
    """Return a value as any format may give it: numbers as floats, days and words as text, else None."""
    if value is None or value != value or value == "":  # noqa: PLR0124  # NaN
        return None
    try:
        return round(float(value), 4)
    except (TypeError, ValueError):
        return str(value)[:10] if re.match(r"\d{4}-\d\d-\d\d", str(value)) else str(value)


def table_of(kind: str, data: bytes, folder: Path) -> list[dict[str, Any]]:
    """Return the rows of an exported table without their geometry."""
    if kind == "csv":
        assert data.startswith(b"\xef\xbb\xbf")
        made: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    elif kind == "geojson":
        made = [each["properties"] for each in json.loads(data)["features"]]
    else:
        file = folder / f"x.{kind}"
        file.write_bytes(data)
        layer = pyogrio.list_layers(file)[0, 0] if kind == "gpkg" else None
        frame = gpd.read_parquet(file) if kind == "parquet" else gpd.read_file(file, layer=layer)
        made = frame.drop(columns="geometry").to_dict("records")
    return [{name: plain(value) for name, value in row.items() if name != "geometry"} for row in made]


def texts_of(kind: str, data: bytes) -> str:
    """Return every word that a map on paper shows."""
    if kind == "pdf":
        document = pypdfium2.PdfDocument(data)
        assert len(document) == 1
        words = document[0].get_textpage().get_text_bounded()
        document.close()
        return str(words)
    root = ET.fromstring(data.decode())  # noqa: S314  # our own drawing
    return "\n".join(root.itertext())
