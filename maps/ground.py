"""The ground of a map: land use, parks, water, railways, roads, and their names (底图)."""

from __future__ import annotations

import numpy as np
import shapely

from gis.siting.land_use import land_letter
from gis.words import Words
from maps import style
from maps.sketch_drawing import Drawing
from maps.sketch_furniture import Entry
from maps.sketch_paths import area_data, geometry_of, line_data, middles


def land(drawing: Drawing) -> None:
    """Draw the parcels by their land use (用地)."""
    codes = drawing.column("parcels", "land_use").map(land_letter)
    for letter in [*style.LAND, ""]:
        mask = (codes == letter) if letter else ~codes.isin(list(style.LAND))
        data = area_data(drawing.shapes("parcels", mask))
        colour, name = style.LAND.get(letter, style.OTHER_LAND)
        drawing.path(data, fill=colour, stroke="#d9d2c2", stroke_width=drawing.stroke(0.35))
        if data:
            drawing.legend.append(Entry("area", drawing.say(name), colour))


def green_and_water(drawing: Drawing) -> None:
    """Draw parks and water (绿地, 水系); water covers what lies below."""
    for layer, colour in (("green", style.GREEN), ("water", style.WATER)):
        shapes = drawing.shapes(layer)
        data = area_data(shapes)
        drawing.path(data, fill=colour)
        drawing.path(line_data(shapes), fill="none", stroke=colour, stroke_width=drawing.stroke(1.6))
        if data and layer == "water":
            drawing.legend.append(Entry("area", drawing.say(Words("水系", "water")), colour))


def city_area(drawing: Drawing) -> None:
    """Draw the edge of the built-up area (建成区)."""
    area = area_data(drawing.shapes("city_area"))
    drawing.path(
        area,
        fill="none",
        stroke="#a79c84",
        stroke_width=drawing.stroke(1.1),
        stroke_dasharray=drawing.dash("2 4"),
    )
    if area:
        label = drawing.say(Words("建成区", "built-up area"))
        drawing.legend.append(Entry("line", label, "#a79c84", "2 4", 1.1))


def railways(drawing: Drawing) -> None:
    """Draw railways (铁路)."""
    data = line_data(drawing.shapes("railways"))
    drawing.path(data, fill="none", stroke=style.RAILWAY, stroke_width=drawing.stroke(2.6))
    drawing.path(
        data,
        fill="none",
        stroke="#ffffff",
        stroke_width=drawing.stroke(1.4),
        stroke_dasharray=drawing.dash("8 8"),
    )
    if data:
        drawing.legend.append(Entry("rail", drawing.say(Words("铁路", "railway")), style.RAILWAY))


def roads(drawing: Drawing) -> None:
    """Draw roads (道路) by level and class, casings below."""
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
        for grade, road in style.ROADS.items():
            extra = {"stroke_dasharray": drawing.dash("3 2")} if below else {}
            wide = drawing.stroke(road.width_px + 1.1)
            drawing.path(data[grade], stroke=road.casing, stroke_width=wide, fill="none", **extra)
        for grade, road in style.ROADS.items():
            wide = drawing.stroke(road.width_px)
            drawing.path(data[grade], stroke=road.colour, stroke_width=wide, fill="none")
    for grade, road in reversed(style.ROADS.items()):
        if (classes == grade).any():
            entry = Entry("road", drawing.say(road.words), road.colour, road.casing, road.width_px)
            drawing.legend.append(entry)


def road_names(drawing: Drawing) -> None:
    """Write the names of the main roads along them, the most frequent first."""
    names = drawing.column("roads", "name")
    classes = drawing.column("roads", "class")
    placed = 0
    for grade, size in (("expressway", 11.5), ("primary", 11.5), ("secondary", 10.0)):
        own = names[(classes == grade) & (names != "")]
        for name in own.value_counts().index[: style.ROAD_LABELS]:
            shapes = drawing.shapes("roads", (names == name) & (classes == grade))
            if len(shapes) and placed < style.ROAD_LABELS:
                placed += drawing.labels.along(name, shapes, "road", size)


def area_names(drawing: Drawing) -> None:
    """Write the names of the largest waters and parks."""
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
