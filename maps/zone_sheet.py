"""The zone map as one sheet of paper (A3 横幅): an SVG with everything that stands beside the map."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from gis.words import Language
from maps import ground, legend, style
from maps import sketch_marks as marks
from maps.sketch_drawing import Drawing
from maps.sketch_labels import Labels
from maps.sketch_paths import Window, area_data, line_data
from maps.words import words
from maps.zone_cells import cell_data, generalised
from maps.zone_content import ZoneMap
from maps.zone_furniture import Sheet, hatch_scale, sheet

EARTH_PX: Final = 156_543.0
"""Metres of the equator that a pixel shows at zoom 0."""


def zone_map_svg(content: ZoneMap, language: Language, *, width_px: int = 1600) -> str:
    """Return the zone map as an SVG document in the proportions of A3 across.

    Parameters
    ----------
    content
        What it shows.
    language
        Of all words but names.
    width_px
        Width of the sheet in pixels; the height follows.
    """
    place = Sheet.of_width(width_px)
    bounds = content.bounds()
    ratio = place.map_height / place.map_width
    window = Window.around(_some_extent(bounds), place.map_width, ratio, ratio)
    zoom = float(np.clip((8.0 / window.metres_per_px) ** 0.6, 0.5, 1.8))
    latitude = (bounds[1] + bounds[3]) / 2
    frames = {**content.context, "parcels": content.parcels, "zones": content.zones}
    if "roads" in frames:
        frames["roads"] = _roads_shown(frames["roads"], window.metres_per_px, latitude)
    drawing = Drawing(window, frames, Labels(window.width, window.height), [], [], zoom, language)
    _zones(drawing, content)
    ground.green_and_water(drawing)
    _parcels(drawing)
    ground.roads(drawing)
    ground.railways(drawing)
    drawing.legend.clear()  # the ground explains itself; the sheet's legend tells what is assessed
    _feeders(drawing)
    marks.substations(drawing)
    ground.road_names(drawing)
    ground.area_names(drawing)
    return sheet(place, content, drawing, words("map.alone")[language])


def _some_extent(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return bounds that are at least some hundred metres wide: a map of one parcel shows where it lies."""
    least = 0.002
    west, south, east, north = bounds
    across, up = (max(0.0, least - (high - low)) / 2 for low, high in ((west, east), (south, north)))
    return west - across, south - up, east + across, north + up


def _roads_shown(roads: pd.DataFrame, metres_per_px: float, latitude: float) -> pd.DataFrame:
    """Return the roads that can be told apart at a scale, by the same table as on the screen."""
    zoom = np.log2(EARTH_PX * np.cos(np.deg2rad(latitude)) / metres_per_px)
    hidden = [key for key, road in style.ROADS.items() if road.from_zoom > zoom + 0.5]
    return roads[~roads["class"].isin(hidden)] if "class" in roads else roads


def _zones(drawing: Drawing, content: ZoneMap) -> None:
    kinds, reaches = drawing.column("zones", "class").to_numpy(), drawing.numbers("zones", "reach_m")
    for reach in reversed(content.reaches()):
        nearest = reach == content.reaches()[0]
        for key in reversed(style.CLASSES):
            look = style.CLASSES[key]
            drawing.path(
                area_data(drawing.shapes("zones", (kinds == key) & (reaches == reach))),
                fill=look.colour,
                fill_opacity=style.NEAR_ALPHA if nearest else style.FAR_ALPHA,
                stroke=look.ink,
                stroke_opacity="0.75",
                stroke_width=drawing.stroke(1.1),
                stroke_dasharray="none" if nearest else drawing.dash(style.FAR_DASH),
            )


def _parcels(drawing: Drawing) -> None:
    kinds = drawing.column("parcels", "class").to_numpy()
    small, cells = generalised(drawing, kinds)
    for number, (key, look) in reversed(list(enumerate(style.CLASSES.items()))):
        data = area_data(drawing.shapes("parcels", (kinds == key) & ~small)) + cell_data(cells == number)
        drawing.path(
            data,
            fill=look.fill,
            stroke=look.ink,
            stroke_width=drawing.stroke(0.7),
            stroke_dasharray=drawing.dash(look.dash) or "none",
        )
        if look.hatch:
            drawing.path(data, fill=f"url(#{legend.pattern_id(key, hatch_scale(drawing))})")


def _feeders(drawing: Drawing) -> None:
    statuses = drawing.column("feeders", "status").to_numpy()
    volts = np.nan_to_num(drawing.numbers("feeders", "voltage_kv"))
    plain = replace(style.STATUSES["open"], ink=style.SHADE)
    above = np.inf
    for least, width in style.FEEDER_WIDTHS_PX:
        at_voltage = (volts >= least) & (volts < above)
        above = least
        for key, look in {"": plain, **style.STATUSES}.items():
            mask = at_voltage & ((statuses == key) if key else ~np.isin(statuses, list(style.STATUSES)))
            data = line_data(drawing.shapes("feeders", mask))
            drawing.path(
                data, fill="none", stroke="#ffffff", stroke_width=drawing.stroke(width + 1.6),
                stroke_opacity="0.85",
            )  # fmt: skip
            drawing.path(
                data, fill="none", stroke=look.ink, stroke_width=drawing.stroke(width),
                stroke_dasharray=drawing.dash(look.dash) or "none",
            )  # fmt: skip
