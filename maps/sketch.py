"""A static overview of a grid (配电网概览图): one SVG, no script, no request, from the frames of a grid.

The page stands without a base map: paper, water, parks and land use below white streets, then feeders, devices
and substations. Colour is never the only sign: construction is told by the dash, voltage by mark and width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from gis.errors import InputError
from gis.findings import Finding, Severity
from maps.sketch_furniture import Entry, page, scale_bar
from maps.sketch_labels import Labels, words
from maps.sketch_paths import Shapes, Window, area_data, dot_data, geometry_of, line_data, middles

Frames = Mapping[str, pd.DataFrame]

LEGEND_PX: Final = 232.0

ROADS: Final[dict[str, tuple[float, str, str]]] = {
    "track": (0.8, "#ffffff", "#d9d3c4"),
    "local": (1.3, "#ffffff", "#d3cdbf"),
    "tertiary": (2.0, "#ffffff", "#cdc6b6"),
    "secondary": (2.9, "#ffffff", "#c6bda9"),
    "primary": (3.6, "#fffaf0", "#b9ac8f"),
    "expressway": (4.4, "#fbe9c6", "#c29a55"),
}
"""Class -> width in pixels at 8 m a pixel, colour, colour of the casing; minor roads are drawn first."""

ROAD_NAMES: Final = {"track": "便道 track", "local": "支路 local", "tertiary": "三级路 tertiary",
                     "secondary": "次干路 secondary", "primary": "主干路 primary",
                     "expressway": "快速路 expressway"}  # fmt: skip

LAND: Final[dict[str, tuple[str, str]]] = {
    "R": ("#f6eed9", "居住 residential"),
    "A": ("#f0dde3", "公共服务 public"),
    "B": ("#f4dacd", "商业商务 commercial"),
    "M": ("#e3dcea", "工业 industrial"),
    "W": ("#dbdfea", "物流仓储 logistics"),
    "S": ("#e2e2de", "交通 transport"),
    "U": ("#d5dfdd", "公用设施 utilities"),
    "G": ("#d6e5c8", "绿地 green"),
    "H": ("#ece2cf", "村庄 village"),
}
"""First letter of the land-use code (GB 50137-2011) -> fill and name."""

OTHER_LAND: Final = ("#eae6db", "其他 other")

STATION_COLOURS: Final = (
    "#00727a", "#b35c00", "#6b4fa0", "#2f63b0", "#a8326e", "#4f6f1f", "#7a5a3a", "#4a4a55",
)  # fmt: skip
"""Colours that tell the feeders of neighbouring substations apart, used in turn."""

DASHES: Final = {"overhead": "5.5 3.2", "mixed": "9 2.6 2 2.6", "cable": ""}
CONSTRUCTION: Final = {
    "cable": "电缆 cable", "overhead": "架空 overhead", "mixed": "混合 mixed", "": "未注明 not stated",
}  # fmt: skip

SQUARE_FROM_KV: Final = 200.0
"""Substations from this voltage on are squares, lower ones circles."""

MAX_STATION_ENTRIES: Final = 6
ROAD_LABELS: Final = 22
SHADE: Final = "#2b2b38"


@dataclass(slots=True)
class _Drawing:
    """The map while it is drawn: its parts from bottom to top, its legend and its labels."""

    window: Window
    frames: Frames
    labels: Labels
    svg: list[str]
    legend: list[Entry]
    zoom: float

    def shapes(self, layer: str, mask: Any = None) -> Shapes:  # noqa: ANN401  # a boolean array or None
        found = geometry_of(self.frames.get(layer))
        return self.window.shapes(found if mask is None or not len(found) else found[np.asarray(mask)])

    def column(self, layer: str, name: str) -> pd.Series[Any]:
        """Return a column as text, "" where it or a value is missing."""
        frame = self.frames.get(layer)
        if frame is None or name not in frame:
            return pd.Series([""] * (0 if frame is None else len(frame)), dtype=object)
        return frame[name].map(lambda value: "" if pd.isna(value) else str(value)).reset_index(drop=True)

    def numbers(self, layer: str, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return a column as numbers, NaN where there is none."""
        return pd.to_numeric(self.column(layer, name), errors="coerce").to_numpy(float)

    def path(self, data: str, **attributes: object) -> None:
        """Add a path in tenths of a pixel."""
        if data:
            written = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
            self.svg.append(f'<path d="{data}"{written}/>')

    def stroke(self, pixels: float) -> str:
        """Return a stroke width in the units of path data."""
        return f"{pixels * self.zoom * 10:.0f}"

    def dash(self, pattern: str) -> str:
        """Return a dash pattern in the units of path data."""
        return " ".join(f"{float(step) * self.zoom * 10:.0f}" for step in pattern.split())


def _ground(drawing: _Drawing) -> None:
    codes = drawing.column("parcels", "land_use").str.slice(0, 1).str.upper()
    for letter in [*LAND, ""]:
        mask = (codes == letter) if letter else ~codes.isin(list(LAND))
        data = area_data(drawing.shapes("parcels", mask))
        colour, name = LAND.get(letter, OTHER_LAND)
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
    drawing.path(area, fill="none", stroke="#a79c84", stroke_width=drawing.stroke(1.1), stroke_dasharray=drawing.dash("2 4"))
    if area:
        drawing.legend.append(Entry("line", "建成区 built-up area", "#a79c84", "2 4", 1.1))


def _railways(drawing: _Drawing) -> None:
    data = line_data(drawing.shapes("railways"))
    drawing.path(data, fill="none", stroke="#6f6b66", stroke_width=drawing.stroke(2.6))
    drawing.path(
        data, fill="none", stroke="#ffffff", stroke_width=drawing.stroke(1.4), stroke_dasharray=drawing.dash("8 8")
    )
    if data:
        drawing.legend.append(Entry("rail", "铁路 railway", "#6f6b66"))


def _roads(drawing: _Drawing) -> None:
    classes = drawing.column("roads", "class").to_numpy()
    levels = np.nan_to_num(drawing.numbers("roads", "layer"))
    known = np.isin(classes, list(ROADS))
    for below, mask in ((True, levels < 0), (False, levels == 0), (False, levels > 0)):
        data = {
            grade: line_data(drawing.shapes("roads", mask & ((classes == grade) | (~known & (grade == "local")))))
            for grade in ROADS
        }
        for grade, (width, _, casing) in ROADS.items():
            extra = {"stroke_dasharray": drawing.dash("3 2")} if below else {}
            drawing.path(data[grade], stroke=casing, stroke_width=drawing.stroke(width + 1.1), fill="none", **extra)
        for grade, (width, colour, _) in ROADS.items():
            drawing.path(data[grade], stroke=colour, stroke_width=drawing.stroke(width), fill="none")
    for grade in reversed(ROADS):
        if (classes == grade).any():
            width, colour, casing = ROADS[grade]
            drawing.legend.append(Entry("road", ROAD_NAMES[grade], colour, casing, width))


def _road_names(drawing: _Drawing) -> None:
    names = drawing.column("roads", "name")
    classes = drawing.column("roads", "class")
    placed = 0
    for grade, size in (("expressway", 11.5), ("primary", 11.5), ("secondary", 10.0)):
        own = names[(classes == grade) & (names != "")]
        for name in own.value_counts().index[:ROAD_LABELS]:
            shapes = drawing.shapes("roads", (names == name) & (classes == grade))
            if len(shapes) and placed < ROAD_LABELS:
                placed += drawing.labels.along(name, shapes, "road", size)


def _area_names(drawing: _Drawing) -> None:
    for layer, style, least, count in (("water", "water", 2_500.0, 4), ("green", "park", 1_500.0, 4)):
        frame = drawing.frames.get(layer)
        shapes = geometry_of(frame)
        names = drawing.column(layer, "name").to_numpy()
        named = np.flatnonzero([bool(name) and shape is not None for name, shape in zip(names, shapes, strict=True)])
        seen: set[str] = set()
        for i in sorted(named, key=lambda i: (-shapes[i].area, i)):
            placed = drawing.window.shapes(shapes[i : i + 1])
            if len(seen) >= count or not len(placed) or placed[0].area < least:
                break
            if str(names[i]) in seen:
                continue
            seen.add(str(names[i]))
            (x, y) = middles(placed)[0]
            drawing.labels.put(names[i], float(x), float(y), style, 11.5)


def _feeders(drawing: _Drawing) -> None:
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
        colour = STATION_COLOURS[number % len(STATION_COLOURS)]
        for kind in dict.fromkeys(kinds):
            for wide in (False, True):
                mask = (stations == station).to_numpy() & (kinds == kind) & (twenty == wide)
                drawing.path(
                    line_data(drawing.shapes("feeders", mask)),
                    fill="none",
                    stroke=colour,
                    stroke_width=drawing.stroke(2.5 if wide else 1.5),
                    stroke_dasharray=drawing.dash(DASHES.get(kind, "")) or "none",
                )
    _feeder_legend(drawing, order, set(kinds), both=bool(twenty.any() and not twenty.all()))


def _feeder_legend(drawing: _Drawing, stations: list[str], kinds: set[str], *, both: bool) -> None:
    names = dict(zip(drawing.column("substations", "id"), drawing.column("substations", "name"), strict=True))
    if len(stations) <= MAX_STATION_ENTRIES:
        for number, station in enumerate(stations):
            label = f"{names.get(station) or station or '?'} 出线"
            drawing.legend.append(Entry("line", label, STATION_COLOURS[number], "", 2.0))
    else:
        drawing.legend.append(Entry("line", "颜色区分变电站 by substation", STATION_COLOURS[0], "", 2.0))
    for kind, name in CONSTRUCTION.items():
        if kind in kinds:
            drawing.legend.append(Entry("line", name, SHADE, DASHES.get(kind, ""), 1.5))
    if both:
        drawing.legend.append(Entry("line", "20 kV（粗线 wide）", SHADE, "", 2.8))


def _devices(drawing: _Drawing) -> None:
    boxes = drawing.shapes("transformers")
    if len(boxes):
        data = dot_data(middles(boxes))
        drawing.path(data, stroke="#5f5a50", stroke_opacity="0.7", stroke_width=drawing.stroke(1.7), stroke_linecap="round")
        drawing.legend.append(Entry("dot", "台区 distribution transformer", "#5f5a50", "", 1.7))
    poles = (drawing.column("access_points", "kind") == "pole").to_numpy()
    for mask, size, name in ((poles, 2.0, "杆 pole"), (~poles, 3.4, "环网柜等 ring-main unit etc.")):
        shapes = drawing.shapes("access_points", mask)
        if len(shapes):
            data = dot_data(middles(shapes))
            drawing.path(data, stroke=SHADE, stroke_width=drawing.stroke(size), stroke_linecap="round")
            drawing.path(data, stroke="#ffffff", stroke_width=drawing.stroke(size - 1.3), stroke_linecap="round")
            drawing.legend.append(Entry("ring", name, SHADE, "", size))
    ducts = line_data(drawing.shapes("ducts"))
    drawing.path(ducts, fill="none", stroke="#8a6f00", stroke_width=drawing.stroke(1.0), stroke_dasharray=drawing.dash("1.2 1.6"))
    if ducts:
        drawing.legend.append(Entry("line", "电力管沟 duct", "#8a6f00", "1.2 1.6", 1.2))


def _marks(drawing: _Drawing) -> None:
    important = drawing.shapes("infrastructure")
    for x, y in middles(important) if len(important) else ():
        drawing.svg.append(f'<path class="infra" d="M{x * 10:.0f} {y * 10 - 52:.0f}l48 84h-96z"/>')
    if len(important):
        drawing.legend.append(Entry("triangle", "重要基础设施 infrastructure", "#8a4b00"))
    shapes = geometry_of(drawing.frames.get("substations"))
    volts = drawing.numbers("substations", "voltage_kv")
    names = drawing.column("substations", "name").to_numpy()
    there = [i for i in sorted(range(len(shapes)), key=lambda i: -np.nan_to_num(volts[i])) if shapes[i] is not None]
    for i in there:
        placed = drawing.window.shapes(shapes[i : i + 1])
        if not len(placed):
            continue
        (x, y) = shapely.get_coordinates(shapely.centroid(placed))[0]
        half = 6.5 if volts[i] >= SQUARE_FROM_KV else 5.5
        if volts[i] >= SQUARE_FROM_KV:
            box = f'x="{(x - half) * 10:.0f}" y="{(y - half) * 10:.0f}" width="{half * 20:.0f}" height="{half * 20:.0f}"'
            drawing.svg.append(f'<rect class="station" {box}/>')
        else:
            drawing.svg.append(f'<circle class="station" cx="{x * 10:.0f}" cy="{y * 10:.0f}" r="{half * 10:.0f}"/>')
        drawing.labels.block(float(x), float(y), half)
        label = f"{volts[i]:g}kV {names[i]}" if np.isfinite(volts[i]) else names[i]
        if label:
            for below in (half + 10, -half - 10):
                if drawing.labels.put(label, float(x), float(y) + below, "station-name", 12.5):
                    break
    if there:
        drawing.legend += [
            Entry("square", "220 kV 及以上变电站", SHADE) if (volts >= SQUARE_FROM_KV).any() else None,
            Entry("circle", "110 kV 及以下变电站", SHADE) if (~(volts >= SQUARE_FROM_KV)).any() else None,
        ]


def _findings(drawing: _Drawing, findings: Sequence[Finding]) -> None:
    for severity, name, colour in (
        (Severity.WARNING, "核查提示 warning", "#c97a0a"),
        (Severity.ERROR, "核查错误 error", "#7d0f2b"),
    ):
        own = [each for each in findings if each.severity == severity]
        places = [(each.lon, each.lat) for each in own if each.lon is not None and each.lat is not None]
        points = drawing.window.place(np.array(places, float).reshape(-1, 2))
        for (x, y), each in zip(points, (e for e in own if e.lon is not None and e.lat is not None), strict=True):
            if 0 <= x <= drawing.window.width and 0 <= y <= drawing.window.height:
                shape = f'<circle cx="{x * 10:.0f}" cy="{y * 10:.0f}" r="65" fill="none" stroke="{colour}" stroke-width="22"/>'
                drawing.svg.append(f"<g><title>{words(each.message)}</title>{shape}</g>")
        if own:
            drawing.legend.append(Entry("finding", f"{name}：{len(own)}", colour))


def _bounds(frames: Frames) -> tuple[float, float, float, float]:
    """Return the bounds of what matters: grid, roads and parcels, else of anything there is."""
    inner = ("feeders", "substations", "parcels", "roads", "access_points", "transformers")
    for layers in (inner, tuple(frames)):
        shapes = np.concatenate([np.array([], object), *(geometry_of(frames.get(layer)) for layer in layers)])
        bounds = shapely.total_bounds(shapes)
        if np.isfinite(bounds).all():
            west, south, east, north = (float(bound) for bound in bounds)
            return west, south, east, north
    raise InputError(
        "There is nothing to draw: no layer has a geometry.", repair="Import at least one layer with geometry."
    )


def sketch_svg(
    frames: Frames,
    *,
    title: str,
    subtitle: str = "",
    width_px: int = 1600,
    data_date: str = "",
    attribution: str = "",
    disclaimer: str = "示意信息，不构成供电承诺；以供电企业正式答复为准。",
    review_number: str = "",
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
    attribution
        Whose data it is.
    disclaimer
        What the map is not.
    review_number
        The map review number (审图号).
    findings
        Findings to mark, where they have a place.

    Raises
    ------
    InputError
        If no layer has a geometry.
    """
    window = Window.around(_bounds(frames), width_px - LEGEND_PX, 0.45, 1.3)
    zoom = float(np.clip((8.0 / window.metres_per_px) ** 0.6, 0.35, 1.8))
    drawing = _Drawing(window, frames, Labels(window.width, window.height), [], [], zoom)
    _ground(drawing)
    _roads(drawing)
    _railways(drawing)
    _feeders(drawing)
    _devices(drawing)
    _marks(drawing)
    _findings(drawing, findings)
    _road_names(drawing)
    _area_names(drawing)
    return page(
        window,
        body="".join(drawing.svg),
        labels="".join(drawing.labels.svg) + scale_bar(window),
        legend=drawing.legend,
        heading=(title, subtitle, data_date),
        footing=(disclaimer, attribution, review_number),
    )
