"""A town of the siting tests written to files and imported, as a user would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from api.operations.imports import import_files
from gis.dictionary.model import layers
from layers.intake.request import ImportRequest, Watch
from tests.gis.siting.towns import Town

ORDER: Final = (
    *("jurisdictions", "city_area", "green", "roads", "substations", "main_transformers", "feeders"),
    *("access_points", "transformers", "parcels", "capacity", "claims"),
)
_SILENT: Final = Watch(lambda done, total: None, lambda: None)
_NEVER: Final = frozenset({"batch_id", "node_ids", "noding"})


def store(engine: Engine, town: Town, folder: Path) -> None:
    """Import every layer of a town that has rows."""
    grid = town.grid()
    for layer in ORDER:
        frame = grid[layer]
        if not frame.empty:
            file = _written(folder, layer, frame)
            import_files(engine, ImportRequest(layer, (file,)), _SILENT)


def _written(folder: Path, layer: str, frame: pd.DataFrame) -> Path:
    plain = pd.DataFrame(frame.drop(columns=[*(_NEVER & set(frame.columns)), *_references(layer)]))
    if "asset_id" in plain:
        plain = plain.drop(columns="id", errors="ignore") if layer == "capacity" else plain
        plain = plain.rename(columns={"asset_id": "asset", "kva": "kva(kVA)"})
    plain = plain.dropna(axis="columns", how="all")
    if not layers()[layer].geometry:
        path = folder / f"{layer}.csv"
        plain.to_csv(path, index=False)
        return path
    path = folder / f"{layer}.geojson"
    values = plain.drop(columns="geometry", errors="ignore").to_dict("records")
    features = [
        {
            "type": "Feature",
            "properties": {name: _json(value) for name, value in row.items()},
            "geometry": None if shape is None else shape.__geo_interface__,
        }
        for row, shape in zip(values, frame["geometry"].to_numpy(dtype=object), strict=True)
    ]
    told = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return path


def _references(layer: str) -> list[str]:
    return [name for each in layers()[layer].fields for name in each.stored_as if name.endswith("_ref")]


def _json(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if value is None or value is pd.NA or value != value else value  # noqa: PLR0124  # NaN
