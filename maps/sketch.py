"""A static overview of a grid (配电网概览图): one SVG, no script, no request, from the frames of a grid.

The page stands without a base map: paper, water, parks and land use below white streets, then feeders,
devices and substations. Colour is never the only sign: construction is told by the dash, voltage by mark
and width.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gis.errors import InputError
from gis.findings import Finding
from maps import sketch_marks as marks
from maps import sketch_style as style
from maps.sketch_drawing import Drawing, Frames
from maps.sketch_furniture import LEGEND_PX, Entry, Footing, page, scale_bar
from maps.sketch_labels import Labels
from maps.sketch_paths import Window, area_data, dot_data, geometry_of, line_data, middles


def _ground(drawing: Drawing) -> None:
    codes = drawing.column("parcels", "land_use").str.slice(0, 1).str.upper()
    for letter in [*style.LAND, ""]:
        mask = (codes == letter) if letter else ~codes.isin(list(style.LAND))
        data = area_data(drawing.shapes("parcels", mask))
        colour, name = style.LAND.get(letter, style.OTHER_LAND)
        drawing.path(data, fill=colour, stroke="#d9d2c2", stroke_width=drawing.stroke(0.35))
        if data:
            drawing.legend.append(Entry("area", name, colour))
    for layer, colour, name in (("green", "#cfe0bd", "绿地 parks"), ("water", "#c3dbe6", "水系 water")):
        shapes = drawing.shapes(layer)
        data = area_data(shapes)
        drawing.path(data, fill=colour)
        drawing.path(line_data(shapes), fill="none", stroke=colour, stroke_width=drawing.stroke(1.6))
        if data and layer == "water":
            drawing.legend.append(Entry("area", name, colour))
    area = area_data(drawing.shapes("city_area"))
    drawing.path(
        area,
        fill="none",
        stroke="#a79c84",
        stroke_width=drawing.stroke(1.1),
        stroke_dasharray=drawing.dash("2 4"),
    )
    if area:
        drawing.legend.append(Entry("line", "建成区 built-up area", "#a79c84", "2 4", 1.1))


def _railways(drawing: Drawing) -> None:
    data = line_data(drawing.shapes("railways"))
    drawing.path(data, fill="none", stroke="#6f6b66", stroke_width=drawing.stroke(2.6))
    drawing.path(
        data,
        fill="none",
        stroke="#ffffff",
        stroke_width=drawing.stroke(1.4),
        stroke_dasharray=drawing.dash("8 8"),
    )
    if data:
        drawing.legend.append(Entry("rail", "铁路 railway", "#6f6b66"))


def _roads(drawing: Drawing) -> None:
    classes = drawing.column("roads", "class").to_numpy()
    levels = np.nan_to_num(drawing.numbers("roads", "layer"))
    known = np.isin(classes, list(style.ROADS))
    for below, mask in ((True, levels < 0), (False, levels == 0), (False, levels > 0)):
        data = {
            grade: line_data(
                drawing.shapes("roads", mask & ((classes == grade) | (~known & (grade == "local"))))
            )
            for grade in style.ROADS
        }
        for grade, (width, _, casing) in style.ROADS.items():
            extra = {"stroke_dasharray": drawing.dash("3 2")} if below else {}
            drawing.path(
                data[grade], stroke=casing, stroke_width=drawing.stroke(width + 1.1), fill="none", **extra
            )
        for grade, (width, colour, _) in style.ROADS.items():
            drawing.path(data[grade], stroke=colour, stroke_width=drawing.stroke(width), fill="none")
    for grade in reversed(style.ROADS):
        if (classes == grade).any():
            width, colour, casing = style.ROADS[grade]
            drawing.legend.append(Entry("road", style.ROAD_NAMES[grade], colour, casing, width))


def _road_names(drawing: Drawing) -> None:
    names = drawing.column("roads", "name")
    classes = drawing.column("roads", "class")
    placed = 0
    for grade, size in (("expressway", 11.5), ("primary", 11.5), ("secondary", 10.0)):
        own = names[(classes == grade) & (names != "")]
        for name in own.value_counts().index[: style.ROAD_LABELS]:
            shapes = drawing.shapes("roads", (names == name) & (classes == grade))
            if len(shapes) and placed < style.ROAD_LABELS:
                placed += drawing.labels.along(name, shapes, "road", size)


def _area_names(drawing: Drawing) -> None:
    for layer, look, least, count in (("water", "water", 2_500.0, 4), ("green", "park", 1_500.0, 4)):
        frame = drawing.frames.get(layer)
        shapes = geometry_of(frame)
        names = drawing.column(layer, "name").to_numpy()
        named = np.flatnonzero(
            [bool(name) and shape is not None for name, shape in zip(names, shapes, strict=True)]
        )
        seen: set[str] = set()
        areas = shapely.area(shapes)
        for i in named[np.argsort(-areas[named], kind="stable")]:
            placed = drawing.window.shapes(shapes[i : i + 1])
            if len(seen) >= count or not len(placed) or placed[0].area < least:
                break
            if str(names[i]) in seen:
                continue
            seen.add(str(names[i]))
            (x, y) = middles(placed)[0]
            drawing.labels.put(names[i], float(x), float(y), look, 11.5)


def _feeders(drawing: Drawing) -> None:
    if not len(geometry_of(drawing.frames.get("feeders"))):
        return
    stations = drawing.column("feeders", "substation_id")
    stations = stations.where(stations != "", drawing.column("feeders", "substation_ref"))
    kinds = drawing.column("feeders", "construction").to_numpy()
    twenty = drawing.numbers("feeders", "voltage_kv") >= 15  # noqa: PLR2004  # kV, between 10 and 20
    order = sorted(set(stations))
    drawing.path(
        line_data(drawing.shapes("feeders")),
        fill="none", stroke="#ffffff", stroke_opacity="0.75", stroke_width=drawing.stroke(3.0),
    )  # fmt: skip
    for number, station in enumerate(order):
        colour = style.STATION_COLOURS[number % len(style.STATION_COLOURS)]
        for kind in dict.fromkeys(kinds):
            for wide in (False, True):
                mask = (stations == station).to_numpy() & (kinds == kind) & (twenty == wide)
                drawing.path(
                    line_data(drawing.shapes("feeders", mask)),
                    fill="none",
                    stroke=colour,
                    stroke_width=drawing.stroke(2.5 if wide else 1.5),
                    stroke_dasharray=drawing.dash(style.DASHES.get(kind, "")) or "none",
                )
    _feeder_legend(drawing, order, set(kinds), both=bool(twenty.any() and not twenty.all()))


def _feeder_legend(drawing: Drawing, stations: list[str], kinds: set[str], *, both: bool) -> None:
    names = dict(zip(drawing.column("substations", "id"), drawing.column("substations", "name"), strict=True))
    if len(stations) <= style.MAX_STATION_ENTRIES:
        for number, station in enumerate(stations):
            label = f"{names.get(station) or station or '?'} 出线"
            drawing.legend.append(Entry("line", label, style.STATION_COLOURS[number], "", 2.0))
    else:
        drawing.legend.append(
            Entry("line", "颜色区分变电站 by substation", style.STATION_COLOURS[0], "", 2.0)
        )
    for kind, name in style.CONSTRUCTION.items():
        if kind in kinds:
            drawing.legend.append(Entry("line", name, style.SHADE, style.DASHES.get(kind, ""), 1.5))
    if both:
        drawing.legend.append(Entry("line", "20 kV（粗线 wide）", style.SHADE, "", 2.8))


def _devices(drawing: Drawing) -> None:
    boxes = drawing.shapes("transformers")
    if len(boxes):
        data = dot_data(middles(boxes))
        drawing.path(
            data,
            stroke="#5f5a50",
            stroke_opacity="0.7",
            stroke_width=drawing.stroke(1.7),
            stroke_linecap="round",
        )
        drawing.legend.append(Entry("dot", "台区 distribution transformer", "#5f5a50", "", 1.7))
    poles = (drawing.column("access_points", "kind") == "pole").to_numpy()
    for mask, size, name in ((poles, 2.0, "杆 pole"), (~poles, 3.4, "环网柜等 ring-main unit etc.")):
        shapes = drawing.shapes("access_points", mask)
        if len(shapes):
            data = dot_data(middles(shapes))
            drawing.path(data, stroke=style.SHADE, stroke_width=drawing.stroke(size), stroke_linecap="round")
            drawing.path(
                data, stroke="#ffffff", stroke_width=drawing.stroke(size - 1.3), stroke_linecap="round"
            )
            drawing.legend.append(Entry("ring", name, style.SHADE, "", size))
    ducts = line_data(drawing.shapes("ducts"))
    drawing.path(
        ducts,
        fill="none",
        stroke="#8a6f00",
        stroke_width=drawing.stroke(1.0),
        stroke_dasharray=drawing.dash("1.2 1.6"),
    )
    if ducts:
        drawing.legend.append(Entry("line", "电力管沟 duct", "#8a6f00", "1.2 1.6", 1.2))


def _bounds(frames: Frames) -> tuple[float, float, float, float]:
    """Return the bounds of what matters: grid, roads and parcels, else of anything there is."""
    inner = ("feeders", "substations", "parcels", "roads", "access_points", "transformers")
    for layers in (inner, tuple(frames)):
        shapes = np.concatenate([np.array([], object), *(geometry_of(frames.get(layer)) for layer in layers)])
        bounds = shapely.bounds(shapes.astype(object)).reshape(-1, 4)
        bounds = bounds[np.isfinite(bounds).all(axis=1)]
        if len(bounds):
            (west, south), (east, north) = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
            return float(west), float(south), float(east), float(north)
    raise InputError(
        "There is nothing to draw: no layer has a geometry.",
        repair="Import at least one layer with geometry.",
    )


def sketch_svg(
    frames: Frames,
    *,
    title: str,
    subtitle: str = "",
    width_px: int = 1600,
    data_date: str = "",
    footing: Footing = Footing(),  # noqa: B008  # frozen
    findings: Sequence[Finding] = (),
) -> str:
    """Return a static overview of a grid as an SVG document.

    Parameters
    ----------
    frames
        Layer name -> frame in EPSG:4326 with the dictionary's columns; missing layers and columns are fine.
    title, subtitle
        Words above the map; of any origin, they are escaped like every name on it.
    width_px
        Width of the page, pixels; the height follows from the extent.
    data_date
        Date of the data (数据日期).
    footing
        Disclaimer, attribution and map review number.
    findings
        Findings to mark, where they have a place.

    Raises
    ------
    InputError
        If no layer has a geometry.
    """
    window = Window.around(_bounds(frames), width_px - LEGEND_PX, 0.45, 1.3)
    zoom = float(np.clip((8.0 / window.metres_per_px) ** 0.6, 0.5, 1.8))
    drawing = Drawing(window, frames, Labels(window.width, window.height), [], [], zoom)
    _ground(drawing)
    _roads(drawing)
    _railways(drawing)
    _feeders(drawing)
    _devices(drawing)
    marks.infrastructure(drawing)
    marks.substations(drawing)
    marks.findings(drawing, findings)
    _road_names(drawing)
    _area_names(drawing)
    return page(
        window,
        body="".join(drawing.svg),
        labels="".join(drawing.labels.svg) + scale_bar(window),
        legend=drawing.legend,
        heading=(title, subtitle, data_date),
        footing=footing,
    )
