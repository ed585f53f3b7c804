"""What a standalone zone map carries inside itself: shapes, columns and words, as JSON knows them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import numpy as np
import pandas as pd
import shapely

from gis.figures import rounded
from maps.columns import Cell, cell, figure_column, text_column
from maps.inline_geometry import WORLD_BITS, encode
from maps.sketch_paths import Shapes, geometry_of, middles
from maps.style import CLASSES, ROADS, STATUSES
from maps.words import failed_test_words, vocabulary
from maps.zone_content import Bounds, ZoneMap

TEXTS: Final = (
    "load_source", "asset_id", "asset_name", "level", "bottleneck_level", "procedure", "jurisdiction",
)  # fmt: skip
FIGURES: Final = (
    "load_kva", "open_capacity_kva", "length_m", "crossing_m", "crossing_count", "city_road_crossing_m",
    "excavation_m", "green_m", "along_main_road_m", "along_infrastructure_m", "limit_working_days",
)  # fmt: skip
OPTION_FIELDS: Final = (
    "asset_name", "asset_id", "open_capacity_kva", "length_m", "crossing_count", "procedure",
    "limit_working_days",
)  # fmt: skip
"""What the page tells of each option."""

_TOLERANCES_M: Final = {
    "parcels": 0.3, "zones": 2.0, "roads": 1.5, "feeders": 1.0, "water": 3.0, "green": 3.0, "railways": 2.0,
}  # fmt: skip
_MARGIN: Final = 0.15
_LEAST_MARGIN_DEG: Final = 0.003

Json = dict[str, Any]
Groups = Mapping[tuple[str, bool, str], np.ndarray[Any, np.dtype[np.intp]]]


def shown_bounds(bounds: Bounds) -> Bounds:
    """Return the bounds of what a page carries: the content's and a margin."""
    west, south, east, north = bounds
    across, up = ((high - low) * _MARGIN + _LEAST_MARGIN_DEG for low, high in ((west, east), (south, north)))
    return west - across, max(south - up, -85.0), east + across, min(north + up, 85.0)


def zone_data(content: ZoneMap) -> Json:
    """Return what the page's scripts read, as JSON knows it."""
    bounds = shown_bounds(content.bounds())
    layers = {"parcels": _parcels(content), "zones": _zones(content)}
    for name, build in (
        ("water", _plain), ("green", _plain), ("railways", _railways), ("roads", _roads),
        ("feeders", _feeders), ("substations", _substations),
    ):  # fmt: skip
        frame = content.context.get(name)
        inside = _inside(frame, bounds)
        if frame is not None and inside.any():
            layers[name] = build(name, frame[inside])
    said = {**vocabulary(), **content.heading.words()}
    return {
        "bits": WORLD_BITS,
        "bounds": bounds,
        "fit": content.bounds(),
        "layers": {name: layer for name, layer in layers.items() if layer["parts"]},
        "totals": [[each.key, each.parcels, rounded(each.load_kva)] for each in content.totals()],
        "words": {
            "zh": {key: pair.zh for key, pair in said.items()},
            "en": {key: pair.en for key, pair in said.items()},
        },
    }


def _inside(frame: pd.DataFrame | None, bounds: Bounds) -> np.ndarray[Any, np.dtype[np.bool_]]:
    boxes = shapely.bounds(geometry_of(frame)).reshape(-1, 4)
    west, south, east, north = bounds
    with np.errstate(invalid="ignore"):
        return (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)


def _column(frame: pd.DataFrame, name: str) -> Iterable[object]:
    return frame[name].to_list() if name in frame else [None] * len(frame)


def _shaped(layer: str, shapes: Shapes, kind: str, /, **columns: object) -> Json:
    return encode(shapes, kind, _TOLERANCES_M.get(layer, 0.0)).as_json() | {"columns": columns}


def _parcels(content: ZoneMap) -> Json:
    frame = content.parcels
    classes = list(CLASSES)
    tests = text_column(_column(frame, "failed_test"))
    said = [failed_test_words(test) for test in tests["words"]]
    columns: Json = {
        "id": [str(each) for each in frame["parcel_id"]],
        "name": [_text(each) for each in _column(frame, "name")],
        "class": {"words": classes, "codes": [classes.index(str(each)) for each in frame["class"]]},
        "failed": tests | {"words": [[each.zh, each.en] for each in said]},
        "upper_bound": [int(cell(each) is True) for each in _column(frame, "upper_bound")],
    }
    if "options" in frame:
        columns["options"] = _options(frame["options"])
    columns |= {name: text_column(frame[name]) for name in TEXTS if name in frame}
    columns |= {
        name: figure_column(frame[name]) for name in FIGURES if name in frame and frame[name].notna().any()
    }
    return _shaped("parcels", geometry_of(frame), "area", **columns)


def _text(value: object) -> str:
    known = cell(value)
    return "" if known is None else str(known)


def _options(values: Iterable[object]) -> Json:
    """Return the options of every parcel: rows of figures, texts as places in one list of words."""
    places: dict[str, int] = {}
    rows = []
    for value in values:
        given = json.loads(value) if isinstance(value, str) and value else value
        options = given if isinstance(given, list | tuple | np.ndarray) else ()
        rows.append([[_coded(option, field, places) for field in OPTION_FIELDS] for option in options])
    return {"fields": OPTION_FIELDS, "words": list(places), "rows": rows}


def _coded(option: Mapping[str, Any], field: str, places: dict[str, int]) -> Cell | list[int]:
    """Return a field of an option: its own, its route's or its approval's; a text as its place in a list."""
    approval = (option.get("decision") or {}).get("approval") or {}
    holders = (option, option.get("route") or {}, approval)
    value = cell(next((each[field] for each in holders if each.get(field) is not None), None))
    return [places.setdefault(value, len(places))] if isinstance(value, str) else value


def _zones(content: ZoneMap) -> Json:
    order = {key: place for place, key in enumerate(CLASSES)}
    ranks = content.zones["class"].astype(str).map(order).astype(float)
    # The widest and the worst lie below.
    frame = content.zones.assign(rank=ranks).sort_values(["rank", "reach_m"], ascending=False, kind="stable")
    return _shaped(
        "zones",
        geometry_of(frame),
        "area",
        **{"class": text_column(frame["class"]), "reach_m": figure_column(frame["reach_m"])},
    )


def _plain(name: str, frame: pd.DataFrame) -> Json:
    return _shaped(name, geometry_of(frame), "area", name=text_column(_column(frame, "name")))


def _railways(name: str, frame: pd.DataFrame) -> Json:
    return _shaped(name, _merged(geometry_of(frame)), "line")


def _merged(shapes: Shapes) -> Shapes:
    """Return the lines, those that meet end to end as one."""
    parts = shapely.get_parts(shapes)
    parts = parts[shapely.get_dimensions(parts) == 1]
    return np.asarray(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts))), object)


def _roads(layer: str, frame: pd.DataFrame) -> Json:
    grade = pd.Series(list(_column(frame, "class")), dtype=object)
    grade = grade.where(grade.isin(list(ROADS)), "local")
    below = pd.to_numeric(pd.Series(list(_column(frame, "layer")), dtype=object), errors="coerce") < 0
    names = pd.Series([_text(each) for each in _column(frame, "name")], dtype=object)
    shapes = geometry_of(frame)
    alike = pd.DataFrame({"class": grade, "below": below, "name": names}).groupby(["class", "below", "name"])
    # Each stretch stands alone, so that a tile draws those inside it.
    stretches = [
        (str(kind), int(under), str(name), stretch)
        for (kind, under, name), rows in cast("Groups", alike.indices).items()
        for stretch in _merged(shapes[rows])
    ]
    grades = list(ROADS)
    stretches.sort(key=lambda stretch: grades.index(stretch[0]))
    return _shaped(
        layer,
        np.array([shape for *_, shape in stretches], object),
        "line",
        **{"class": text_column(kind for kind, *_ in stretches)},
        below=[under for _, under, *_ in stretches],
        name=text_column(called or None for _, _, called, _ in stretches),
    )


def _feeders(name: str, frame: pd.DataFrame) -> Json:
    return _shaped(
        name,
        geometry_of(frame),
        "line",
        name=text_column(_column(frame, "name")),
        status=text_column(each if each in STATUSES else None for each in _column(frame, "status")),
        voltage_kv=figure_column(_column(frame, "voltage_kv")),
    )


def _substations(name: str, frame: pd.DataFrame) -> Json:
    return _shaped(
        name,
        np.asarray(shapely.points(middles(geometry_of(frame))), object),
        "point",
        name=text_column(_column(frame, "name")),
        voltage_kv=figure_column(_column(frame, "voltage_kv")),
    )
