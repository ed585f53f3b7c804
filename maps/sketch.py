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
from maps import ground, style
from maps import sketch_marks as marks
from maps.sketch_drawing import Drawing, Frames
from maps.sketch_furniture import LEGEND_PX, Entry, Footing, page, scale_bar
from maps.sketch_labels import Labels
from maps.sketch_paths import Window, dot_data, geometry_of, line_data, middles


def _feeders(drawing: Drawing) -> None:
    if not len(geometry_of(drawing.frames.get("feeders"))):
        return
    stations = drawing.column("feeders", "substation_id")
    stations = stations.where(stations != "", drawing.column("feeders", "substation_ref"))
    kinds = drawing.column("feeders", "construction").to_numpy()
    (wide_from_kv, wide_px), (_, narrow_px) = style.FEEDER_WIDTHS_PX
    twenty = drawing.numbers("feeders", "voltage_kv") >= wide_from_kv
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
                    stroke_width=drawing.stroke(wide_px if wide else narrow_px),
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
            dash = style.DASHES.get(kind, "")
            drawing.legend.append(Entry("line", drawing.say(name), style.SHADE, dash, 1.5))
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
    ground.land(drawing)
    ground.green_and_water(drawing)
    ground.city_area(drawing)
    ground.roads(drawing)
    ground.railways(drawing)
    _feeders(drawing)
    _devices(drawing)
    marks.infrastructure(drawing)
    marks.substations(drawing)
    marks.findings(drawing, findings)
    ground.road_names(drawing)
    ground.area_names(drawing)
    return page(
        window,
        body="".join(drawing.svg),
        labels="".join(drawing.labels.svg) + scale_bar(window),
        legend=drawing.legend,
        heading=(title, subtitle, data_date),
        footing=footing,
    )
